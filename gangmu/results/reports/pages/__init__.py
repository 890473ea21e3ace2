"""The room's pages."""

from gangmu.results.reports.pages import composing, reports

urlpatterns = [*reports.urlpatterns, *composing.urlpatterns]
