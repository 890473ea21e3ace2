"""The room's pages, a module for each noun, and where they are found."""

from gangmu.work.plans.pages import (
    account,
    account_papers,
    burden,
    disputes,
    duties,
    extensions,
    handovers,
    lists,
    orders,
    our_month,
    paper,
    passings,
    reviews,
    sets,
    tasks,
)

ORDERING = (account, account_papers, burden, duties, orders, our_month, paper, reviews, sets, tasks)
SAID_BACK = (disputes, extensions, handovers, lists, passings)

urlpatterns = [path for noun in (*ORDERING, *SAID_BACK) for path in noun.urlpatterns]
