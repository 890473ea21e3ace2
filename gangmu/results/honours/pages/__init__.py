"""The room's pages, a module for each noun, and where they are found."""

from gangmu.results.honours.pages import contests, deciding, nominating, register, sheet

urlpatterns = [
    path for noun in (contests, nominating, deciding, register, sheet) for path in noun.urlpatterns
]
