"""The tree and what stands in it on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.kernel.orgs.pages import tree, units

urlpatterns: list[URLPattern] = [*tree.urlpatterns, *units.urlpatterns]
