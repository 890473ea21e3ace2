"""The room's pages, a module for each noun, and where they are found."""

from gangmu.results.assessment.pages import appeals, comparing, mapping, results, rounds

urlpatterns = [path for noun in (rounds, mapping, results, comparing, appeals) for path in noun.urlpatterns]
