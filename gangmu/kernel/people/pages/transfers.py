"""Transfers of memberships on the screen: of one person, and of many that stand at one organization."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path, reverse

from gangmu.core.errors import NotFound
from gangmu.core.fields import FieldSpec
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id, successors_of
from gangmu.kernel.people.member_rows import STATUS_TITLES
from gangmu.kernel.people.models import Membership, Person
from gangmu.kernel.people.operations import transfer_members
from gangmu.kernel.people.pages.forms import DAY, answer, day_given, org_given
from gangmu.kernel.people.queries import (
    all_post_kinds,
    keeps_members,
    members_at,
    membership_to_transfer,
    person_by_id,
    with_standing,
)

_FIELDS = (
    FieldSpec(
        code="to",
        title=say("Which organization takes the membership over"),
        type="organization",
        required=True,
    ),
    DAY,
    FieldSpec(
        code="paper",
        title=say("By which paper, or for which reason"),
        required=True,
        max_length=200,
    ),
)
_ADVICE = say(
    "Until the day before, the membership stays where it was. Whoever holds a post there ends it first."
)


def _start(request: Request, org: Org) -> dict[str, Any]:
    """Return what a form begins with: the day on which the organization closed, and what it became."""
    day = min(org.closed_on or request.context.today, request.context.today)
    heirs = [heir for heir in successors_of([org.pk]).get(org.pk, []) if keeps_members(heir)]
    if len(heirs) != 1 or not request.context.may("orgs.view", heirs[0].path):
        return {"day": day.isoformat()}
    return {"day": day.isoformat(), "to": heirs[0].pk, "to_shown": heirs[0].name}


@page("people.manage", methods=("GET", "POST"))
def transfer(request: Request, person_id: int) -> HttpResponse:
    """Transfer one person's membership to another organization."""
    context = request.context
    person = person_by_id(context, person_id)
    present = membership_to_transfer(person)
    if present is None:
        raise NotFound("There is no membership that could be transferred.")
    back = reverse("people-person", args=(person.pk,))

    def do(given: dict[str, Any]) -> str:
        to = org_given(context, given, "to")
        chosen = [person.pk]
        transfer_members(
            context, present.org, to=to, people=chosen, day=day_given(given), paper=given["paper"]
        )
        return back

    return answer(
        request,
        say("Transfer the membership"),
        present.org,
        _FIELDS,
        do,
        values=_start(request, present.org),
        advice=_ADVICE,
        back=back,
        template="people/transfer.html",
        person=person,
    )


@page("people.manage", methods=("GET", "POST"))
def transfer_many(request: Request, org_id: int) -> HttpResponse:
    """Transfer those who are ticked, or all who stand at an organization, to another."""
    context = request.context
    org = org_by_id(context, org_id)
    typed = request.GET.get("q", "")
    chosen = [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]
    everybody = "everybody" in request.POST
    people = members_at(context, org)
    table = _member_table(request, org, members_at(context, org, typed=typed), chosen)

    def do(given: dict[str, Any]) -> str:
        to = org_given(context, given, "to")
        transfer_members(
            context,
            org,
            to=to,
            people=None if everybody else chosen,
            day=day_given(given),
            paper=given["paper"],
        )
        here, there = (reverse("people-transfer-many", args=(org.pk,)), to)
        return here if people.exists() else reverse("people-of-org", args=(there.pk,))

    return answer(
        request,
        say("Transfer members"),
        org,
        _FIELDS,
        do,
        values=_start(request, org),
        advice=_ADVICE,
        back=reverse("people-of-org", args=(org.pk,)),
        template="people/transfer_many.html",
        table=table,
        q=typed,
        count=people.count(),
    )


def _member_table(request: Request, org: Org, people: QuerySet[Person], chosen: list[int]) -> Table:
    """Return the members to tick, with the posts that must be ended first; who keeps them if it is another."""
    titles = {kind.code: kind.title for kind in all_post_kinds(org)}

    def status(person: Person) -> Any:
        return STATUS_TITLES[_standing(person).status]

    def since(person: Person) -> Any:
        return _standing(person).valid_from

    def posts(person: Person) -> str:
        held = [post for post in getattr(person, "open_posts", []) if post.org_id == org.pk]
        return listed(worded(titles.get(post.kind, post.kind)) for post in held)

    kept = Column("kept", say("Kept by another"), value=lambda each: each.org.name, width=32)
    columns = [
        Column(
            "name",
            say("Full name"),
            link=lambda each: reverse("people-person", args=(each.pk,)),
            sort="pinyin",
        ),
        Column("status", say("Standing"), value=status),
        Column("since", say("From"), "date", value=since),
        Column("posts", say("Posts here"), value=posts, width=24),
        Column("joined_on", say("Joined on"), "date", sort="joined_on"),
        *([kept] if people.exclude(org=org).exists() else []),
    ]
    return Table(
        request,
        columns,
        with_standing(people),
        title=say("Members"),
        code="members",
        selectable=True,
        form="transfer",
        chosen=chosen,
        exports=False,
        empty_title=say("Nobody's membership is here"),
    )


def _standing(person: Person) -> Membership:
    """Return the open membership that was read along; who is listed has one."""
    [standing] = getattr(person, "standing", [])
    return cast(Membership, standing)


urlpatterns = [
    path("people/<int:person_id>/transfer", transfer, name="people-transfer"),
    path("orgs/<int:org_id>/people/transfer", transfer_many, name="people-transfer-many"),
]
