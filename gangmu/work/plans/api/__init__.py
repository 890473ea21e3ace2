"""The room over the API, a module for each noun."""

from ninja import Router

from gangmu.work.plans.api import account, burden, duties, orders, said_back, sets, tasks

router = Router(tags=["plans"])
for noun in (duties, sets, burden, orders, tasks, account, said_back):
    router.add_router("", noun.router)
