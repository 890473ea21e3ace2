"""Goals on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.work.programmes.pages import targets

urlpatterns: list[URLPattern] = [*targets.urlpatterns]
