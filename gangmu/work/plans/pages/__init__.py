"""The room's pages, a module for each noun, and where they are found."""

from gangmu.work.plans.pages import account, burden, duties, orders, reviews, tasks

urlpatterns = [
    path for noun in (account, burden, duties, orders, reviews, tasks) for path in noun.urlpatterns
]
