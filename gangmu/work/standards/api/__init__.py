"""Standards over the API, a module for each noun."""

from ninja import Router

from gangmu.work.standards.api import areas, claims, examples

router = Router(tags=["standards"])
for noun in (claims, areas, examples):
    router.add_router("", noun.router)
