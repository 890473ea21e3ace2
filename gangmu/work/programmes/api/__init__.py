"""Goals over the API, a module for each noun."""

from ninja import Router

from gangmu.work.programmes.api import campaigns, cycles, letters, projects, standing, targets

router = Router(tags=["programmes"])
for noun in (targets, standing, letters, projects, campaigns, cycles):
    router.add_router("", noun.router)
