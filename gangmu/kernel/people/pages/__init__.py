"""People on the screen: persons with posts and households, and transfers of memberships."""

from django.urls import URLPattern

from gangmu.kernel.people.pages import persons, transfers

urlpatterns: list[URLPattern] = [*persons.urlpatterns, *transfers.urlpatterns]
