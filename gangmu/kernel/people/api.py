"""People over the API: lists, one person, every operation."""

from datetime import date

from ninja import Query, Router, Schema
from pydantic import Field

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.people.models import Household, Membership, Person, Post
from gangmu.kernel.people.operations import (
    BATCH,
    NewPost,
    assign_post,
    assign_posts,
    close_household,
    correct_household,
    correct_person,
    end_post,
    handover_post,
    move_household,
    note_membership,
    register_household,
    register_people,
    register_person,
    transfer_members,
    unmask_person,
    withdraw_people,
)
from gangmu.kernel.people.queries import (
    household_by_id,
    households_of,
    masked_numbers,
    memberships_of,
    people_named_like,
    people_of,
    person_by_id,
    post_by_id,
    posts_at,
    posts_of_person,
)
from gangmu.kernel.people.rules import NewPerson

router = Router(tags=["people"])


class PersonOut(Schema):
    """One person; the numbers are masked."""

    id: int
    name: str
    org_id: int
    sex: str
    birth_year: int | None
    joined_on: date | None
    full_on: date | None
    id_number: str
    telephone: str


def _out(person: Person) -> PersonOut:
    numbers = masked_numbers(person)
    return PersonOut(
        id=person.pk,
        name=person.name,
        org_id=person.org_id,
        sex=person.sex,
        birth_year=person.birth_year,
        joined_on=person.joined_on,
        full_on=person.full_on,
        id_number=numbers.id_number,
        telephone=numbers.telephone,
    )


class MembershipOut(Schema):
    """How a person stood from one day to another."""

    id: int
    person_id: int
    org_id: int
    status: str
    valid_from: date
    valid_to: date | None
    paper: str


class PostOut(Schema):
    """A post held from one day to another."""

    id: int
    person_id: int
    org_id: int
    kind: str
    valid_from: date
    valid_to: date | None
    paper: str


class HouseholdOut(Schema):
    """A household."""

    id: int
    org_id: int
    door: str
    head_id: int | None
    size: int
    valid_from: date
    valid_to: date | None


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100

    def most(self) -> int:
        """Return how many rows are given."""
        return max(1, min(self.limit, 200))


class NewPersonIn(Schema):
    """What registering one person takes."""

    name: str
    sex: str = ""
    birth_year: int | None = None
    id_number: str = ""
    telephone: str = ""
    status: str = ""
    since: date | None = None
    joined_on: date | None = None
    full_on: date | None = None
    org_code: str = ""

    def new(self) -> NewPerson:
        """Return it as the operation wants it."""
        return NewPerson(**self.dict())


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/people",
    "people.people_of",
    permission="people.view",
    response=list[PersonOut],
)
def list_people(
    request: Request, org_id: int, page: Query[PageOf], status: str = "", post: str = "", below: bool = True
) -> list[PersonOut]:
    """List whom an organization keeps, with all below it, by id."""
    org = org_by_id(request.context, org_id)
    people = people_of(request.context, org, below=below, status=status, post=post)
    rows = people.filter(pk__gt=page.after).order_by("pk")
    return [_out(person) for person in rows[: page.most()]]


@endpoint(
    router, "get", "/people", "people.people_named_like", permission="people.view", response=list[PersonOut]
)
def find_people(request: Request, q: str = "") -> list[PersonOut]:
    """Find people within reach by name, pinyin or initials."""
    return [_out(person) for person in people_named_like(request.context, q)]


@endpoint(
    router, "get", "/people/{person_id}", "people.person_by_id", permission="people.view", response=PersonOut
)
def read_person(request: Request, person_id: int) -> PersonOut:
    """Return one person."""
    return _out(person_by_id(request.context, person_id))


@endpoint(
    router,
    "get",
    "/people/{person_id}/memberships",
    "people.memberships_of",
    permission="people.view",
    response=list[MembershipOut],
)
def read_memberships(request: Request, person_id: int) -> list[Membership]:
    """Return how a person stood over time."""
    return list(memberships_of(request.context, person_by_id(request.context, person_id)))


@endpoint(
    router,
    "get",
    "/people/{person_id}/posts",
    "people.posts_of_person",
    permission="people.view",
    response=list[PostOut],
)
def read_posts(request: Request, person_id: int) -> list[Post]:
    """Return the posts a person holds and held."""
    return list(posts_of_person(request.context, person_by_id(request.context, person_id)))


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/people",
    "people.register_person",
    permission="people.manage",
    response=PersonOut,
)
def post_person(request: Request, org_id: int, new: NewPersonIn) -> PersonOut:
    """Register one person."""
    org = org_by_id(request.context, org_id)
    return _out(register_person(request.context, org, new.new()))


class PeopleIn(Schema):
    """Up to two thousand persons."""

    people: list[NewPersonIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/people/batch",
    "people.register_people",
    permission="people.manage",
    response=list[PersonOut],
)
def post_people(request: Request, org_id: int, given: PeopleIn) -> list[PersonOut]:
    """Register many persons, all or none."""
    org = org_by_id(request.context, org_id)
    return [_out(each) for each in register_people(request.context, org, [new.new() for new in given.people])]


class IdsIn(Schema):
    """Some persons."""

    people: list[int]


class CountOut(Schema):
    """How many."""

    count: int


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/people/withdraw",
    "people.withdraw_people",
    permission="people.manage",
    response=CountOut,
)
def post_withdrawal(request: Request, org_id: int, given: IdsIn) -> dict[str, int]:
    """Take back persons registered by mistake."""
    org = org_by_id(request.context, org_id)
    return {"count": withdraw_people(request.context, org, people=given.people)}


class CorrectionIn(Schema):
    """What is corrected; what is left out stays, an empty text empties."""

    name: str | None = None
    sex: str | None = None
    birth_year: int | None = None
    id_number: str | None = None
    telephone: str | None = None
    joined_on: date | None = None
    full_on: date | None = None


@endpoint(
    router,
    "post",
    "/people/{person_id}/correction",
    "people.correct_person",
    permission="people.manage",
    response=PersonOut,
)
def post_correction(request: Request, person_id: int, given: CorrectionIn) -> PersonOut:
    """Correct what is written about a person."""
    person = person_by_id(request.context, person_id)
    return _out(correct_person(request.context, person, **given.dict()))


class ReasonIn(Schema):
    """Why."""

    reason: str


class NumbersOut(Schema):
    """A person's numbers in the open."""

    id_number: str
    telephone: str


@endpoint(
    router,
    "post",
    "/people/{person_id}/numbers",
    "people.unmask_person",
    permission="people.unmask",
    response=NumbersOut,
)
def post_unmasking(request: Request, person_id: int, given: ReasonIn) -> NumbersOut:
    """Open a person's numbers once, for a reason that is logged."""
    numbers = unmask_person(request.context, person_by_id(request.context, person_id), reason=given.reason)
    return NumbersOut(id_number=numbers.id_number, telephone=numbers.telephone)


class StandingIn(Schema):
    """Another standing from a day on."""

    status: str
    day: date
    paper: str = ""


@endpoint(
    router,
    "post",
    "/people/{person_id}/memberships",
    "people.note_membership",
    permission="people.manage",
    response=MembershipOut,
)
def post_membership(request: Request, person_id: int, given: StandingIn) -> Membership:
    """Note that a person stands otherwise."""
    return note_membership(request.context, person_by_id(request.context, person_id), **given.dict())


@endpoint(
    router, "get", "/orgs/{org_id}/posts", "people.posts_at", permission="people.view", response=list[PostOut]
)
def list_posts(request: Request, org_id: int, day: date | None = None) -> list[Post]:
    """List the posts held at an organization on a day."""
    return list(posts_at(request.context, org_by_id(request.context, org_id), day))


class PostIn(Schema):
    """A post for a person from a day on."""

    person: int
    kind: str
    day: date
    until: date | None = None
    paper: str = ""
    login: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/posts", "people.assign_post", permission="people.manage", response=PostOut
)
def post_post(request: Request, org_id: int, given: PostIn) -> Post:
    """Give a person a post."""
    context = request.context
    values = given.dict() | {"person": person_by_id(context, given.person)}
    return assign_post(context, org_by_id(context, org_id), **values)


class PostAtIn(PostIn):
    """A post at an organization at or below the one that is addressed."""

    org: int


class PostsIn(Schema):
    """Up to two thousand posts."""

    posts: list[PostAtIn]


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/posts/batch",
    "people.assign_posts",
    permission="people.manage",
    response=list[PostOut],
)
def post_posts(request: Request, org_id: int, given: PostsIn) -> list[Post]:
    """Give many posts, all or none."""
    context = request.context
    batch = [
        NewPost(
            **each.dict()
            | {"person": person_by_id(context, each.person), "org": org_by_id(context, each.org)}
        )
        for each in given.posts
    ]
    return assign_posts(context, org_by_id(context, org_id), batch)


class EndIn(Schema):
    """The first day without it."""

    day: date
    paper: str = ""


@endpoint(
    router, "post", "/posts/{post_id}/end", "people.end_post", permission="people.manage", response=PostOut
)
def post_end(request: Request, post_id: int, given: EndIn) -> Post:
    """End a post."""
    return end_post(request.context, post_by_id(request.context, post_id), **given.dict())


class HandoverIn(Schema):
    """To whom, from which day on."""

    to: int
    day: date
    paper: str = ""
    login: str = ""


@endpoint(
    router,
    "post",
    "/posts/{post_id}/handover",
    "people.handover_post",
    permission="people.manage",
    response=PostOut,
)
def post_handover(request: Request, post_id: int, given: HandoverIn) -> Post:
    """Hand a post from one person to another."""
    context = request.context
    values = given.dict() | {"to": person_by_id(context, given.to)}
    return handover_post(context, post_by_id(context, post_id), **values)


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/households",
    "people.households_of",
    permission="people.view",
    response=list[HouseholdOut],
)
def list_households(request: Request, org_id: int, page: Query[PageOf]) -> list[Household]:
    """List the households of an organization and all below it, by id."""
    org = org_by_id(request.context, org_id)
    rows = households_of(request.context, org, below=True).filter(pk__gt=page.after).order_by("pk")
    return list(rows[: page.most()])


class HouseholdIn(Schema):
    """A household to register."""

    door: str
    size: int
    day: date
    head: int | None = None


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/households",
    "people.register_household",
    permission="people.manage",
    response=HouseholdOut,
)
def post_household(request: Request, org_id: int, given: HouseholdIn) -> Household:
    """Register a household."""
    context = request.context
    head = person_by_id(context, given.head) if given.head else None
    return register_household(context, org_by_id(context, org_id), **given.dict() | {"head": head})


class HouseholdCorrectionIn(Schema):
    """What stands about a household."""

    door: str
    size: int
    head: int | None = None


@endpoint(
    router,
    "post",
    "/households/{household_id}/correction",
    "people.correct_household",
    permission="people.manage",
    response=HouseholdOut,
)
def post_household_correction(request: Request, household_id: int, given: HouseholdCorrectionIn) -> Household:
    """Correct a household."""
    context = request.context
    head = person_by_id(context, given.head) if given.head else None
    return correct_household(context, household_by_id(context, household_id), **given.dict() | {"head": head})


class HouseholdMoveIn(Schema):
    """Where a household moves."""

    to: int
    door: str
    day: date


@endpoint(
    router,
    "post",
    "/households/{household_id}/move",
    "people.move_household",
    permission="people.manage",
    response=HouseholdOut,
)
def post_household_move(request: Request, household_id: int, given: HouseholdMoveIn) -> Household:
    """Move a household to another organization's area."""
    context = request.context
    values = given.dict() | {"to": org_by_id(context, given.to)}
    return move_household(context, household_by_id(context, household_id), **values)


class TransferIn(Schema):
    """Whose membership goes where, from which day on; ``everybody`` is all who stand there."""

    to: int
    day: date
    paper: str
    people: list[int] = Field(default=[], max_length=BATCH)
    everybody: bool = False


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/members/transfer",
    "people.transfer_members",
    permission="people.manage",
    response=CountOut,
)
def post_transfer(request: Request, org_id: int, given: TransferIn) -> dict[str, int]:
    """Transfer memberships to another organization, all or none."""
    context = request.context
    moved = transfer_members(
        context,
        org_by_id(context, org_id),
        to=org_by_id(context, given.to),
        people=None if given.everybody else given.people,
        day=given.day,
        paper=given.paper,
    )
    return {"count": len(moved)}


class DayIn(Schema):
    """A day."""

    day: date


@endpoint(
    router,
    "post",
    "/households/{household_id}/close",
    "people.close_household",
    permission="people.manage",
    response=HouseholdOut,
)
def post_household_closure(request: Request, household_id: int, given: DayIn) -> Household:
    """Close a household that is no more."""
    return close_household(request.context, household_by_id(request.context, household_id), day=given.day)
