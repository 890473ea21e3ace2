"""Memberships that go from one organization to another (组织关系转接): the register's own act."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.audit.rows import insert_new
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.people.models import Membership, Person, Post
from gangmu.kernel.people.operations.persons import BATCH
from gangmu.kernel.people.queries import keeps_members, standing_at

T = TypeVar("T")
_AT_ONCE = 500


@operation("people.transfer_members", permission="people.manage", at="org")
def transfer_members(
    context: Context, org: Org, *, to: Org, people: Sequence[int] | None, day: date, paper: str
) -> list[Membership]:
    """Transfer memberships from one organization to another from a day on: all or none, the history stays.

    ``people`` are the ids of the persons, None for all who stand there; who is no member any more stays
    with their past. Who stands at the target already, but is kept elsewhere, is kept there from now on.
    The actor must hold the right at both ends, and where the persons are kept. Refused for a target of
    a kind that keeps no members, or that does not stand on the day; for a day to come, or before one of
    them stood so; while one of them holds a post where they leave; and if one of them has left since.
    """
    if not context.may("people.manage", to.path):
        raise NotAllowed("You may not do this here.")
    if people is not None and len(set(people)) > BATCH:
        raise Invalid("At most %(most)s persons are transferred at once.", {"most": BATCH})
    if faults := _transfer_faults(context, locked(to), day, paper):
        raise Invalid("Some fields need attention.", faults=faults)
    standing = _held(org, people)
    if people is not None and len(standing) < len(set(people)):
        raise Conflict("One of them is no member of %(org)s any more.", {"org": org.name})
    if not standing:
        raise Invalid("Nobody is chosen.", faults={"people": "Nobody is chosen."})
    _refuse_members(context, org, to, standing, day)
    return _moved(standing, to, day, paper)


def _transfer_faults(context: Context, to: Org, day: date, paper: str) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not to.is_open():
        faults["to"] = msgid("The organization is closed.")
    elif not keeps_members(to):
        faults["to"] = msgid("No members are kept at an organization of this kind.")
    if day > context.today:
        faults["day"] = msgid("This day has not come yet.")
    elif day < to.founded_on:
        faults["day"] = msgid("The organization did not exist yet on this day.")
    if not paper.strip():
        faults["paper"] = msgid("This must be filled in.")
    elif len(paper.strip()) > 200:
        faults["paper"] = msgid("This is too long.")
    return faults


def _refuse_members(context: Context, org: Org, to: Org, standing: Sequence[Membership], day: date) -> None:
    """Refuse if one of those who are transferred is out of reach, there already, or bound where they are."""
    kept_at = {each.person.org_id: each.person.org for each in standing}
    if not all(context.may("people.manage", keeper.path) for keeper in kept_at.values()):
        raise NotAllowed("You may not do this here.")
    if to.pk == org.pk:
        if any(each.person.org_id == to.pk for each in standing):
            raise Invalid("They stand there already.", faults={"to": "They stand there already."})
        return
    later = next((each for each in standing if each.valid_from > day), None)
    if later is not None:
        raise Invalid(
            "%(name)s stands so since %(day)s only.",
            {"name": later.person.name, "day": later.valid_from.isoformat()},
            faults={"day": "The present standing began after this day."},
        )
    post = _post_beyond(standing, org, day)
    if post is not None:
        raise Conflict("%(name)s holds posts still: end them first.", {"name": post.person.name})


def hand_on_members(before: Org, after: Org, day: date, paper: str) -> None:
    """Give the members of an organization that is merged to the one that goes on, from the day on.

    A part of the merger, by whose right it is done and in whose entry it is logged: it names nobody. The
    kind of the one that goes on is not asked: who stood above the branches stands so after it, and the check
    finds them there. Who is kept without a standing goes along. Refused while one of them holds a post
    there, and if one of them stands there since after the day.
    """
    standing = _held(locked(before), None)
    if standing and (not after.is_open() or after.founded_on > day):
        raise Conflict("%(org)s does not stand on this day.", {"org": after.name})
    latest = max((each.valid_from for each in standing), default=day)
    if latest > day:
        raise Conflict(
            "Members stand at %(org)s since %(day)s only; nothing can change before that day.",
            {"org": before.name, "day": latest.isoformat()},
        )
    if _post_beyond(standing, before, day) is not None:
        raise Conflict("Members hold posts at %(org)s still: end them first.", {"org": before.name})
    _moved(standing, after, day, paper)
    ever = Membership.objects.filter(person=OuterRef("pk"))
    Person.objects.filter(~Exists(ever), org=before).update(org=after)


def _held(org: Org, people: Sequence[int] | None) -> list[Membership]:
    """Return who of some persons, or of all, stands at an organization, held until the transaction ends.

    The persons are held first, as whoever notes another standing holds them: then nobody else changes it.
    """
    wanted = standing_at(org).order_by("person").values_list("person", flat=True)
    ids = list(wanted) if people is None else sorted(set(people))
    found: list[Membership] = []
    for part in _parts(ids):
        kept = Person.objects.select_for_update(of=("self",)).select_related("org")
        persons = {person.pk: person for person in kept.filter(pk__in=part).order_by("pk")}
        for each in standing_at(org).filter(person__in=part).order_by("person"):
            each.person = persons[each.person_id]
            found.append(each)
    return found


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _post_beyond(standing: Sequence[Membership], org: Org, day: date) -> Post | None:
    """Return a post that one of the members holds at an organization on the day or later."""
    beyond = Post.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), org=org)
    for part in _parts(standing):
        held = beyond.filter(person__in=[each.person_id for each in part])
        if (post := held.select_related("person").order_by("pk").first()) is not None:
            return post
    return None


def _moved(standing: Sequence[Membership], to: Org, day: date, paper: str) -> list[Membership]:
    """End the memberships on the day and begin them at the target; have it keep the persons."""
    going = [each for each in standing if each.org_id != to.pk]
    begun = [
        Membership(person=each.person, org=to, status=each.status, valid_from=day, paper=paper.strip()[:200])
        for each in going
    ]
    for part in _parts(going):
        Membership.objects.filter(pk__in=[each.pk for each in part]).update(valid_to=day)
    insert_new(begun)
    for part in _parts(standing):
        Person.objects.filter(pk__in=[each.person_id for each in part]).update(org=to)
    return begun
