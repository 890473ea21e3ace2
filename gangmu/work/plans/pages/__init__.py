"""The room's pages, a module for each noun, and where they are found."""

from gangmu.work.plans.pages import account, burden, duties, orders, paper, reviews, tasks

urlpatterns = [
    path for noun in (account, burden, duties, orders, paper, reviews, tasks) for path in noun.urlpatterns
]
