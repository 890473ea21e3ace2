"""Goals on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.work.programmes.pages import campaigns, cycles, letters, projects, standing, targets

urlpatterns: list[URLPattern] = [
    *standing.urlpatterns,
    *targets.urlpatterns,
    *letters.urlpatterns,
    *projects.urlpatterns,
    *campaigns.urlpatterns,
    *cycles.urlpatterns,
]
