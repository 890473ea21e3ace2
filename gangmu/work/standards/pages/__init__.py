"""Standards on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.work.standards.pages import areas, claims, examples, kinds

urlpatterns: list[URLPattern] = [
    *kinds.urlpatterns,
    *claims.urlpatterns,
    *areas.urlpatterns,
    *examples.urlpatterns,
]
