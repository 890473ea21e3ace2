"""The tree and what stands in it on the screen, one module a noun."""

from django.urls import URLPattern

from gangmu.kernel.orgs.pages import splits, tree, units

urlpatterns: list[URLPattern] = [*tree.urlpatterns, *splits.urlpatterns, *units.urlpatterns]
