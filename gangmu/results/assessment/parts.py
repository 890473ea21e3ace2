"""What each place brings to a figure, where its facts are too many for one list."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as translate

from gangmu.frame.doors import Request
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.results.assessment.queries.evidence import Part


def part_table(request: Request, parts: Sequence[Part], url: Callable[[Part], str], code: str) -> Table:
    """Return what each place brings as a table; ``url`` leads down to what is behind one of them."""
    some = any(part.withheld for part in parts)
    listed = [
        Column(
            "org",
            say("Organization"),
            value=_part_name,
            link=lambda part: None if part.itself else url(part),
            width=34,
        ),
        Column(
            "facts",
            say("Number of facts"),
            "number",
            value=lambda part: None if part.withheld else part.facts,
        ),
        Column("total", say("Sum"), "number", value=lambda part: None if part.withheld else part.total),
        Column("note", say("Notes"), value=lambda part: _few_words() if part.withheld else "", shown=some),
    ]
    if all(part.total is None for part in parts):
        listed = [column for column in listed if column.code != "total"]
    return Table(request, listed, parts, title=say("What each place brings"), code=code, exports=False)


def _part_name(part: Part) -> str:
    return translate("%(name)s (itself)") % {"name": part.org.name} if part.itself else part.org.name


def _few_words() -> str:
    return translate("fewer than five; told to itself and the one right above")
