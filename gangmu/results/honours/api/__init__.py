"""Contests, honours and sheets over the API, a module for each noun."""

from ninja import Router

from gangmu.results.honours.api import contests, deciding, honours, sheets

router = Router(tags=["honours"])
for noun in (contests, deciding, honours, sheets):
    router.add_router("", noun.router)
