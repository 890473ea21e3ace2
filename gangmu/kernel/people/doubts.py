"""What may be wrong with people, their standing, their posts and households."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q

from gangmu.core.doubts import DoubtCheck, Found, Look, Params
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.access.queries import accounts_of_people, grants_by_hand
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.doubts import OrgRow, tree_of
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.models import Household, Membership, Person, Post, Status
from gangmu.kernel.people.rules import began_so

MEMBERS = (Status.PROBATIONARY, Status.FULL)
GONE = (
    Status.SELF_QUIT,
    Status.PERSUADED_OUT,
    Status.RESIGNED,
    Status.EXPELLED,
    Status.CANCELLED,
    Status.DECEASED,
)
OF_AGE = 18
OLDEST = 110
PROBATION = timedelta(days=365)
LONGEST_PROBATION = timedelta(days=2 * 366)
ONE_TELEPHONE = 3
LARGE_HOUSEHOLD = 15


def _standing(look: Look) -> dict[int, Counter[str]]:
    """Return how many stand how at each organization."""

    def read() -> dict[int, Counter[str]]:
        rows = (
            Membership.objects.filter(in_subtree(look.path, "org__path"), valid_to=None)
            .order_by()
            .values_list("org", "status")
            .annotate(count=Count("pk"))
        )
        found: dict[int, Counter[str]] = defaultdict(Counter)
        for org, status, count in rows:
            found[org][status] = count
        return found

    return look.once("standing", read)


def _kinds(look: Look) -> dict[str, OrgKind]:
    return {kind.code: kind for kind in look.pack.all(OrgKind)}


def _sized(look: Look) -> Iterator[tuple[OrgRow, OrgKind, int, int]]:
    """Yield each open organization whose kind says how many it needs: with its full members and members."""
    kinds, standing = _kinds(look), _standing(look)
    for row in tree_of(look).open:
        kind = kinds.get(row.kind)
        if kind is not None and (kind.least_full_members or kind.most_members):
            here = standing.get(row.pk, Counter())
            yield row, kind, here[Status.FULL], sum(here[each] for each in MEMBERS)


def _too_few(look: Look) -> Iterator[Found]:
    for row, kind, full, members in _sized(look):
        if kind.least_full_members and members and full < kind.least_full_members:
            yield Found(row.pk, params={"count": full, "least": kind.least_full_members})


def _nobody(look: Look) -> Iterator[Found]:
    return (
        Found(row.pk) for row, kind, _, members in _sized(look) if kind.least_full_members and not members
    )


def _too_many(look: Look) -> Iterator[Found]:
    for row, kind, _, members in _sized(look):
        if kind.most_members and members > kind.most_members:
            yield Found(row.pk, params={"count": members, "most": kind.most_members})


def _above_branches(look: Look) -> Iterator[Found]:
    """Find members kept where no members are kept: at a kind of which other kinds are the parts."""
    kinds, standing = _kinds(look), _standing(look)
    for row in tree_of(look).open:
        kind = kinds.get(row.kind)
        members = sum(standing.get(row.pk, Counter())[each] for each in MEMBERS)
        if kind is not None and kind.made_of and members:
            yield Found(row.pk, params={"count": members})


class PostRow(NamedTuple):
    """A post that is held, or was."""

    pk: int
    person: int
    org: int
    kind: str
    valid_from: date
    valid_to: date | None


def _posts(look: Look) -> list[PostRow]:
    def read() -> list[PostRow]:
        rows = Post.objects.filter(in_subtree(look.path, "org__path")).order_by("org", "valid_from", "pk")
        fields = ("pk", "person", "org", "kind", "valid_from", "valid_to")
        return [PostRow(*row) for row in rows.values_list(*fields).iterator()]

    return look.once("posts", read)


def _held(look: Look) -> list[PostRow]:
    today = look.today
    return [
        row
        for row in _posts(look)
        if row.valid_from <= today and (row.valid_to is None or row.valid_to > today)
    ]


def _post_kinds(look: Look) -> dict[str, PostKind]:
    return {kind.code: kind for kind in look.pack.all(PostKind)}


def _titled(look: Look, code: str) -> Text | str:
    kind = _post_kinds(look).get(code)
    return kind.title if kind else code


def _vacant(look: Look) -> Iterator[Found]:
    kinds = [kind for kind in look.pack.all(PostKind) if kind.vacant_days is not None]
    held = {(row.org, row.kind) for row in _held(look)}
    ended: dict[tuple[int, str], date] = {}
    for post in _posts(look):
        if post.valid_to is not None:
            key = (post.org, post.kind)
            ended[key] = max(post.valid_to, ended.get(key, post.valid_to))
    for row in tree_of(look).open:
        for kind in kinds:
            if (kind.kinds and row.kind not in kind.kinds) or (row.pk, kind.code) in held:
                continue
            since = ended.get((row.pk, kind.code), row.founded_on)
            if since + timedelta(days=kind.vacant_days or 0) < look.today:
                params: Params = {"post": kind.title, "day": since.isoformat()}
                yield Found(row.pk, f"post_kind:{kind.code}", params)


def _too_many_holders(look: Look) -> Iterator[Found]:
    kinds = _post_kinds(look)
    for (org, code), count in Counter((row.org, row.kind) for row in _held(look)).items():
        kind = kinds.get(code)
        if kind is not None and kind.max_holders is not None and count > kind.max_holders:
            params: Params = {"post": kind.title, "count": count, "most": kind.max_holders}
            yield Found(org, f"post_kind:{code}", params)


def _term_overdue(look: Look) -> Iterator[Found]:
    kinds = _post_kinds(look)
    for row in _held(look):
        kind = kinds.get(row.kind)
        if kind is None or kind.term_years is None:
            continue
        if row.valid_from < look.today - timedelta(days=round(365.25 * kind.term_years)):
            params: Params = {"post": kind.title, "day": row.valid_from.isoformat(), "years": kind.term_years}
            yield Found(row.org, f"post:{row.pk}", params)


def _post_of_other_kind(look: Look) -> Iterator[Found]:
    kinds, orgs = _post_kinds(look), tree_of(look).rows
    for row in _held(look):
        kind = kinds.get(row.kind)
        if kind is None or not kind.may_stand(orgs[row.org].kind, orgs[row.org].level):
            yield Found(row.org, f"post:{row.pk}", {"post": _titled(look, row.kind)})


def _post_at_closed(look: Look) -> Iterator[Found]:
    orgs = tree_of(look).rows
    for row in _held(look):
        closed = orgs[row.org].closed_on
        if closed is not None and closed <= look.today:
            yield Found(row.org, f"post:{row.pk}", {"post": _titled(look, row.kind)})


def _holders(look: Look) -> dict[int, str]:
    """Return how those stand who hold a post, by person."""
    rows = Membership.objects.filter(
        Exists(
            Post.objects.filter(in_subtree(look.path, "org__path"), person=OuterRef("person"), valid_to=None)
        ),
        valid_to=None,
    )
    return dict(rows.values_list("person", "status"))


def _holder_left(look: Look) -> Iterator[Found]:
    stands = look.once("holders", lambda: _holders(look))
    for row in _held(look):
        if stands.get(row.person) in GONE:
            yield Found(row.org, f"post:{row.pk}", {"post": _titled(look, row.kind)})


def _holder_not_full(look: Look) -> Iterator[Found]:
    kinds = _post_kinds(look)
    stands = look.once("holders", lambda: _holders(look))
    for row in _held(look):
        kind, how = kinds.get(row.kind), stands.get(row.person)
        if kind is not None and kind.full_members and how != Status.FULL and how not in GONE:
            yield Found(row.org, f"post:{row.pk}", {"post": kind.title})


def _of_tree(look: Look) -> Q:
    return in_subtree(look.path, "org__path")


def _person(org: int, person: int, **params: str | int | Text) -> Found:
    return Found(org, f"person:{person}", params)


def _members_at_closed(look: Look) -> Iterator[Found]:
    rows = Membership.objects.filter(_of_tree(look), valid_to=None, org__closed_on__lte=look.today)
    return (_person(*row) for row in rows.exclude(status__in=GONE).values_list("org", "person"))


def _kept_elsewhere(look: Look) -> Iterator[Found]:
    rows = Membership.objects.filter(_of_tree(look), valid_to=None).exclude(status__in=GONE)
    rows = rows.exclude(org=F("person__org"))
    for org, person, name in rows.values_list("org", "person", "person__org__name"):
        yield _person(org, person, kept=name)


def _member_rows(look: Look) -> list[tuple[int, int, int | None, date | None, date | None, str, bool, date]]:
    """Return the members of a tree: organization, person, birth year, days, status, with ID, since."""

    def read() -> list[tuple[int, int, int | None, date | None, date | None, str, bool, date]]:
        rows = Membership.objects.filter(_of_tree(look), valid_to=None, status__in=MEMBERS)
        fields = ("org", "person", "person__birth_year", "person__joined_on", "person__full_on", "status")
        found = rows.order_by("org", "person").values_list(*fields, "person__id_print", "valid_from")
        return [(*row[:6], bool(row[6]), row[7]) for row in found.iterator()]

    return look.once("members", read)


def _joined_young(look: Look) -> Iterator[Found]:
    for org, person, born, joined, *_ in _member_rows(look):
        if born and joined and joined.year - born < OF_AGE:
            yield _person(org, person, year=born, day=joined.isoformat())


def _odd_birth_year(look: Look) -> Iterator[Found]:
    rows = Person.objects.filter(_of_tree(look), birth_year__isnull=False).filter(
        Q(birth_year__lt=look.today.year - OLDEST) | Q(birth_year__gt=look.today.year)
    )
    return (_person(org, pk, year=year or 0) for org, pk, year in rows.values_list("org", "pk", "birth_year"))


def _joined_later(look: Look) -> Iterator[Found]:
    rows = Person.objects.filter(_of_tree(look)).filter(
        Q(joined_on__gt=look.today) | Q(full_on__gt=look.today)
    )
    return (_person(*row) for row in rows.values_list("org", "pk"))


def _full_too_soon(look: Look) -> Iterator[Found]:
    for org, person, _, joined, full, *_ in _member_rows(look):
        if joined and full and full - joined < PROBATION:
            yield _person(org, person, day=full.isoformat(), joined=joined.isoformat())


def _days_missing(look: Look) -> Iterator[Found]:
    for org, person, _, joined, full, status, *_ in _member_rows(look):
        if joined is None or (status == Status.FULL and full is None):
            yield _person(org, person)


def _long_probation(look: Look) -> Iterator[Found]:
    open_one = Membership.objects.filter(
        _of_tree(look), person=OuterRef("person"), valid_to=None, status=Status.PROBATIONARY
    )
    rows = Membership.objects.filter(Exists(open_one)).order_by("person", "-valid_from", "-pk")
    spans = rows.values_list("person", "org", "status", "valid_from")
    for person, stood in groupby(spans.iterator(), key=itemgetter(0)):
        held = list(stood)
        since = began_so([(status, begins) for _, _, status, begins in held])
        if since + LONGEST_PROBATION < look.today:
            yield _person(held[0][1], person, day=since.isoformat())


def _no_id_number(look: Look) -> Iterator[Found]:
    return (_person(org, person) for org, person, *_, known, _ in _member_rows(look) if not known)


def _twice(look: Look) -> Iterator[Found]:
    same = (
        Person.objects.filter(_of_tree(look), birth_year__isnull=False)
        .order_by()
        .values("org", "name", "birth_year", "sex")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )
    for each in same:
        rows = Person.objects.filter(
            org=each["org"], name=each["name"], birth_year=each["birth_year"], sex=each["sex"]
        )
        yield from (_person(each["org"], pk, count=each["count"]) for pk in rows.values_list("pk", flat=True))


def _shared_telephone(look: Look) -> Iterator[Found]:
    shared = (
        Person.objects.filter(_of_tree(look))
        .exclude(telephone_print="")
        .order_by()
        .values("telephone_print")
        .annotate(count=Count("pk"))
        .filter(count__gt=ONE_TELEPHONE)
    )
    for each in shared:
        rows = Person.objects.filter(_of_tree(look), telephone_print=each["telephone_print"])
        yield from (_person(org, pk, count=each["count"]) for org, pk in rows.values_list("org", "pk"))


def _memberships_overlap(look: Look) -> Iterator[Found]:
    later = Membership.objects.filter(
        person=OuterRef("person"), valid_from__gt=OuterRef("valid_from"), valid_from__lt=OuterRef("valid_to")
    )
    rows = Membership.objects.filter(Exists(later), _of_tree(look), valid_to__isnull=False)
    return (_person(*row) for row in rows.values_list("org", "person").distinct())


def _membership_gap(look: Look) -> Iterator[Found]:
    """Find those whose standing was closed on a day on which no other begins."""
    onward = Membership.objects.filter(
        person=OuterRef("person"), valid_from__lte=OuterRef("valid_to")
    ).filter(Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_to")))
    rows = Membership.objects.filter(
        ~Exists(onward), _of_tree(look), valid_to__isnull=False, status__in=MEMBERS
    )
    for org, person, day in rows.values_list("org", "person", "valid_to"):
        yield _person(org, person, day=str(day))


def _kept_for_nothing(look: Look) -> Iterator[Found]:
    rows = Person.objects.filter(
        ~Exists(Membership.objects.filter(person=OuterRef("pk"))),
        ~Exists(Post.objects.filter(person=OuterRef("pk"))),
        ~Exists(Household.objects.filter(head=OuterRef("pk"), valid_to=None)),
        _of_tree(look),
    )
    return (_person(*row) for row in rows.values_list("org", "pk"))


def _account_of_gone(look: Look) -> Iterator[Found]:
    rows = Membership.objects.filter(_of_tree(look), valid_to=None, status__in=GONE)
    gone = dict(rows.values_list("person", "org"))
    accounts = accounts_of_people(sorted(gone))
    return (_person(gone[each], each) for each in sorted(accounts) if accounts[each].is_active)


def _role_where_left(look: Look) -> Iterator[Found]:
    """Find roles given by hand at an organization whose membership their holder has transferred elsewhere."""
    stood = Membership.objects.filter(person=OuterRef("account__person"))
    rows = grants_by_hand(look.path, look.today).filter(
        Exists(stood.filter(org=OuterRef("org"), valid_to__isnull=False)),
        Exists(stood.filter(valid_to=None).exclude(org=OuterRef("org")).exclude(status__in=GONE)),
    )
    for org, pk, name in rows.values_list("org", "pk", "account__name"):
        yield Found(org or look.root, f"grant:{pk}", {"account": name})


def _household(row: Household, **params: str | int | Text) -> Found:
    return Found(row.org_id, f"household:{row.pk}", {"door": row.door, **params})


def _households(look: Look) -> Q:
    return _of_tree(look) & Q(valid_to=None)


def _no_head(look: Look) -> Iterator[Found]:
    return (_household(row) for row in Household.objects.filter(_households(look), head=None))


def _large(look: Look) -> Iterator[Found]:
    rows = Household.objects.filter(_households(look), size__gt=LARGE_HOUSEHOLD)
    return (_household(row, count=row.size) for row in rows)


def _head_twice(look: Look) -> Iterator[Found]:
    other = Household.objects.filter(head=OuterRef("head"), valid_to=None).exclude(pk=OuterRef("pk"))
    return (_household(row) for row in Household.objects.filter(Exists(other), _households(look)))


def _head_gone(look: Look) -> Iterator[Found]:
    died = Membership.objects.filter(person=OuterRef("head"), valid_to=None, status=Status.DECEASED)
    return (_household(row) for row in Household.objects.filter(Exists(died), _households(look)))


_of_org = partial(DoubtCheck, group="people")
_RESTORED = say(
    "Nobody can do this on a page: whoever keeps the installation holds it against the log and a backup, and restores it."
)
_of_person = partial(
    DoubtCheck,
    group="people",
    mend=say("Correct it, or note the right standing, on the person's page, by the paper that says so."),
    permission="people.view",
    page="people-person",
    page_of="subject",
)
_of_post = partial(
    DoubtCheck,
    group="people",
    mend=say("End the post with its day on its page, or hand it over."),
    permission="people.view",
    page="people-post",
    page_of="subject",
)
_of_household = partial(
    DoubtCheck,
    group="people",
    mend=say("Correct it on the household's page."),
    permission="people.view",
    page="people-household",
    page_of="subject",
)

CHECKS: Iterable[DoubtCheck] = (
    _of_org(
        "people.too_few_full",
        title=say("Fewer full members than its kind needs"),
        says=say("%(count)s full members, at least %(least)s are needed."),
        mend=say(
            "Those above merge it, dissolve it or send members; until then it may not vote on admissions."
        ),
        find=_too_few,
        page="people-of-org",
        source="中国共产党支部工作条例（试行）第四条",
    ),
    _of_org(
        "people.nobody",
        title=say("An organization without members"),
        says=say("No member is kept here."),
        mend=say("Bring its members in, or close it."),
        find=_nobody,
        page="people-of-org",
    ),
    _of_org(
        "people.too_many",
        title=say("More members than its kind generally has"),
        says=say("%(count)s members, generally at most %(most)s."),
        mend=say("Divide it, or excuse it with the approval from above."),
        find=_too_many,
        page="people-of-org",
        source="中国共产党支部工作条例（试行）第四条",
    ),
    _of_org(
        "people.above_branches",
        title=say("Members kept above the branches"),
        says=say("%(count)s members are kept here and in no branch."),
        mend=say("Transfer each to a branch: whoever is a member belongs to one."),
        find=_above_branches,
        page="people-transfer-many",
        source="中国共产党章程第八条",
    ),
    _of_org(
        "people.vacant",
        title=say("A post long vacant"),
        says=say("%(post)s: vacant since %(day)s."),
        mend=say("Enter who holds it, or have it filled."),
        find=_vacant,
        page="people-posts",
    ),
    _of_org(
        "people.too_many_holders",
        title=say("More holders than the post has places"),
        says=say("%(post)s: %(count)s hold it, at most %(most)s do."),
        mend=say("End the post of whoever left it."),
        find=_too_many_holders,
        sure=True,
        page="people-posts",
    ),
    _of_post(
        "people.term_overdue",
        title=say("A term that is over"),
        says=say("%(post)s: since %(day)s, for a term of %(years)s years."),
        mend=say(
            "Enter the election: end the post and enter it anew with its paper; or excuse it with the approval of a later one."
        ),
        find=_term_overdue,
        source="中国共产党支部工作条例（试行）第六章",
    ),
    _of_post(
        "people.post_of_other_kind",
        title=say("A post that this kind of organization does not have"),
        says=say("%(post)s."),
        find=_post_of_other_kind,
        sure=True,
    ),
    _of_post(
        "people.post_at_closed",
        title=say("A post at a closed organization"),
        says=say("%(post)s."),
        find=_post_at_closed,
        sure=True,
    ),
    _of_post(
        "people.holder_left",
        title=say("The holder of a post is no member any more"),
        says=say("%(post)s: whoever holds it has died or left."),
        find=_holder_left,
        sure=True,
    ),
    _of_post(
        "people.holder_not_full",
        title=say("A post of full members, held by another"),
        says=say("%(post)s: whoever holds it is no full member."),
        find=_holder_not_full,
        sure=True,
    ),
    _of_person(
        "people.members_at_closed",
        title=say("A member of a closed organization"),
        says=say("The organization is closed; the membership is still there."),
        mend=say("Transfer those who stand there to a branch, all at once or each to their own."),
        page="people-transfer-many",
        page_of="org",
        find=_members_at_closed,
        sure=True,
    ),
    _of_person(
        "people.kept_elsewhere",
        title=say("Kept by one organization, member at another"),
        says=say("The person is kept by %(kept)s."),
        mend=say(
            "Transfer the membership to where the person belongs; that organization then keeps the person."
        ),
        page="people-transfer",
        find=_kept_elsewhere,
    ),
    _of_person(
        "people.joined_young",
        title=say("Joined before being of age"),
        says=say("Born in %(year)s, joined on %(day)s."),
        find=_joined_young,
        source="中国共产党章程第一条",
    ),
    _of_person(
        "people.odd_birth_year",
        title=say("A year of birth that can hardly be"),
        says=say("Born in %(year)s."),
        find=_odd_birth_year,
    ),
    _of_person(
        "people.joined_later",
        title=say("Joined in the future"),
        says=say("The day of joining or of full membership is still to come."),
        find=_joined_later,
        sure=True,
    ),
    _of_person(
        "people.full_too_soon",
        title=say("Full member in less than a year"),
        says=say("Joined on %(joined)s, full member from %(day)s."),
        find=_full_too_soon,
        source="中国共产党章程第七条",
    ),
    _of_person(
        "people.days_missing",
        title=say("A member without the day of joining"),
        says=say("The day of joining or of full membership is not known."),
        find=_days_missing,
    ),
    _of_person(
        "people.long_probation",
        title=say("On probation for more than two years"),
        says=say("On probation since %(day)s."),
        find=_long_probation,
        source="中国共产党章程第七条",
    ),
    _of_person(
        "people.no_id_number",
        title=say("A member without an ID number"),
        says=say("Whether somebody is entered twice cannot be seen without it."),
        find=_no_id_number,
    ),
    _of_person(
        "people.twice",
        title=say("Perhaps entered twice"),
        says=say("%(count)s persons here have one name, sex and year of birth."),
        mend=say(
            "Note on the page of the entry that is one too many that it has left; if they are two, excuse it."
        ),
        find=_twice,
    ),
    _of_person(
        "people.shared_telephone",
        title=say("One telephone for many"),
        says=say("%(count)s persons have this telephone."),
        find=_shared_telephone,
    ),
    _of_person(
        "people.memberships_overlap",
        title=say("Stood in two ways on one day"),
        says=say("Two entries of the membership overlap."),
        mend=_RESTORED,
        find=_memberships_overlap,
        sure=True,
    ),
    _of_person(
        "people.membership_gap",
        title=say("A gap in a membership"),
        says=say("Nothing says how this member stands from %(day)s on."),
        mend=_RESTORED,
        find=_membership_gap,
        sure=True,
    ),
    _of_person(
        "people.kept_for_nothing",
        title=say("Kept without a reason"),
        says=say("No membership, no post, no household: nothing needs this person here."),
        mend=say("Enter how the person stands; whoever is not needed should not be kept."),
        find=_kept_for_nothing,
        source="个人信息保护法第六条",
    ),
    _of_person(
        "people.account_of_gone",
        title=say("An account of somebody who died or left"),
        says=say("The account can still sign in."),
        mend=say("Close the account, under accounts and roles."),
        page="access-org",
        page_of="org",
        find=_account_of_gone,
        sure=True,
    ),
    _of_person(
        "people.role_where_left",
        title=say("A role where somebody was a member until a transfer"),
        says=say("%(account)s still has a role here that no post gives."),
        mend=say("End the role, under accounts and roles, or excuse it if the work goes on here."),
        page="access-org",
        page_of="org",
        find=_role_where_left,
    ),
    _of_household(
        "people.no_head",
        title=say("A household without a head"),
        says=say("Number %(door)s."),
        find=_no_head,
    ),
    _of_household(
        "people.large_household",
        title=say("A very large household"),
        says=say("Number %(door)s: %(count)s people."),
        find=_large,
    ),
    _of_household(
        "people.head_twice",
        title=say("Head of two households"),
        says=say("Number %(door)s: the head is head of another one too."),
        find=_head_twice,
    ),
    _of_household(
        "people.head_gone",
        title=say("The head of a household has died"),
        says=say("Number %(door)s."),
        find=_head_gone,
        sure=True,
    ),
)
