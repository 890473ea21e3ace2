"""Every write about a person: registering, correcting, standing, posts, households, unmasking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.text import msgid
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.operations import end_grant, grant_roles, open_accounts, withdraw_grants
from gangmu.kernel.access.queries import accounts_of_people, grants_from
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked, orgs_by_code
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.models import Household, Membership, Person, Post
from gangmu.kernel.people.queries import (
    ID_NUMBER,
    TELEPHONE,
    Numbers,
    known_prints,
    open_membership,
    open_numbers,
    person_with_id_number,
    post_kind,
    print_of,
    sealed,
    stood_since,
    visible_people,
)
from gangmu.kernel.people.rules import (
    ACTIVIST,
    DECEASED,
    ENDED,
    FULL,
    PROBATIONARY,
    SUSPENDED,
    TARGET,
    Draft,
    NewPerson,
    draft_person,
    least_full_day,
    may_become,
    name_sounds,
    overlap,
)

BATCH = 2000
_KNOWN = msgid("This ID number is known already.")
_LATEST = timedelta(days=366)


@operation("people.register_person", permission="people.manage", at="org")
def register_person(context: Context, org: Org, new: NewPerson) -> Person:
    """Register one person at the organization that keeps them, with how they stand as a member.

    Refused with the fault beside its field: a number that does not pass its check, one that
    another person has (not said where, unless the actor may see that person), days that
    cannot be, an organization that is closed.
    """
    people, faults = _register(context, org, [new])
    if faults:
        own = {name.partition(".")[2]: fault for name, fault in faults.items()}
        _refuse_known(context, new, own)
        raise Invalid("Some fields need attention.", faults=own)
    return people[0]


@operation("people.register_people", permission="people.manage", at="org")
def register_people(context: Context, org: Org, batch: Sequence[NewPerson]) -> list[Person]:
    """Register up to two thousand persons at or below an organization, all or none.

    The refusal names every wrong entry as ``<index>.<field>``.
    """
    if len(batch) > BATCH:
        raise Invalid("At most %(most)s persons are registered at once.", {"most": BATCH})
    people, faults = _register(context, org, batch)
    if faults:
        raise Invalid("Some persons cannot be registered.", faults=faults)
    return people


def _refuse_known(context: Context, new: NewPerson, faults: Mapping[str, str]) -> None:
    """Say who has the number, to an actor who may see that person."""
    if faults.get("id_number") != _KNOWN:
        return
    number = draft_person(new, today=context.today, founded_on=context.today).id_number
    person = person_with_id_number(context, number)
    if person is not None:
        raise Invalid(
            "%(name)s at %(org)s has this ID number already.",
            {"name": person.name, "org": person.org.name},
            faults=faults,
        )


def judge_people(
    context: Context, org: Org, batch: Sequence[NewPerson], *, seen: set[str] | None = None
) -> tuple[list[tuple[Org, Draft, str]], dict[str, str]]:
    """Return persons as they would be written, and what stands against them; writes nothing.

    Each with its organization and the fingerprint of its ID number.

    Faults are named ``<index>.<field>``. ``seen`` carries the fingerprints of earlier
    batches of the same list from call to call, so that a number stands in it once.
    """
    seen = set() if seen is None else seen
    places = _places_of(org, batch)
    faults: dict[str, str] = {}
    drafts: list[tuple[Org, Draft]] = []
    for index, new in enumerate(batch):
        place = places.get(new.org_code)
        if place is None:
            faults[f"{index}.org_code"] = "There is no such organization here."
        elif not place.is_open():
            faults[f"{index}.org_code"] = "The organization is closed."
        kept = place or org
        draft = draft_person(new, today=context.today, founded_on=kept.founded_on)
        faults |= {f"{index}.{code}": fault for code, fault in draft.faults.items()}
        drafts.append((kept, draft))
    prints = [print_of(draft.id_number, ID_NUMBER) for _, draft in drafts]
    known = known_prints(prints)
    for index, found in enumerate(prints):
        if found and found in known:
            faults[f"{index}.id_number"] = _KNOWN
        elif found and found in seen:
            faults[f"{index}.id_number"] = "This ID number stands twice in the list."
        seen.add(found)
    seen.discard("")
    return [(*each, found) for each, found in zip(drafts, prints, strict=True)], faults


def _places_of(org: Org, batch: Sequence[NewPerson]) -> dict[str, Org]:
    """Return the organizations that a batch names, those at or below the one it is given to."""
    named = orgs_by_code({new.org_code for new in batch if new.org_code} - {org.code})
    places = {code: each for code, each in named.items() if is_below(each.path, org.path)}
    return {**places, org.code: org, "": org}


def _register(context: Context, org: Org, batch: Sequence[NewPerson]) -> tuple[list[Person], dict[str, str]]:
    judged, faults = judge_people(context, org, batch)
    if faults:
        return [], faults
    people = [_person(place, draft, found) for place, draft, found in judged]
    try:
        with transaction.atomic():
            insert_new(people)
    except IntegrityError:  # another writer was quicker with one of the numbers
        known = known_prints(person.id_print or "" for person in people)
        return [], {
            f"{index}.id_number": _KNOWN for index, person in enumerate(people) if person.id_print in known
        }
    insert_new(
        [
            Membership(person=person, org=place, status=draft.status, valid_from=draft.since)
            for person, (place, draft, _) in zip(people, judged, strict=True)
            if draft.status and draft.since
        ]
    )
    return people, {}


def _person(place: Org, draft: Draft, found_by: str) -> Person:
    pinyin, initials = name_sounds(draft.name)
    return Person(
        org=place,
        name=draft.name,
        pinyin=pinyin,
        initials=initials,
        sex=draft.sex,
        birth_year=draft.birth_year,
        joined_on=draft.joined_on,
        full_on=draft.full_on,
        id_sealed=sealed(draft.id_number, ID_NUMBER),
        id_print=found_by or None,
        telephone_sealed=sealed(draft.telephone, TELEPHONE),
        telephone_print=print_of(draft.telephone, TELEPHONE),
    )


@operation(
    "people.correct_person", permission="people.manage", at="person.org", secret=("id_number", "telephone")
)
def correct_person(
    context: Context,
    person: Person,
    *,
    name: str | None = None,
    sex: str | None = None,
    birth_year: int | None = None,
    id_number: str | None = None,
    telephone: str | None = None,
    joined_on: date | None = None,
    full_on: date | None = None,
) -> Person:
    """Correct what is written about a person; what is left out stays, an empty text empties.

    The whole is checked as at registering. How the person stands is not corrected here:
    that is ``note_membership``.
    """
    person = Person.objects.select_for_update().select_related("org").get(pk=person.pk)
    numbers = open_numbers(person)
    standing = open_membership(person)
    status = standing.status if standing else ""
    new = NewPerson(
        name=person.name if name is None else name,
        sex=person.sex if sex is None else sex,
        birth_year=person.birth_year if birth_year is None else birth_year,
        id_number=numbers.id_number if id_number is None else id_number,
        telephone=numbers.telephone if telephone is None else telephone,
        joined_on=joined_on or person.joined_on,
        full_on=full_on or person.full_on,
    )
    if id_number and sex is None:
        new = replace(new, sex="", birth_year=None if birth_year is None else birth_year)
    # A past member keeps the days of membership, whatever the standing is now.
    kept = FULL if new.full_on else (status if status == PROBATIONARY else FULL)
    checked = replace(new, status=kept if new.joined_on else "", since=context.today)
    draft = draft_person(checked, today=context.today, founded_on=person.org.founded_on)
    faults = dict(draft.faults)
    found = print_of(draft.id_number, ID_NUMBER)
    if found and found != person.id_print and known_prints([found]):
        faults["id_number"] = _KNOWN
        _refuse_known(context, new, faults)
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    written = _person(person.org, draft, found)
    written.pk = person.pk
    try:
        with transaction.atomic():
            written.save(force_update=True)
    except IntegrityError:
        raise Invalid("Some fields need attention.", faults={"id_number": _KNOWN}) from None
    return written


@operation("people.unmask_person", permission="people.unmask", at="person.org")
def unmask_person(context: Context, person: Person, *, reason: str) -> Numbers:
    """Open a person's ID number and telephone to one reader, once, for a reason.

    The log keeps who asked, about whom and why, and never the numbers.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    return open_numbers(person)


@operation("people.note_membership", permission="people.manage", at="person.org")
def note_membership(
    context: Context, person: Person, *, status: str, day: date, paper: str = ""
) -> Membership:
    """Note that a person stands otherwise as a member from a day on; the history stays.

    Refused for a standing that cannot follow the present one, before the present one
    began, before the year that an activist is observed or a probation lasts is over, and
    for a member with open posts who stops being one.
    """
    person = Person.objects.select_for_update().select_related("org").get(pk=person.pk)
    present = open_membership(person)
    _check_next(context, person, present, status, day)
    if status == PROBATIONARY and (present is None or present.status == TARGET):
        person.joined_on = day
    if status == FULL and present is not None and present.status == PROBATIONARY:
        person.full_on = day
    person.save(update_fields=["joined_on", "full_on"])
    if present is not None:
        present.valid_to = day
        present.save(update_fields=["valid_to"])
    return Membership.objects.create(
        person=person, org=person.org, status=status, valid_from=day, paper=paper.strip()[:200]
    )


def _check_next(context: Context, person: Person, present: Membership | None, status: str, day: date) -> None:
    before = present.status if present else ""
    if not person.org.is_open():
        raise Conflict("%(org)s is closed.", {"org": person.org.name})
    if not may_become(before, status):
        raise Invalid(
            "This standing cannot follow the present one.",
            faults={"status": "This standing cannot follow the present one."},
        )
    fault = ""
    if day > context.today:
        fault = msgid("This day has not come yet.")
    elif present is not None and day < present.valid_from:
        fault = msgid("The present standing began after this day.")
    elif day < person.org.founded_on:
        fault = msgid("The organization did not exist yet on this day.")
    elif before == ACTIVIST and status == TARGET and present and day < least_full_day(stood_since(present)):
        fault = msgid("An activist is observed for at least a year.")
    elif before == PROBATIONARY and status == FULL and day < _probation_end(person, present):
        fault = msgid("A probation lasts a year from the day of joining.")
    if fault:
        raise Invalid("Some fields need attention.", faults={"day": fault})
    if status in (*ENDED, SUSPENDED) and Post.objects.filter(person=person, valid_to=None).exists():
        raise Conflict("%(name)s holds posts still: end them first.", {"name": person.name})


def _probation_end(person: Person, present: Membership | None) -> date:
    began = person.joined_on or (stood_since(present) if present else None)
    return least_full_day(began) if began else date.min


@dataclass(frozen=True)
class NewPost:
    """What assigning one post takes; without ``until`` it holds until it is ended."""

    person: Person
    org: Org
    kind: str
    day: date
    until: date | None = None
    paper: str = ""
    login: str = ""
    with_person: bool = False


@operation("people.assign_post", permission="people.manage", at="org")
def assign_post(
    context: Context,
    org: Org,
    *,
    person: Person,
    kind: str,
    day: date,
    until: date | None = None,
    paper: str = "",
    login: str = "",
) -> Post:
    """Give a person a post at an organization from a day on, and with it the post's role.

    A person without an account gets one, without a password as yet. Refused for a post the
    organization does not have, one that is held by as many as may hold it, a post for full
    members in the hands of who is none, and days that cannot be; a role needs the right to
    grant it.
    """
    posts, faults = _assign(context, org, [NewPost(person, org, kind, day, until, paper, login)])
    if faults:
        own = {name.partition(".")[2]: fault for name, fault in faults.items()}
        raise Invalid(next(iter(own.values())), faults=own)
    return posts[0]


@operation("people.assign_posts", permission="people.manage", at="org")
def assign_posts(context: Context, org: Org, batch: Sequence[NewPost]) -> list[Post]:
    """Give up to two thousand posts at or below an organization, all or none.

    The refusal names every wrong entry as ``<index>.<field>``.
    """
    if len(batch) > BATCH:
        raise Invalid("At most %(most)s posts are given at once.", {"most": BATCH})
    posts, faults = _assign(context, org, batch)
    if faults:
        raise Invalid("Some posts cannot be given.", faults=faults)
    return posts


def _assign(context: Context, org: Org, batch: Sequence[NewPost]) -> tuple[list[Post], dict[str, str]]:
    if any(not is_below(new.org.path, org.path) for new in batch):
        raise NotAllowed("You may not do this here.")
    locked(org)
    pack = pack_of(org.root_id)
    kinds = [post_kind(new.org, new.kind, pack) for new in batch]
    faults = _post_faults(context, batch, kinds)
    if faults:
        return [], faults
    posts = [
        Post(
            person=new.person,
            org=new.org,
            kind=new.kind,
            valid_from=new.day,
            valid_to=new.until,
            paper=new.paper.strip()[:200],
            with_person=new.with_person,
        )
        for new in batch
    ]
    insert_new(posts)
    _grant(context, org, batch, kinds, posts)
    return posts, {}


def judge_posts(
    context: Context, org: Org, batch: Sequence[NewPost], *, newcomers: Mapping[int, str]
) -> dict[str, str]:
    """Return what stands against posts, as ``<index>.<field>``; writes nothing.

    ``newcomers`` says how persons stand who are registered together with their posts: they
    have ids below nought as yet.
    """
    pack = pack_of(org.root_id)
    return _post_faults(context, batch, [post_kind(new.org, new.kind, pack) for new in batch], newcomers)


def _post_faults(
    context: Context,
    batch: Sequence[NewPost],
    kinds: Sequence[PostKind | None],
    newcomers: Mapping[int, str] | None = None,
) -> dict[str, str]:
    newcomers = newcomers or {}
    standing = {**_standing_of(batch), **newcomers}
    reachable = _reachable(context, batch) | newcomers.keys()
    held: dict[tuple[int, str], list[Post]] = {}
    org_ids = sorted({new.org.pk for new in batch})
    for start in range(0, len(org_ids), 500):
        for post in Post.objects.filter(org__in=org_ids[start : start + 500]):
            held.setdefault((post.org_id, post.kind), []).append(post)
    faults: dict[str, str] = {}
    for index, (new, kind) in enumerate(zip(batch, kinds, strict=True)):
        beside = [
            post
            for post in held.get((new.org.pk, new.kind), [])
            if overlap(new.day, new.until, post.valid_from, post.valid_to)
        ]
        field, fault = _post_fault(
            context, new, kind, beside, standing.get(new.person.pk, ""), new.person.pk in reachable
        )
        if fault:
            faults[f"{index}.{field}"] = fault
        held.setdefault((new.org.pk, new.kind), []).append(
            Post(person=new.person, org=new.org, kind=new.kind, valid_from=new.day, valid_to=new.until)
        )
    return faults


def _standing_of(batch: Sequence[NewPost]) -> dict[int, str]:
    ids = sorted({new.person.pk for new in batch})
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = Membership.objects.filter(person__in=ids[start : start + 500], valid_to=None)
        found.update(rows.values_list("person", "status"))
    return found


def _reachable(context: Context, batch: Sequence[NewPost]) -> set[int]:
    """Return whom the actor may see: nobody is put into a post by who may not know them."""
    ids = sorted({new.person.pk for new in batch})
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        people = visible_people(context).filter(pk__in=ids[start : start + 500])
        found.update(people.values_list("pk", flat=True))
    return found


def _post_fault(
    context: Context,
    new: NewPost,
    kind: PostKind | None,
    beside: Sequence[Post],
    status: str,
    reachable: bool,
) -> tuple[str, str]:
    if kind is None:
        return "kind", msgid("The organization has no such post.")
    if not reachable:
        return "person", msgid("There is no such person.")
    if not new.org.is_open():
        return "org", msgid("The organization is closed.")
    if new.day < new.org.founded_on:
        return "day", msgid("The organization did not exist yet on this day.")
    if new.day > context.today + _LATEST:
        return "day", msgid("A post begins within a year.")
    if new.until is not None and new.until <= new.day:
        return "until", msgid("It ends before it begins.")
    if status == DECEASED or (kind.full_members and status != FULL):
        return "person", msgid("This post is for full members of the Party.")
    if any(post.person_id == new.person.pk for post in beside):
        return "person", msgid("This person holds the post already.")
    if kind.max_holders is not None and len(beside) >= kind.max_holders:
        return "kind", msgid("The post is held already: end it or hand it over.")
    return "", ""


def _grant(
    context: Context,
    org: Org,
    batch: Sequence[NewPost],
    kinds: Sequence[PostKind | None],
    posts: Sequence[Post],
) -> None:
    giving = [
        (new, kind, post) for new, kind, post in zip(batch, kinds, posts, strict=True) if kind and kind.role
    ]
    if not giving:
        return
    pack = pack_of(org.root_id)
    accounts = _accounts(context, org, [new for new, _, _ in giving])
    grants = [
        Grant(
            account=accounts[new.person.pk],
            role=kind.role,
            org=new.org,
            reach=kind.reach or _role_reach(pack, kind),
            valid_from=post.valid_from,
            valid_to=post.valid_to,
            reason=(f"{kind.title} {post.paper}").strip()[:200],
            source=post.source,
        )
        for new, kind, post in giving
    ]
    grant_roles(context, org=org, grants=grants)


def _role_reach(pack: Pack, kind: PostKind) -> str:
    role = pack.find(RoleKind, kind.role)
    return role.reach if role else Grant.Reach.ORG


def _accounts(context: Context, org: Org, batch: Sequence[NewPost]) -> dict[int, Account]:
    """Return the accounts of those who get a role; who has none gets one."""
    accounts = accounts_of_people(new.person.pk for new in batch)
    missing = {new.person.pk: new for new in batch if new.person.pk not in accounts}
    if missing:
        people = [
            (new.login.strip() or f"{new.person.pinyin[:40]}{pk}", new.person.name, pk)
            for pk, new in missing.items()
        ]
        open_accounts(context, org=org, people=people)
        accounts |= accounts_of_people(missing)
    return accounts


@operation("people.end_post", permission="people.manage", at="post.org")
def end_post(context: Context, post: Post, *, day: date, paper: str = "") -> Post:
    """End a post, and with it the role it gave; ``day`` is the first day without it."""
    post = Post.objects.select_for_update().select_related("org", "person").get(pk=post.pk)
    if post.valid_to is not None and post.valid_to <= day:
        raise Conflict("The post has ended already.")
    if day < post.valid_from:
        raise Invalid("It ends before it begins.", faults={"day": "It ends before it begins."})
    if day > context.today + _LATEST:
        raise Invalid("A post ends within a year.", faults={"day": "A post ends within a year."})
    post.valid_to = day
    if paper.strip():
        post.paper = f"{post.paper} / {paper.strip()}".removeprefix(" / ")[:200]
    post.save(update_fields=["valid_to", "paper"])
    for grant in grants_from(post.source):
        if grant.valid_to is None or grant.valid_to > day:
            end_grant(context, grant=grant, day=day, reason=paper.strip() or "post ended")
    return post


@operation("people.withdraw_posts", permission="people.manage", at="org")
def withdraw_posts(context: Context, org: Org, *, posts: Sequence[int]) -> int:
    """Take back posts given by mistake, by their ids, with their roles: they were never there.

    Persons who were registered together with their post, and accounts that nobody used, go
    with them. Refused once a holder has signed in, a post has ended or has been handed over, or
    something else has been built on one of the persons.
    """
    if len(posts) > BATCH:
        raise Invalid("At most %(most)s posts are given at once.", {"most": BATCH})
    found = list(Post.objects.filter(pk__in=posts).select_related("org", "person"))
    if any(not is_below(post.org.path, org.path) for post in found):
        raise NotAllowed("You may not do this here.")
    refuse_changed_posts(found)
    withdraw_grants(context, org=org, sources=[post.source for post in found])
    Post.objects.filter(pk__in=[post.pk for post in found]).delete()
    registered = {post.person_id for post in found if post.with_person}
    kept = set(Post.objects.filter(person__in=registered).values_list("person", flat=True))
    withdraw_people(context, org, people=sorted(registered - kept))
    return len(found)


def refuse_changed_posts(posts: Sequence[Post]) -> None:
    """Refuse if one of the posts has ended since, or its holder has signed in."""
    ended = next((post for post in posts if post.valid_to is not None), None)
    if ended is not None:
        raise Conflict("The post of %(name)s has ended since.", {"name": ended.person.name})
    accounts = accounts_of_people(post.person_id for post in posts)
    used = next((account for account in accounts.values() if account.last_login is not None), None)
    if used is not None:
        raise Conflict("%(name)s has signed in since.", {"name": used.name})


@operation("people.handover_post", permission="people.manage", at="post.org")
def handover_post(
    context: Context, post: Post, *, to: Person, day: date, paper: str = "", login: str = ""
) -> Post:
    """Hand a post from one person to another on a day, without a day between.

    What is open stays where it was: orders, records and matters belong to the
    organization, and its next holder finds them.
    """
    if post.person_id == to.pk:
        raise Invalid("A post is handed to another.", faults={"to": "A post is handed to another."})
    ended = end_post(context, post, day=day, paper=paper)
    return assign_post(context, ended.org, person=to, kind=ended.kind, day=day, paper=paper, login=login)


@operation("people.register_household", permission="people.manage", at="org")
def register_household(
    context: Context, org: Org, *, door: str, size: int, day: date, head: Person | None = None
) -> Household:
    """Register a household in an organization's area by its door number, head and size.

    Refused where an open household has the door number, and with a head out of reach.
    """
    faults = _household_faults(context, org, door, size, head, day)
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    return Household.objects.create(org=org, door=door.strip(), head=head, size=size, valid_from=day)


def _household_faults(
    context: Context,
    org: Org,
    door: str,
    size: int,
    head: Person | None,
    day: date,
    present: Household | None = None,
) -> dict[str, str]:
    faults: dict[str, str] = {}
    same = Household.objects.filter(org=org, door=door.strip(), valid_to=None)
    if present is not None:
        same = same.exclude(pk=present.pk)
    if not door.strip():
        faults["door"] = "This must be filled in."
    elif len(door.strip()) > 40:
        faults["door"] = "This is too long."
    elif same.exists():
        faults["door"] = "Another household has this number."
    if not 1 <= size <= 60:
        faults["size"] = "A household has from one to sixty people."
    if day > context.today:
        faults["day"] = "This day has not come yet."
    elif day < org.founded_on or not org.is_open():
        faults["day"] = "The organization does not exist on this day."
    elif present is not None and day < present.valid_from:
        faults["day"] = "It ends before it begins."
    if head is not None and not visible_people(context).filter(pk=head.pk).exists():
        faults["head"] = "There is no such person."
    return faults


@operation("people.correct_household", permission="people.manage", at="household.org")
def correct_household(
    context: Context, household: Household, *, door: str, size: int, head: Person | None = None
) -> Household:
    """Correct the door number, the head or the size of an open household."""
    household = _open_household(household)
    faults = _household_faults(context, household.org, door, size, head, context.today, household)
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    household.door, household.size, household.head = door.strip(), size, head
    household.save(update_fields=["door", "size", "head"])
    return household


@operation("people.move_household", permission="people.manage", at="household.org")
def move_household(context: Context, household: Household, *, to: Org, door: str, day: date) -> Household:
    """Move a household to another organization's area on a day; the old place keeps its past.

    The actor must hold the right at both ends.
    """
    if not context.may("people.manage", to.path):
        raise NotAllowed("You may not do this here.")
    closed = close_household(context, household, day=day)
    return register_household(context, to, door=door, size=closed.size, day=day, head=closed.head)


@operation("people.close_household", permission="people.manage", at="household.org")
def close_household(context: Context, household: Household, *, day: date) -> Household:
    """Close a household that is no more; ``day`` is the first day without it."""
    household = _open_household(household)
    if not household.valid_from <= day <= context.today:
        raise Invalid(
            "It ends before it begins.", faults={"day": "It ends before it begins, or in days to come."}
        )
    household.valid_to = day
    household.save(update_fields=["valid_to"])
    return household


def _open_household(household: Household) -> Household:
    fresh = (
        Household.objects.select_for_update(of=("self",)).select_related("org", "head").get(pk=household.pk)
    )
    if fresh.valid_to is not None:
        raise Conflict("This household is closed.")
    return fresh


@operation("people.withdraw_people", permission="people.manage", at="org")
def withdraw_people(context: Context, org: Org, *, people: Sequence[int]) -> int:
    """Take back persons registered by mistake, by their ids: they were never there.

    Refused, with who stands against it, once something has been built on one of them: a
    post, an account, a household, a later standing, another room's record.
    """
    if len(people) > BATCH:
        raise Invalid("At most %(most)s persons are registered at once.", {"most": BATCH})
    found = list(Person.objects.filter(pk__in=people).select_related("org"))
    if any(not is_below(person.org.path, org.path) for person in found):
        raise NotAllowed("You may not do this here.")
    refuse_built_upon([person.pk for person in found])
    try:
        Person.objects.filter(pk__in=[person.pk for person in found]).delete()
    except ProtectedError as held:
        kind = type(next(iter(held.protected_objects)))._meta.verbose_name
        raise Conflict("Something has been built on it: %(what)s.", {"what": str(kind)}) from None
    return len(found)


def refuse_built_upon(ids: Sequence[int]) -> None:
    """Refuse if one of the persons has a later standing, a post or an account."""
    changed = (
        Membership.objects.filter(person__in=ids, valid_to__isnull=False).select_related("person").first()
    )
    if changed is not None:
        raise Conflict("%(name)s stands otherwise since.", {"name": changed.person.name})
    posted = Post.objects.filter(person__in=ids).select_related("person").first()
    if posted is not None:
        raise Conflict("%(name)s holds or held a post.", {"name": posted.person.name})
    accounts = accounts_of_people(ids)
    if accounts:
        raise Conflict("%(name)s has an account.", {"name": next(iter(accounts.values())).name})
