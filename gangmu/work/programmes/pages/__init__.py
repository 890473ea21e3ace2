"""Goals on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.work.programmes.pages import letters, targets

urlpatterns: list[URLPattern] = [*targets.urlpatterns, *letters.urlpatterns]
