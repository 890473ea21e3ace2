"""Every read of people; the reader comes first and sees whom their organizations keep."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.secrets import decrypt, encrypt, fingerprint, mask
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, on_day, within, within_below
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.models import Household, Membership, Person, Post, Status
from gangmu.kernel.people.rules import ENDED, began_so, half_width

ID_NUMBER, TELEPHONE = "person.id_number", "person.telephone"


@dataclass(frozen=True)
class Numbers:
    """A person's numbers in the open; never shown in a log or a trace."""

    id_number: str = field(repr=False)
    telephone: str = field(repr=False)


def sealed(number: str, purpose: str) -> bytes | None:
    """Return a number as it is kept, None if there is none."""
    return encrypt(settings.GANGMU_DATA_KEY, number, purpose=purpose) if number else None


def print_of(number: str, purpose: str) -> str:
    """Return what a number is found by, the empty text if there is none."""
    return fingerprint(settings.GANGMU_DATA_KEY, number, purpose=purpose) if number else ""


def open_numbers(person: Person) -> Numbers:
    """Return a person's numbers in the open; only for what is logged or masks them at once."""
    key = settings.GANGMU_DATA_KEY
    return Numbers(
        decrypt(key, bytes(person.id_sealed), purpose=ID_NUMBER) if person.id_sealed else "",
        decrypt(key, bytes(person.telephone_sealed), purpose=TELEPHONE) if person.telephone_sealed else "",
    )


def masked_numbers(person: Person) -> Numbers:
    """Return a person's numbers with their middles hidden, as lists and pages show them."""
    opened = open_numbers(person)
    return Numbers(mask(opened.id_number), mask(opened.telephone))


def visible_people(context: Context) -> QuerySet[Person]:
    """Return those whom the reader may see: kept by, or holding a post at, their places."""
    places = context.places("people.view")
    if places.everywhere:
        return Person.objects.all()
    posted = Post.objects.filter(on_day(context.today), within(places), person=OuterRef("pk"))
    return Person.objects.filter(within(places) | Exists(posted))


def person_by_id(context: Context, person_id: int) -> Person:
    """Return one person the reader may see; otherwise there is none."""
    person = visible_people(context).filter(pk=person_id).select_related("org").first()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def people_of(
    context: Context,
    org: Org,
    *,
    below: bool = False,
    status: str = "",
    post: str = "",
    typed: str = "",
) -> QuerySet[Person]:
    """Return whom an organization keeps, with all below it if wanted, by place and name.

    ``post`` narrows to the holders of a post there today, wherever they are kept.
    """
    places = context.places("people.view")
    reach = within_below(places, org) if below else Q(org=org) & within(places)
    if post:
        held = Post.objects.filter(reach, on_day(context.today), kind=post, person=OuterRef("pk"))
        people = Person.objects.filter(Exists(held))
    else:
        people = Person.objects.filter(reach)
    if status:
        standing = Membership.objects.filter(person=OuterRef("pk"), valid_to=None, status=status)
        people = people.filter(Exists(standing))
    if typed.strip():
        people = people.filter(_named_like(typed))
    # in the order of the tree: a page of a large place is then read without sorting all of it
    return people.order_by("org__path", "pinyin", "pk")


def with_standing(people: QuerySet[Person]) -> QuerySet[Person]:
    """Return people with organization, open membership and posts at hand, at any number of rows."""
    return people.select_related("org").prefetch_related(
        Prefetch("memberships", Membership.objects.filter(valid_to=None), to_attr="standing"),
        Prefetch("posts", Post.objects.filter(valid_to=None).select_related("org"), to_attr="open_posts"),
    )


def _named_like(typed: str) -> Q:
    text = half_width(typed)
    term = "".join(text.lower().split())[:20]
    last = term + "\U0010ffff"
    return (
        Q(name__gte=text, name__lt=text + "\U0010ffff")
        | Q(pinyin__gte=term, pinyin__lt=last)
        | Q(initials__gte=term, initials__lt=last)
    )


def people_named_like(context: Context, typed: str, limit: int = 12) -> list[Person]:
    """Return those within reach whose name, pinyin or initials begin as typed."""
    if not typed.strip():
        return []
    found = visible_people(context).filter(_named_like(typed)).select_related("org")
    return list(found.order_by("pinyin", "pk")[:limit])


def how_many_on(org: Org, day: date, *, standing: Iterable[str] = (), posts: Iterable[str] = ()) -> int:
    """Return how many persons stood so, or held such posts, at or below an organization on a day.

    A number alone, for counting; who they are is read elsewhere, by who may.
    """
    here = Q(on_day(day), in_subtree(org.path, "org__path"))
    if wanted := list(posts):
        return Post.objects.filter(here, kind__in=wanted).values("person").distinct().count()
    return Membership.objects.filter(here, status__in=list(standing)).count()


def person_with_id_number(context: Context, number: str) -> Person | None:
    """Return the person within reach who has an ID number."""
    found = print_of(number, ID_NUMBER)
    return visible_people(context).filter(id_print=found).select_related("org").first() if found else None


def people_named_at(context: Context, org_ids: Iterable[int], names: Iterable[str]) -> list[Person]:
    """Return the persons within reach, kept by some organizations, who bear one of the names exactly."""
    found: list[Person] = []
    places, wanted = sorted(set(org_ids)), set(names)
    for start in range(0, len(places), 500):
        kept = visible_people(context).filter(org__in=places[start : start + 500])
        found += [person for person in kept if person.name in wanted]
    return found


def people_by_print(context: Context, prints: Iterable[str]) -> dict[str, Person]:
    """Return the persons within reach by the fingerprints of their ID numbers."""
    wanted = sorted({each for each in prints if each})
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), 500):
        for person in visible_people(context).filter(id_print__in=wanted[start : start + 500]):
            found[person.id_print or ""] = person
    return found


def posts_below(context: Context, org: Org) -> QuerySet[Post]:
    """Return the posts held today at and below an organization."""
    places = context.places("people.view")
    return Post.objects.filter(on_day(context.today), within_below(places, org))


def posts_by_id(post_ids: Iterable[int]) -> list[Post]:
    """Return posts by their ids; for decisions, not for showing."""
    return list(Post.objects.filter(pk__in=list(post_ids)).select_related("org", "person"))


def known_prints(prints: Iterable[str]) -> set[str]:
    """Return which fingerprints of ID numbers belong to somebody, wherever they are kept."""
    wanted = [each for each in prints if each]
    known: set[str] = set()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        known.update(
            found
            for found in Person.objects.filter(id_print__in=part).values_list("id_print", flat=True)
            if found
        )
    return known


def memberships_of(context: Context, person: Person) -> QuerySet[Membership]:
    """Return how a person stood over time, the newest first."""
    person_by_id(context, person.pk)
    return Membership.objects.filter(person=person).select_related("org").order_by("-valid_from", "-pk")


def open_membership(person: Person) -> Membership | None:
    """Return how a person stands now; for decisions, not for showing."""
    return Membership.objects.filter(person=person, valid_to=None).first()


def stood_since(present: Membership) -> date:
    """Return since when a person stands as now, wherever they stood; for decisions."""
    rows = Membership.objects.filter(person=present.person_id).order_by("-valid_from", "-pk")
    return began_so(list(rows.values_list("status", "valid_from")))


def keeps_members(org: Org) -> bool:
    """Whether members are kept at an organization: its kind says how many full members it needs."""
    kind = pack_of(org.root_id).find(OrgKind, org.kind)
    return kind is not None and kind.least_full_members is not None


def standing_at(org: Org) -> QuerySet[Membership]:
    """Return the memberships at an organization that can go elsewhere, ended ones not; for decisions."""
    return Membership.objects.filter(org=org, valid_to=None).exclude(status__in=ENDED)


def membership_to_transfer(person: Person) -> Membership | None:
    """Return the membership of a person that can go elsewhere; for decisions, not for showing."""
    open_one = Membership.objects.filter(person=person, valid_to=None).exclude(status__in=ENDED)
    return open_one.select_related("org").first()


def members_at(context: Context, org: Org, *, typed: str = "") -> QuerySet[Person]:
    """Return whose membership is at an organization, wherever they are kept, by name; who has left is none."""
    places = context.places("people.view")
    there = standing_at(org).filter(within(places))
    people = visible_people(context).filter(pk__in=there.values("person"))
    if typed.strip():
        people = people.filter(_named_like(typed))
    return people.order_by("pinyin", "pk")


def posts_of_person(context: Context, person: Person) -> QuerySet[Post]:
    """Return the posts a person holds and held, the newest first."""
    person_by_id(context, person.pk)
    return Post.objects.filter(person=person).select_related("org").order_by("-valid_from", "-pk")


def posts_at(context: Context, org: Org, day: date | None = None) -> QuerySet[Post]:
    """Return the posts held at an organization on a day, today if none is named."""
    return (
        Post.objects.filter(on_day(day or context.today), within(context.places("people.view")), org=org)
        .select_related("person", "org")
        .order_by("kind", "valid_from", "pk")
    )


def posts_over_time(context: Context, org: Org, kind: str) -> QuerySet[Post]:
    """Return who held a post at an organization from when to when, the newest first."""
    return (
        Post.objects.filter(within(context.places("people.view")), org=org, kind=kind)
        .select_related("person")
        .order_by("-valid_from", "-pk")
    )


def own_posts(context: Context) -> list[Post]:
    """Return the posts that the reader holds today: what one is oneself needs no permission."""
    if context.actor.person_id is None:
        return []
    posts = Post.objects.filter(on_day(context.today), person=context.actor.person_id)
    return list(posts.select_related("org").order_by("org__path", "kind", "pk"))


def own_post(context: Context, post_id: int) -> Post:
    """Return one of the reader's own posts, held today or before; otherwise there is none."""
    posts = Post.objects.filter(pk=post_id, person=context.actor.person_id or 0)
    post = posts.select_related("org", "person").first()
    if post is None:
        raise NotFound("There is no such post.")
    return post


def same_posts(post: Post, day: date) -> list[Post]:
    """Return the posts of one kind at one place that others hold on a day or later: its successors."""
    others = Post.objects.filter(org=post.org_id, kind=post.kind).exclude(person=post.person_id)
    return list(
        others.filter(Q(valid_to=None) | Q(valid_to__gt=day))
        .select_related("person", "org")
        .order_by("-valid_from")
    )


def posts_to_come(context: Context, org: Org) -> QuerySet[Post]:
    """Return the posts at an organization that begin after today."""
    return (
        Post.objects.filter(within(context.places("people.view")), org=org, valid_from__gt=context.today)
        .select_related("person", "org")
        .order_by("valid_from", "pk")
    )


def post_by_id(context: Context, post_id: int) -> Post:
    """Return one post the reader may see; otherwise there is none."""
    posts = Post.objects.filter(within(context.places("people.view")), pk=post_id)
    post = posts.select_related("person__org", "org").first()
    if post is None:
        raise NotFound("There is no such post.")
    return post


def holders_of(org_ids: Iterable[int], kind: str, day: date) -> dict[int, list[int]]:
    """Return the ids of the persons who hold a post on a day, by organization; for the other rooms."""
    held: dict[int, list[int]] = {}
    posts = Post.objects.filter(on_day(day), org__in=list(org_ids), kind=kind).order_by("valid_from", "pk")
    for org_id, person_id in posts.values_list("org", "person"):
        held.setdefault(org_id, []).append(person_id)
    return held


def persons_holding(org: Org, role: str, day: date) -> list[int]:
    """Return the ids of the persons whose posts give a role at an organization on a day."""
    kinds = [kind.code for kind in post_kinds(org) if kind.role == role]
    posts = Post.objects.filter(on_day(day), org=org, kind__in=kinds)
    return list(posts.order_by("person").values_list("person", flat=True).distinct())


def post_kinds_held(path: str) -> set[str]:
    """Return the kinds of posts that anybody holds or held at or below a path; for the other rooms."""
    posts = Post.objects.filter(in_subtree(path, "org__path"))
    return set(posts.order_by().values_list("kind", flat=True).distinct())


def all_post_kinds(org: Org) -> list[PostKind]:
    """Return every post that the place's pack knows, in its order."""
    known = pack_of(org.root_id).all(PostKind)
    return sorted(known, key=lambda kind: (kind.order, kind.code))


def post_kinds(org: Org) -> list[PostKind]:
    """Return the posts that an organization may have, in the pack's order."""
    return [kind for kind in all_post_kinds(org) if kind.may_stand(org.kind, org.level)]


def post_kind(org: Org, code: str, pack: Pack | None = None) -> PostKind | None:
    """Return a post by its code, if the organization may have it under the pack that rules there."""
    kind = (pack or pack_of(org.root_id)).find(PostKind, code)
    return kind if kind and kind.may_stand(org.kind, org.level) else None


def standing_counts(context: Context, org: Org, *, below: bool = True) -> dict[str, int]:
    """Return how many people of an organization stand how, by status; without a standing none."""
    places = context.places("people.view")
    reach = within_below(places, org) if below else Q(org=org) & within(places)
    rows = (
        Membership.objects.filter(reach, valid_to=None)
        .order_by()
        .values_list("status")
        .annotate(count=Count("pk"))
    )
    found = dict(rows)
    return {status: found[status] for status in Status.values if status in found}


def households_of(
    context: Context, org: Org, *, below: bool = False, day: date | None = None
) -> QuerySet[Household]:
    """Return the households of an organization on a day, today if none is named, by door."""
    reach = in_subtree(org.path, "org__path") if below else Q(org=org)
    return (
        Household.objects.filter(reach, on_day(day or context.today), within(context.places("people.view")))
        .select_related("org", "head")
        .order_by("org__path", "door", "pk")
    )


def household_by_id(context: Context, household_id: int) -> Household:
    """Return one household the reader may see; otherwise there is none."""
    found = Household.objects.filter(within(context.places("people.view")), pk=household_id)
    household = found.select_related("org", "head").first()
    if household is None:
        raise NotFound("There is no such household.")
    return household
