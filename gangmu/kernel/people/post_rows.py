"""Posts as rows of a sheet: given to people who are known or registered along, taken back whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import msgid
from gangmu.frame.words import say
from gangmu.kernel.access.queries import accounts_of_people, taken_logins
from gangmu.kernel.imports.rules import Faults, ImportKind, Values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_by_code
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.people.member_rows import FULL_ON, ID_NUMBER, NAME, TELEPHONE, name_to_code
from gangmu.kernel.people.models import Person
from gangmu.kernel.people.operations import (
    NewPost,
    assign_posts,
    judge_people,
    judge_posts,
    refuse_changed_posts,
    register_people,
    withdraw_posts,
)
from gangmu.kernel.people.queries import (
    ID_NUMBER as ID_PURPOSE,
)
from gangmu.kernel.people.queries import (
    all_post_kinds,
    people_by_print,
    people_named_at,
    posts_by_id,
    print_of,
)
from gangmu.kernel.people.rules import FULL, NewPerson, read_id_number, read_name

_NEEDED = ("org_code", "name", "kind", "day")


def fields(org: Org) -> tuple[FieldSpec, ...]:
    """Return the columns of the sheet, with the posts that the place's pack knows."""
    return (
        FieldSpec(
            code="org_code",
            title=say("Organization"),
            required=True,
            max_length=200,
            help=say("Code or full name of an organization at or below this one."),
        ),
        NAME,
        FieldSpec(
            code="kind",
            title=say("Post"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=each.code, title=each.title) for each in all_post_kinds(org)),
        ),
        FieldSpec(code="day", title=say("In the post since"), type="date", required=True),
        FULL_ON.model_copy(
            update={
                "help": say(
                    "For whoever is not registered yet and takes a post for full members, as a secretary's."
                )
            }
        ),
        ID_NUMBER,
        TELEPHONE,
        FieldSpec(
            code="login",
            title=say("Sign-in name"),
            max_length=60,
            help=say("Left empty one is made of the name."),
        ),
        FieldSpec(code="paper", title=say("Paper"), max_length=200),
    )


@dataclass
class _Read:
    """Rows as posts of people: those who are known, and newcomers who are registered along."""

    posts: dict[int, NewPost] = field(default_factory=dict)
    newcomers: dict[int, NewPerson] = field(default_factory=dict)
    """By the ids, below nought, that stand for them until they are registered."""
    first_row: dict[int, int] = field(default_factory=dict)
    faults: dict[int, dict[str, str]] = field(default_factory=dict)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _print(row: Values) -> str:
    try:
        return print_of(read_id_number(row["id_number"]).number, ID_PURPOSE) if row.get("id_number") else ""
    except ValueError:
        return ""


def _name(row: Values) -> str:
    try:
        return read_name(row["name"])
    except ValueError:
        return str(row["name"])


def _read(context: Context, org: Org, rows: Sequence[Values]) -> _Read:
    read = _Read()
    whole = [index for index, row in enumerate(rows) if all(row[code] for code in _NEEDED)]
    name_to_code(org, rows, read.faults)
    orgs = orgs_by_code({rows[index]["org_code"] for index in whole})
    places = {code: each for code, each in orgs.items() if is_below(each.path, org.path)}
    whole = [index for index in whole if _placed(rows[index], places, index, read.faults)]
    names = {index: _name(rows[index]) for index in whole}
    prints = {index: _print(rows[index]) for index in whole}
    numbered = people_by_print(context, prints.values())
    named: dict[tuple[int, str], list[Person]] = {}
    for each in people_named_at(
        context, (places[rows[index]["org_code"]].pk for index in whole), names.values()
    ):
        named.setdefault((each.org_id, str(each.name)), []).append(each)
    known: dict[tuple[Any, ...], int] = {}
    for index in whole:
        row, place = rows[index], places[rows[index]["org_code"]]
        known_one: Person | None = numbered.get(prints[index])
        alike = named.get((place.pk, names[index]), [])
        if known_one is None and prints[index]:
            alike = [each for each in alike if each.id_print is None]
        if known_one is None and len(alike) > 1:
            read.faults.setdefault(index, {})["name"] = msgid(
                "Several people here have this name: write the ID number."
            )
            continue
        person = known_one or (alike[0] if alike else None)
        if person is None:
            key = (prints[index],) if prints[index] else (place.pk, names[index])
            if key not in known:
                known[key] = -len(known) - 1
                read.newcomers[known[key]] = _newcomer(row)
                read.first_row[known[key]] = index
            person = Person(pk=known[key], org=place, name=names[index])
        read.posts[index] = NewPost(
            person=person,
            org=place,
            kind=row["kind"],
            day=date.fromisoformat(row["day"]),
            paper=row["paper"] or "",
            login=(row["login"] or "").strip(),
            with_person=person.pk < 0,
        )
    return read


def _placed(row: Values, places: Mapping[str, Org], index: int, faults: dict[int, dict[str, str]]) -> bool:
    if row["org_code"] not in places:
        faults.setdefault(index, {}).setdefault("org_code", msgid("There is no such organization here."))
        return False
    return True


def _newcomer(row: Values) -> NewPerson:
    return NewPerson(
        name=row["name"],
        id_number=row.get("id_number") or "",
        telephone=row.get("telephone") or "",
        status=FULL if row["full_on"] else "",
        full_on=_day(row["full_on"]),
        org_code=row["org_code"],
    )


_FIELD_OF = {"since": "full_on", "status": "full_on", "sex": "id_number", "birth_year": "id_number"}
_POST_FIELD = {"person": "name", "org": "org_code", "until": "day"}


def _against(context: Context, org: Org, read: _Read, state: dict[str, Any]) -> dict[int, dict[str, str]]:
    """Return what stands against rows as they were read: the people, the posts, the sign-in names."""
    found = {index: dict(faults) for index, faults in read.faults.items()}
    codes = sorted(read.newcomers, reverse=True)
    people = [read.newcomers[code] for code in codes]
    _, wrong = judge_people(context, org, people, seen=state.setdefault("seen", set()))
    for name, fault in wrong.items():
        at, _, code = name.partition(".")
        row = read.first_row[codes[int(at)]]
        found.setdefault(row, {}).setdefault(_FIELD_OF.get(code, code), fault)
    places = list(read.posts)
    batch = [read.posts[index] for index in places]
    standing = {code: new.status for code, new in read.newcomers.items()}
    for name, fault in judge_posts(context, org, batch, newcomers=standing).items():
        at, _, code = name.partition(".")
        found.setdefault(places[int(at)], {}).setdefault(_POST_FIELD.get(code, code), fault)
    for index, fault in _login_faults(read, state.setdefault("logins", {})).items():
        found.setdefault(index, {}).setdefault("login", fault)
    return found


def _login_faults(read: _Read, given: dict[str, int]) -> dict[int, str]:
    """Return faults of sign-in names that are taken, by an account or by another of the sheet."""
    asked = {index: new for index, new in read.posts.items() if new.login}
    taken = taken_logins(new.login for new in asked.values())
    has_account = accounts_of_people(new.person.pk for new in asked.values() if new.person.pk > 0)
    faults: dict[int, str] = {}
    for index, new in asked.items():
        if new.person.pk in has_account:
            continue
        if new.login in taken or given.setdefault(new.login, new.person.pk) != new.person.pk:
            faults[index] = msgid("This sign-in name is taken.")
    return faults


def judge(context: Context, org: Org, rows: Sequence[Values], state: dict[str, Any]) -> Faults:
    """Return what stands against the rows; a name in the place of a code becomes the code."""
    return _against(context, org, _read(context, org, rows), state)


def apply(context: Context, org: Org, rows: Sequence[Values]) -> list[int]:
    """Register the newcomers of a batch and give all posts."""
    read = _read(context, org, rows)
    faults = _against(context, org, read, {})
    if faults:
        raise Invalid(
            "Some posts cannot be given.",
            faults={f"{index}.{code}": fault for index, own in faults.items() for code, fault in own.items()},
        )
    codes = sorted(read.newcomers, reverse=True)
    people = register_people(context, org, [read.newcomers[code] for code in codes]) if codes else []
    registered = dict(zip(codes, people, strict=True))
    batch = [_given(read.posts[index], registered) for index in range(len(rows))]
    return [post.pk for post in assign_posts(context, org, batch)]


def _given(new: NewPost, registered: Mapping[int, Person]) -> NewPost:
    person = registered.get(new.person.pk, new.person)
    return NewPost(
        person=person,
        org=new.org,
        kind=new.kind,
        day=new.day,
        paper=new.paper,
        login=new.login,
        with_person=new.with_person,
    )


def check_undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Refuse if a post has ended since, or its holder has signed in."""
    refuse_changed_posts(posts_by_id(ids))


def undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Take the posts back, and the people who came with them."""
    withdraw_posts(context, org, posts=ids)


POSTS = ImportKind(
    code="posts",
    title=say("Holders of posts"),
    permission="people.manage",
    fields=fields,
    judge=judge,
    apply=apply,
    check_undo=check_undo,
    undo=undo,
    sensitive=frozenset({"id_number", "telephone"}),
    other_titles={
        "org_code": (
            say("Organization code"),
            say("Name of the Party organization"),
            say("Party organization"),
            say("Branch"),
        ),
        "name": (say("Name"),),
        "kind": (say("Office held"),),
        "day": (say("Day of taking office"), say("Time of taking office")),
        "id_number": (say("Identity card number"), say("Citizen identification number")),
        "telephone": (say("Mobile telephone"), say("Telephone number"), say("Contact telephone")),
        "full_on": (say("Day of becoming full"), say("Time of becoming full")),
    },
    help=say(
        "Who holds which post at this organization and below. Whoever is not registered yet is registered along."
    ),
)
