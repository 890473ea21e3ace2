"""The room's pages, a module for each noun, and where they are found."""

from gangmu.work.plans.pages import (
    account,
    account_papers,
    burden,
    duties,
    orders,
    paper,
    reviews,
    sets,
    tasks,
)

urlpatterns = [
    path
    for noun in (account, account_papers, burden, duties, orders, paper, reviews, sets, tasks)
    for path in noun.urlpatterns
]
