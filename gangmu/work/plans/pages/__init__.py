"""The room's pages, a module for each noun, and where they are found."""

from gangmu.work.plans.pages import account, duties, orders, reviews, tasks

urlpatterns = [path for noun in (account, duties, orders, reviews, tasks) for path in noun.urlpatterns]
