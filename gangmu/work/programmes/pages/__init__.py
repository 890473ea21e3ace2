"""Goals on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.work.programmes.pages import campaigns, cycles, letters, projects, targets

urlpatterns: list[URLPattern] = [
    *targets.urlpatterns,
    *letters.urlpatterns,
    *projects.urlpatterns,
    *campaigns.urlpatterns,
    *cycles.urlpatterns,
]
