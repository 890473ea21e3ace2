"""Organizations as rows of a sheet: founded below one, judged first, taken back whole."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.fields import Choice, FieldSpec
from gangmu.frame.words import say
from gangmu.kernel.imports.rules import Faults, ImportKind, Values
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_orgs, judge_orgs, remove_orgs
from gangmu.kernel.orgs.queries import built_upon, orgs_by_id
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.queries import pack_of

LEVEL_TITLES = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
    "group": say("Group"),
}


def fields(org: Org) -> tuple[FieldSpec, ...]:
    """Return the columns of the sheet, with the kinds and domains that the place's pack knows."""
    pack = pack_of(org.root_id)
    levels = LEVELS[LEVELS.index(org.level) :]
    return (
        FieldSpec(
            code="code",
            title=say("Code"),
            required=True,
            max_length=40,
            help=say("No two organizations have one."),
        ),
        FieldSpec(code="name", title=say("Name"), required=True, max_length=200),
        FieldSpec(
            code="kind",
            title=say("Kind"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=each.code, title=each.title) for each in pack.all(OrgKind)),
        ),
        FieldSpec(
            code="level",
            title=say("Level"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=level, title=LEVEL_TITLES[level]) for level in levels),
        ),
        FieldSpec(code="day", title=say("Founded on"), type="date", required=True),
        FieldSpec(
            code="parent_code",
            title=say("Code of the organization above"),
            max_length=40,
            help=say("Left empty it stands directly below; it may stand further up in this sheet."),
        ),
        FieldSpec(
            code="domain",
            title=say("Domain"),
            type="choice",
            choices=tuple(Choice(code=each.code, title=each.title) for each in pack.all(DomainKind)),
        ),
        FieldSpec(code="area_code", title=say("Division code"), max_length=12),
    )


def _new(row: Values) -> NewOrg:
    return NewOrg(
        code=row["code"] or "",
        name=row["name"] or "",
        kind=row["kind"] or "",
        level=row["level"] or "",
        day=date.fromisoformat(row["day"]) if row["day"] else date.min,
        parent_code=row["parent_code"] or "",
        domain=row["domain"] or "",
        area_code=row["area_code"] or "",
    )


_NEEDED = ("code", "name", "kind", "level", "day")
_FIELD_OF = {
    "Another organization has this code.": "code",
    "There is no such level.": "level",
    "The level is above the parent's.": "level",
    "This day has not come yet.": "day",
    "The parent did not stand there yet on this day.": "day",
    "A name and a kind are needed.": "name",
    "There is no such division.": "area_code",
    "The division is one of another level.": "area_code",
}


def judge(context: Context, org: Org, rows: Sequence[Values], state: dict[str, Any]) -> Faults:
    """Return what stands against the rows; a parent may stand in an earlier batch."""
    whole = [index for index, row in enumerate(rows) if all(row[code] for code in _NEEDED)]
    before = state.setdefault("before", {})
    found = judge_orgs(context, org, [_new(rows[index]) for index in whole], before=before)
    return {whole[at]: {_FIELD_OF.get(fault, "parent_code"): fault} for at, fault in found.items()}


def apply(context: Context, org: Org, rows: Sequence[Values]) -> list[int]:
    """Found the organizations of a batch, parents before their children."""
    batch = [_new(row) for row in rows]
    try:
        return [founded.pk for founded in found_orgs(context, org, batch)]
    except Invalid as refusal:
        places = {new.code: index for index, new in enumerate(batch)}
        faults = {
            f"{places.get(code, 0)}.{_FIELD_OF.get(fault, 'parent_code')}": fault
            for code, fault in refusal.faults.items()
        }
        raise Invalid(refusal.message, refusal.values, faults=faults) from None


def check_undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Refuse if an organization was changed since it was founded."""
    changed = built_upon(ids)
    if changed is not None:
        raise Conflict("%(org)s has changed since.", {"org": changed.name})


def undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Take the organizations back."""
    remove_orgs(context, org, orgs_by_id(ids))


ORGS = ImportKind(
    code="orgs",
    title=say("Organizations"),
    permission="orgs.manage",
    fields=fields,
    judge=judge,
    apply=apply,
    check_undo=check_undo,
    undo=undo,
    other_titles={
        "code": (say("Organization code"),),
        "name": (say("Name of the organization"),),
        "kind": (say("Kind of organization"),),
        "parent_code": (say("Parent code"),),
        "day": (say("Day of founding"),),
    },
    help=say("Organizations below this one; those above stand further up in the sheet."),
)
