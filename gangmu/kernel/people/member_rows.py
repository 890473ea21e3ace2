"""Members and other persons as rows of a sheet: registered, judged first, taken back whole."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gangmu.core.context import Context
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import msgid
from gangmu.frame.words import say
from gangmu.kernel.imports.rules import Faults, ImportKind, Values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import open_orgs_named, orgs_by_code
from gangmu.kernel.people.operations import judge_people, refuse_built_upon, register_people, withdraw_people
from gangmu.kernel.people.rules import BEFORE, EARLIEST_BIRTH, MEMBERS, NewPerson

SEX = (Choice(code="male", title=say("Male")), Choice(code="female", title=say("Female")))
STATUS_TITLES = {
    "applicant": say("Applicant"),
    "activist": say("Activist"),
    "development_target": say("Development target"),
    "probationary": say("Probationary member"),
    "full": say("Full member"),
    "suspended": say("Membership suspended"),
    "self_quit": say("Removed for leaving by themselves"),
    "persuaded_out": say("Persuaded to leave"),
    "resigned": say("Resigned"),
    "expelled": say("Expelled"),
    "probation_cancelled": say("Probation cancelled"),
    "deceased": say("Deceased"),
}

NAME = FieldSpec(code="name", title=say("Full name"), required=True, max_length=50)
ID_NUMBER = FieldSpec(
    code="id_number",
    title=say("ID number"),
    max_length=40,
    help=say("Eighteen marks."),
)
TELEPHONE = FieldSpec(code="telephone", title=say("Telephone"), max_length=40)
SEX_FIELD = FieldSpec(
    code="sex",
    title=say("Sex"),
    type="choice",
    choices=SEX,
    help=say("Taken from the ID number if left empty."),
)
BIRTH_YEAR = FieldSpec(
    code="birth_year",
    title=say("Year of birth"),
    type="number",
    whole=True,
    minimum=Decimal(EARLIEST_BIRTH),
    maximum=Decimal(2100),
    help=say("Taken from the ID number if left empty."),
)
STATUS = FieldSpec(
    code="status",
    title=say("Standing"),
    type="choice",
    choices=tuple(Choice(code=each, title=STATUS_TITLES[each]) for each in (*BEFORE, *MEMBERS)),
)
JOINED_ON = FieldSpec(code="joined_on", title=say("Joined on"), type="date")
FULL_ON = FieldSpec(code="full_on", title=say("Full member since"), type="date")
PERSON_FIELDS = (NAME, SEX_FIELD, ID_NUMBER, BIRTH_YEAR, TELEPHONE, STATUS, JOINED_ON, FULL_ON)
ORG_CODE = FieldSpec(
    code="org_code",
    title=say("Organization"),
    max_length=200,
    help=say("Code or full name of an organization at or below this one; this one if left empty."),
)


def fields(org: Org) -> tuple[FieldSpec, ...]:
    """Return the columns of the sheet."""
    return (*PERSON_FIELDS[:5], ORG_CODE, *PERSON_FIELDS[5:])


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def new_person(row: Values) -> NewPerson:
    """Return what a form or a row says as what registering takes."""
    return NewPerson(
        name=row["name"] or "",
        sex=row["sex"] or "",
        birth_year=int(row["birth_year"]) if row["birth_year"] else None,
        id_number=row.get("id_number") or "",
        telephone=row.get("telephone") or "",
        status=row["status"] or "",
        joined_on=_day(row["joined_on"]),
        full_on=_day(row["full_on"]),
        org_code=row.get("org_code") or "",
    )


def judge(context: Context, org: Org, rows: Sequence[Values], state: dict[str, Any]) -> Faults:
    """Return what stands against the rows; a name in the place of a code becomes the code."""
    found: dict[int, dict[str, str]] = {}
    name_to_code(org, rows, found)
    seen = state.setdefault("seen", set())
    _, faults = judge_people(context, org, [new_person(row) for row in rows], seen=seen)
    for name, fault in faults.items():
        index, _, code = name.partition(".")
        if "status" not in state["wrong"][int(index)] or code not in ("joined_on", "full_on"):
            found.setdefault(int(index), {}).setdefault(code, fault)
    return found


def name_to_code(org: Org, rows: Sequence[Values], found: dict[int, dict[str, str]]) -> None:
    """Put the code in the place of a name of an organization; a name that several bear is a fault."""
    given = {row["org_code"] for row in rows if row["org_code"]}
    names = open_orgs_named(org, given - orgs_by_code(given).keys())
    for index, row in enumerate(rows):
        named = names.get(row["org_code"] or "", [])
        if len(named) == 1:
            row["org_code"] = named[0].code
        elif named:
            found.setdefault(index, {})["org_code"] = msgid(
                "Several organizations have this name: write the code."
            )


def apply(context: Context, org: Org, rows: Sequence[Values]) -> list[int]:
    """Register the persons of a batch."""
    return [person.pk for person in register_people(context, org, [new_person(row) for row in rows])]


def check_undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Refuse if something was built on one of the persons."""
    refuse_built_upon(ids)


def undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Take the persons back."""
    withdraw_people(context, org, people=ids)


PEOPLE = ImportKind(
    code="people",
    title=say("Members and people"),
    permission="people.manage",
    fields=fields,
    judge=judge,
    apply=apply,
    check_undo=check_undo,
    undo=undo,
    sensitive=frozenset({"id_number", "telephone"}),
    other_titles={
        "name": (say("Name"),),
        "id_number": (
            say("Identity card number"),
            say("Citizen identification number"),
            say("Identity card"),
        ),
        "telephone": (say("Mobile telephone"), say("Telephone number"), say("Contact telephone")),
        "org_code": (say("Organization code"), say("Branch"), say("Party organization")),
        "status": (say("Kind of person"), say("Member status")),
        "joined_on": (say("Day of joining the Party"), say("Time of joining")),
        "full_on": (say("Day of becoming full"), say("Time of becoming full")),
    },
    help=say("Persons and how they stand as members, at this organization and all below."),
)
