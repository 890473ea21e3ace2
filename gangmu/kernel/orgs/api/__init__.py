"""The room over the API, a module for each noun."""

from ninja import Router

from gangmu.kernel.orgs.api import tree, units

router = Router(tags=["orgs"])
for noun in (tree, units):
    router.add_router("", noun.router)
