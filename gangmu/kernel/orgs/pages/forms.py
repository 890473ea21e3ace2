"""What the forms of organizations and of units share: the day, the paper, an organization by its finder."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec
from gangmu.frame.words import say
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import visible_orgs

DAY = FieldSpec(code="day", title=say("From which day on"), type="date", required=True)
PAPER = FieldSpec(code="paper", title=say("By which paper"), max_length=200)


def choices_of(definitions: Iterable[Any]) -> tuple[Choice, ...]:
    """Return what a pack defines as choices of a field."""
    return tuple(Choice(code=each.code, title=each.title) for each in definitions)


def named_org(context: Context, given: Mapping[str, Any], field: str) -> Org:
    """Return the organization that a field names, of those the reader may see; refused beside the field."""
    found = visible_orgs(context).filter(pk=given[field]).first()
    if found is None:
        raise Invalid("There is no such organization.", faults={field: "There is no such organization."})
    return found


def day_given(given: Mapping[str, Any]) -> date:
    """Return the day from which on a change holds."""
    return date.fromisoformat(given["day"])
