"""How each operation is called in the matrix: one row an operation, and none may be missing.

Each room's rows stand in a module of their own; importing it puts them into ``CALLS``.
"""

from tests.site.matrix import (  # noqa: F401 -- each puts its rows into the list
    calls_access,
    calls_assessment,
    calls_burden,
    calls_guard,
    calls_honours,
    calls_imports,
    calls_ledgers,
    calls_offices,
    calls_orgs,
    calls_paper,
    calls_people,
    calls_plans,
    calls_programmes,
    calls_quality,
    calls_reports,
    calls_shelf,
    calls_standards,
    calls_states,
)
from tests.site.matrix.call import CALLS, JUNE, Call, somebody

__all__ = ["CALLS", "JUNE", "Call", "somebody"]
