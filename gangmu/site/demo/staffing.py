"""A founded world filled with its people: members, secretaries, officers, accounts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from gangmu.core.context import Context
from gangmu.kernel.access.queries import AccountActor, accounts_of_people
from gangmu.kernel.people.models import Person
from gangmu.kernel.people.operations import NewPost, assign_posts, register_people
from gangmu.site.demo.building import Orgs, Say, batches
from gangmu.site.demo.invented import people_of
from gangmu.site.demo.world import PlannedOrg, World

COMMITTEES = ("committee", "work_committee")
LEAST_FOR_A_COMMITTEE = 7
"""R-ORG-7: a branch with so many full members has a committee."""


@dataclass(frozen=True)
class Desk:
    """A post with a sign-in name of its own, for whoever tries the demonstration."""

    login: str
    post: str
    org: str


@dataclass
class Staff:
    """Who keeps the world going: full members of every organization, and holders of posts, by code."""

    members: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    taken: set[int] = field(default_factory=set)
    actors: dict[tuple[str, str], AccountActor] = field(default_factory=dict)
    """Who acts for a post at an organization, by its code and the post."""

    holders: dict[tuple[str, str], Person] = field(default_factory=dict)
    """Who holds a post that only one can hold, by the organization's code and the post."""

    near: dict[str, list[str]] = field(default_factory=dict)
    """Whose members may work for an organization, by code, the nearest first."""

    desks: frozenset[tuple[str, str]] = frozenset()
    """The posts of those whom the demonstration may be entered as."""


def fill_world(
    context: Context, world: World, orgs: Orgs, desks: Sequence[Desk], say: Say, after: int
) -> Staff:
    """Register all members today, and give every organization its posts and accounts."""
    staff = _register(context, world, orgs, say, after)
    staff.desks = frozenset((desk.org, desk.post) for desk in desks)
    staff.near = _near(world)
    posts = list(_posts(world, orgs, staff, desks, context.today))
    root = orgs[world.plan.root]
    for part in batches(posts):
        assign_posts(context, root, part)
    say(f"{len(posts)} posts")
    accounts = accounts_of_people(post.person.pk for post in posts)
    for post in posts:
        staff.holders.setdefault((post.org.code, post.kind), post.person)
        if post.person.pk in accounts:
            staff.actors[post.org.code, post.kind] = AccountActor(accounts[post.person.pk])
    return staff


def _register(context: Context, world: World, orgs: Orgs, say: Say, after: int) -> Staff:
    staff = Staff()
    root, registered = orgs[world.plan.root], 0
    for part in batches(list(people_of(world, context.today, after=after))):
        people = register_people(context, root, [new for _, new in part])
        for (planned, new), person in zip(part, people, strict=True):
            if new.full_on is not None:
                staff.members[planned.code].append(person)
        registered += len(people)
        say(f"{registered} members")
    return staff


def pick_member(staff: Staff, code: str, near: Sequence[str]) -> Person:
    """Return a full member for a part at an organization: nobody plays two in this world."""
    for each in near:
        for person in staff.members.get(each, ()):
            if person.pk not in staff.taken:
                staff.taken.add(person.pk)
                return person
    raise LookupError(f"nobody is left for a post at {code}")


def _near(world: World) -> dict[str, list[str]]:
    """Return, for every organization, those at and below it whose members may work for it.

    Offices come first: who works in a town's office keeps its papers.
    """
    parents = {org.code: org.parent for org in world.orgs}
    offices = ("agency", "town")
    near: dict[str, list[str]] = defaultdict(list)
    for org in sorted(world.orgs, key=lambda org: (org.domain not in offices, len(org.code))):
        above = org.code
        while above:
            near[above].append(org.code)
            above = parents[above]
    return near


def _posts(world: World, orgs: Orgs, staff: Staff, desks: Sequence[Desk], day: date) -> Iterator[NewPost]:
    near = staff.near
    for desk in desks:
        person = pick_member(staff, desk.org, near[desk.org])
        yield NewPost(person, orgs[desk.org], desk.post, day, login=desk.login)
    for org in world.orgs:
        for post in _posts_of(org, len(staff.members[org.code])):
            if (org.code, post) not in staff.desks:
                yield NewPost(pick_member(staff, org.code, near[org.code]), orgs[org.code], post, day)


def _posts_of(org: PlannedOrg, full_members: int) -> tuple[str, ...]:
    if org.kind in COMMITTEES:
        return ("secretary", "town_officer")
    if full_members >= LEAST_FOR_A_COMMITTEE:
        return ("secretary", "committee_member", "committee_member")
    return ("secretary",)
