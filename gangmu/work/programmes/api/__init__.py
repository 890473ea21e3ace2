"""Goals over the API, a module for each noun."""

from ninja import Router

from gangmu.work.programmes.api import cycles, letters, projects, targets

router = Router(tags=["programmes"])
for noun in (targets, letters, projects, cycles):
    router.add_router("", noun.router)
