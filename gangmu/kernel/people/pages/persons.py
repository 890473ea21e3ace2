"""People: lists, one person, their forms, posts of an organization, households."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import Text
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status as Light
from gangmu.frame.figures import TimelineEvent
from gangmu.frame.formats import listed
from gangmu.frame.forms import Option
from gangmu.frame.problems import told
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.around import around_org, org_crumbs
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.people.member_rows import PERSON_FIELDS, SEX, STATUS, STATUS_TITLES, new_person
from gangmu.kernel.people.models import Household, Person, Post
from gangmu.kernel.people.operations import (
    assign_post,
    close_household,
    correct_household,
    correct_person,
    end_post,
    handover_post,
    move_household,
    note_membership,
    register_household,
    register_person,
    unmask_person,
)
from gangmu.kernel.people.pages.forms import DAY, LAST, PAPER, answer, day_given, person_given
from gangmu.kernel.people.queries import (
    all_post_kinds,
    household_by_id,
    households_of,
    masked_numbers,
    members_at,
    memberships_of,
    people_named_like,
    people_of,
    person_by_id,
    post_by_id,
    post_kind,
    post_kinds,
    posts_at,
    posts_of_person,
    posts_to_come,
    standing_counts,
    with_standing,
)
from gangmu.kernel.people.rules import ENDED, next_statuses, term_end

SEX_TITLES = {choice.code: choice.title for choice in SEX}


def _person_url(person: Person) -> str:
    return reverse("people-person", args=(person.pk,))


def _status_of(person: Person) -> str:
    standing = getattr(person, "standing", [])
    return worded(STATUS_TITLES[standing[0].status]) if standing else ""


def _post_titles(titles: Mapping[str, Text]) -> Callable[[Person], str]:
    def of(person: Person) -> str:
        posts = getattr(person, "open_posts", [])
        return listed(worded(titles.get(post.kind, post.kind)) for post in posts)

    return of


def _titles(org: Org) -> dict[str, Text]:
    return {kind.code: kind.title for kind in all_post_kinds(org)}


def _columns(org: Org, below: bool) -> list[Column]:
    place = Column("org", say("Organization"), value=lambda each: each.org.name, width=32)
    return [
        Column("name", say("Full name"), link=_person_url, sort="pinyin"),
        Column("sex", say("Sex"), value=lambda each: SEX_TITLES.get(each.sex, "")),
        Column("birth_year", say("Year of birth"), value=lambda each: str(each.birth_year or "")),
        Column("status", say("Standing"), value=_status_of),
        Column("posts", say("Posts"), value=_post_titles(_titles(org)), width=24),
        *([place] if below else []),
        Column("joined_on", say("Joined on"), "date", sort="joined_on"),
        Column("id_number", say("ID number"), value=lambda each: masked_numbers(each).id_number, width=22),
        Column("telephone", say("Telephone"), value=lambda each: masked_numbers(each).telephone),
    ]


@page("people.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List whom an organization keeps, with all below it or alone, to filter and export."""
    context = request.context
    org = org_by_id(context, org_id)
    asked = {name: request.GET.get(name, "") for name in ("status", "post", "q", "reach")}
    below = asked["reach"] != "own"
    people = people_of(
        context, org, below=below, status=asked["status"], post=asked["post"], typed=asked["q"]
    )
    table = Table(
        request,
        _columns(org, below),
        with_standing(people),
        title=say("People"),
        page_size=20,  # each row opens two numbers under seal
        empty_title=say("Nobody is kept here yet"),
        empty_advice=say("Register people one by one, or import a sheet."),
    )
    if sheet := table.export():
        return sheet
    counts = standing_counts(context, org, below=below)
    values = around_org(
        request,
        org,
        "people-of-org",
        table=table,
        asked=asked,
        counts=[(code, STATUS_TITLES[code], count) for code, count in counts.items()],
        statuses=list(STATUS_TITLES.items()),
        posts=[(kind.code, kind.title) for kind in all_post_kinds(org)],
        reaches=[("below", say("With all below")), ("own", say("This organization alone"))],
        may_manage=context.may("people.manage", org.path) and org.is_open(),
        may_transfer=context.may("people.manage", org.path),
        left_behind=0 if org.is_open() else members_at(context, org).count(),
        may_import=context.may("imports.run", org.path),
    )
    return render(request, "people/of_org.html", values)


@page("people.view")
def finder(request: Request) -> HttpResponse:
    """Find people within reach by name, pinyin or initials, as a part of a form."""
    found = people_named_like(request.context, request.GET.get("q", ""))
    options = [Option(str(person.pk), person.name, note=person.org.name) for person in found]
    return render(request, "components/_options.html", {"options": options})


@page("people.view")
def person_page(request: Request, person_id: int) -> HttpResponse:
    """Show one person: what is known, how they stand and stood, what they hold and held."""
    context = request.context
    person = person_by_id(context, person_id)
    numbers = masked_numbers(person)
    memberships = list(memberships_of(context, person))
    standing = next((each for each in memberships if each.valid_to is None), None)
    may_manage = context.may("people.manage", person.org.path)
    values = {
        "person": person,
        "sex": SEX_TITLES.get(person.sex, ""),
        "status": Light(STATUS_TITLES[standing.status], "green" if standing.status == "full" else "blue")
        if standing
        else None,
        "numbers": numbers,
        "events": [
            TimelineEvent(
                at=each.valid_from,
                title=STATUS_TITLES[each.status],
                text=" · ".join(part for part in (each.org.name, each.paper) if part),
                light="green" if each.valid_to is None else "grey",
            )
            for each in memberships
        ],
        "posts": _post_table(request, list(posts_of_person(context, person))),
        "may_manage": may_manage,
        "may_transfer": standing is not None
        and standing.status not in ENDED
        and context.may("people.manage", standing.org.path),
        "may_unmask": context.may("people.unmask", person.org.path),
        "crumbs": org_crumbs(
            request, person.org, (say("People"), reverse("people-of-org", args=(person.org_id,)))
        ),
    }
    return render(request, "people/person.html", values)


def _post_table(request: Request, posts: Sequence[Post]) -> Table:
    roots = {post.org.root_id: post.org for post in posts}
    kinds = {root: {kind.code: kind for kind in all_post_kinds(org)} for root, org in roots.items()}

    def title(post: Post) -> Text | str:
        kind = kinds[post.org.root_id].get(post.kind)
        return kind.title if kind else post.kind

    def term(post: Post) -> date | None:
        kind = kinds[post.org.root_id].get(post.kind)
        return term_end(post.valid_from, kind.term_years) if kind else None

    columns = [
        Column(
            "kind",
            say("Post"),
            value=title,
            link=lambda each: reverse("people-post", args=(each.pk,)),
        ),
        Column("person", say("Full name"), value=lambda each: each.person.name),
        Column("org", say("Organization"), value=lambda each: each.org.name, width=32),
        Column("valid_from", say("From"), "date"),
        Column("valid_to", say("Until (not included)"), "date"),
        Column("term", say("Term ends"), "date", value=term),
        Column("paper", say("By which paper")),
    ]
    return Table(request, columns, posts, exports=False, code="posts", empty_title=say("No post is held"))


@page("people.unmask", methods=("POST",))
def unmask(request: Request, person_id: int) -> HttpResponse:
    """Show a person's numbers once; who asked and why is written into the log."""
    person = person_by_id(request.context, person_id)
    try:
        numbers = unmask_person(request.context, person, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        messages.error(request, told(refusal))
        return redirect(_person_url(person))
    response = render(
        request,
        "people/unmasked.html",
        {"person": person, "numbers": numbers, "crumbs": org_crumbs(request, person.org)},
    )
    response["Cache-Control"] = "no-store"
    return response


# --- forms --------------------------------------------------------------------------------


@page("people.manage", methods=("GET", "POST"))
def register(request: Request, org_id: int) -> HttpResponse:
    """Register one person at an organization."""
    org = org_by_id(request.context, org_id)

    def do(given: dict[str, Any]) -> str:
        return _person_url(register_person(request.context, org, new_person(given)))

    back = reverse("people-of-org", args=(org.pk,))
    return answer(request, say("Register a person"), org, PERSON_FIELDS, do, back=back)


@page("people.manage", methods=("GET", "POST"))
def correct(request: Request, person_id: int) -> HttpResponse:
    """Correct what is written about a person; numbers that are left empty stay."""
    person = person_by_id(request.context, person_id)
    specs = [spec for spec in PERSON_FIELDS if spec is not STATUS]
    values = {
        "name": person.name,
        "sex": person.sex,
        "birth_year": person.birth_year,
        "joined_on": person.joined_on,
        "full_on": person.full_on,
    }

    def do(given: dict[str, Any]) -> str:
        correct_person(
            request.context,
            person,
            name=given["name"],
            sex=given["sex"],
            birth_year=int(given["birth_year"]) if given["birth_year"] else None,
            id_number=given["id_number"],
            telephone=given["telephone"],
            joined_on=day_given(given, "joined_on") if given["joined_on"] else None,
            full_on=day_given(given, "full_on") if given["full_on"] else None,
        )
        return _person_url(person)

    advice = say("The numbers are not shown here; what is left empty stays as it is.")
    title, back = say("Correct"), _person_url(person)
    return answer(
        request,
        title,
        person.org,
        specs,
        do,
        values=values,
        advice=advice,
        back=back,
        about=person.name,
    )


@page("people.manage", methods=("GET", "POST"))
def standing(request: Request, person_id: int) -> HttpResponse:
    """Note that a person stands otherwise from a day on."""
    context = request.context
    person = person_by_id(context, person_id)
    present = next((each for each in memberships_of(context, person) if each.valid_to is None), None)
    following = next_statuses(present.status if present else "")
    if not following:
        raise NotFound("No standing can follow the present one.")
    status = FieldSpec(
        code="status",
        title=say("Standing"),
        type="choice",
        required=True,
        choices=tuple(Choice(code=code, title=STATUS_TITLES[code]) for code in following),
    )

    def do(given: dict[str, Any]) -> str:
        note_membership(
            context, person, status=given["status"], day=day_given(given), paper=given["paper"] or ""
        )
        return _person_url(person)

    title, back = say("Note another standing"), _person_url(person)
    return answer(request, title, person.org, (status, DAY, PAPER), do, back=back, about=person.name)


@page("people.view")
def posts_of_org(request: Request, org_id: int) -> HttpResponse:
    """Show who holds which post at an organization, today and from a day to come."""
    context = request.context
    org = org_by_id(context, org_id)
    held = list(posts_at(context, org))
    taken = {post.kind for post in held}
    values = around_org(
        request,
        org,
        "people-posts",
        table=_post_table(request, held),
        coming=_post_table(request, coming) if (coming := list(posts_to_come(context, org))) else None,
        vacant=[kind.title for kind in post_kinds(org) if kind.max_holders == 1 and kind.code not in taken],
        may_manage=context.may("people.manage", org.path) and org.is_open(),
    )
    return render(request, "people/posts.html", values)


@page("people.manage", methods=("GET", "POST"))
def assign(request: Request, org_id: int) -> HttpResponse:
    """Give a person a post at an organization."""
    context = request.context
    org = org_by_id(context, org_id)
    kind = FieldSpec(
        code="kind",
        title=say("Post"),
        type="choice",
        required=True,
        choices=tuple(Choice(code=each.code, title=each.title) for each in post_kinds(org)),
    )
    person = FieldSpec(code="person", title=say("Person"), type="person", required=True)
    until = FieldSpec(
        code="until",
        title=say("Until (not included)"),
        type="date",
        help=say("Left empty the post is held until it is ended."),
    )

    def do(given: dict[str, Any]) -> str:
        assign_post(
            context,
            org,
            person=person_given(context, given, "person"),
            kind=given["kind"],
            day=day_given(given),
            until=day_given(given, "until") if given["until"] else None,
            paper=given["paper"] or "",
        )
        return reverse("people-posts", args=(org.pk,))

    back = reverse("people-posts", args=(org.pk,))
    advice = say("With the post comes what its role may do here, for the same days.")
    specs = (person, kind, DAY, until, PAPER)
    return answer(request, say("Give a post"), org, specs, do, advice=advice, back=back)


@page("people.view")
def post_page(request: Request, post_id: int) -> HttpResponse:
    """Show one post: who holds it, since when, what it gives."""
    context = request.context
    post = post_by_id(context, post_id)
    kind = post_kind(post.org, post.kind)
    is_open = post.valid_to is None or post.valid_to > context.today
    values = {
        "post": post,
        "kind": kind,
        "title": kind.title if kind else post.kind,
        "term": term_end(post.valid_from, kind.term_years) if kind else None,
        "may_manage": context.may("people.manage", post.org.path) and is_open,
        "may_open_person": context.may("people.view"),
        "crumbs": org_crumbs(request, post.org, (say("Posts"), reverse("people-posts", args=(post.org_id,)))),
    }
    return render(request, "people/post.html", values)


def _holder(post: Post) -> str:
    """Return who holds which post, as the pages that end it say it."""
    kind = post_kind(post.org, post.kind)
    return f"{post.person.name} · {worded(kind.title) if kind else post.kind}"


@page("people.manage", methods=("GET", "POST"))
def end(request: Request, post_id: int) -> HttpResponse:
    """End a post on a day."""
    post = post_by_id(request.context, post_id)

    def do(given: dict[str, Any]) -> str:
        end_post(request.context, post, day=day_given(given), paper=given["paper"] or "")
        return reverse("people-posts", args=(post.org_id,))

    back = reverse("people-post", args=(post.pk,))
    return answer(request, say("End the post"), post.org, (LAST, PAPER), do, back=back, about=_holder(post))


@page("people.manage", methods=("GET", "POST"))
def handover(request: Request, post_id: int) -> HttpResponse:
    """Hand a post from one person to another on one day."""
    context = request.context
    post = post_by_id(context, post_id)
    to = FieldSpec(code="to", title=say("To whom"), type="person", required=True)

    def do(given: dict[str, Any]) -> str:
        heir = person_given(context, given, "to")
        handover_post(context, post, to=heir, day=day_given(given), paper=given["paper"] or "")
        return reverse("people-posts", args=(post.org_id,))

    advice = say("What is open stays with the organization; its next holder finds it.")
    title, back = say("Hand over the post"), reverse("people-post", args=(post.pk,))
    return answer(
        request, title, post.org, (to, DAY, PAPER), do, advice=advice, back=back, about=_holder(post)
    )


# --- households ---------------------------------------------------------------------------

_DOOR = FieldSpec(code="door", title=say("Door number"), required=True, max_length=40)
_SIZE = FieldSpec(
    code="size",
    title=say("People living there"),
    type="number",
    whole=True,
    required=True,
    minimum=1,
    maximum=60,
)
_HEAD = FieldSpec(
    code="head",
    title=say("Head of the household"),
    type="person",
    help=say("A person registered within your reach."),
)


@page("people.view")
def households(request: Request, org_id: int) -> HttpResponse:
    """List the households in an organization's area, with all below it."""
    context = request.context
    org = org_by_id(context, org_id)
    columns = [
        Column(
            "door",
            say("Door number"),
            link=lambda each: reverse("people-household", args=(each.pk,)),
            sort="door",
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, width=32),
        Column("head", say("Head of the household"), value=lambda each: each.head.name if each.head else ""),
        Column("size", say("People living there"), "number", sort="size"),
        Column("valid_from", say("From"), "date", sort="valid_from"),
    ]
    table = Table(
        request,
        columns,
        households_of(context, org, below=True),
        title=say("Households"),
        empty_title=say("No household is registered yet"),
    )
    if sheet := table.export():
        return sheet
    may_manage = context.may("people.manage", org.path) and org.is_open()
    values = around_org(request, org, "people-households", table=table, may_manage=may_manage)
    return render(request, "people/households.html", values)


def _head_given(context: Context, given: Mapping[str, Any]) -> Person | None:
    return person_given(context, given, "head") if given["head"] else None


@page("people.manage", methods=("GET", "POST"))
def add_household(request: Request, org_id: int) -> HttpResponse:
    """Register a household."""
    context = request.context
    org = org_by_id(context, org_id)
    back = reverse("people-households", args=(org.pk,))

    def do(given: dict[str, Any]) -> str:
        register_household(
            context,
            org,
            door=given["door"],
            size=int(given["size"]),
            day=day_given(given),
            head=_head_given(context, given),
        )
        return back

    return answer(request, say("Register a household"), org, (_DOOR, _HEAD, _SIZE, DAY), do, back=back)


@page("people.manage", methods=("GET", "POST"))
def household(request: Request, household_id: int) -> HttpResponse:
    """Correct a household."""
    context = request.context
    found = household_by_id(context, household_id)
    back = reverse("people-households", args=(found.org_id,))

    def do(given: dict[str, Any]) -> str:
        head = _head_given(context, given)
        correct_household(context, found, door=given["door"], size=int(given["size"]), head=head)
        return back

    values = {
        "door": found.door,
        "size": found.size,
        "head": found.head_id,
        "head_shown": found.head.name if found.head else "",
    }
    title = worded(say("Household")) + " " + found.door
    return answer(
        request,
        title,
        found.org,
        (_DOOR, _HEAD, _SIZE),
        do,
        values=values,
        back=back,
        template="people/household.html",
        household=found,
    )


def _household_form(
    request: Request,
    found: Household,
    specs: Sequence[FieldSpec],
    do: Callable[[dict[str, Any]], str],
    values: Mapping[str, Any],
    back: str,
) -> HttpResponse:
    title = worded(say("Household")) + " " + found.door
    return answer(request, title, found.org, specs, do, values=values, back=back)


@page("people.manage", methods=("GET", "POST"))
def move(request: Request, household_id: int) -> HttpResponse:
    """Move a household to another organization's area."""
    context = request.context
    found = household_by_id(context, household_id)
    to = FieldSpec(code="to", title=say("To which organization"), type="organization", required=True)
    back = reverse("people-households", args=(found.org_id,))

    def do(given: dict[str, Any]) -> str:
        target = org_by_id(context, given["to"])
        move_household(context, found, to=target, door=given["door"], day=day_given(given))
        return back

    return _household_form(request, found, (to, _DOOR, DAY), do, {}, back)


@page("people.manage", methods=("GET", "POST"))
def close(request: Request, household_id: int) -> HttpResponse:
    """Close a household that is no more."""
    found = household_by_id(request.context, household_id)
    back = reverse("people-households", args=(found.org_id,))

    def do(given: dict[str, Any]) -> str:
        close_household(request.context, found, day=day_given(given))
        return back

    return _household_form(request, found, (LAST,), do, {}, back)


urlpatterns = [
    path("people/find", finder, name="people-finder"),
    path("people/<int:person_id>", person_page, name="people-person"),
    path("people/<int:person_id>/correct", correct, name="people-correct"),
    path("people/<int:person_id>/standing", standing, name="people-standing"),
    path("people/<int:person_id>/numbers", unmask, name="people-unmask"),
    path("orgs/<int:org_id>/people", of_org, name="people-of-org"),
    path("orgs/<int:org_id>/people/new", register, name="people-register"),
    path("orgs/<int:org_id>/posts", posts_of_org, name="people-posts"),
    path("orgs/<int:org_id>/posts/new", assign, name="people-assign"),
    path("posts/<int:post_id>", post_page, name="people-post"),
    path("posts/<int:post_id>/end", end, name="people-end-post"),
    path("posts/<int:post_id>/handover", handover, name="people-handover"),
    path("orgs/<int:org_id>/households", households, name="people-households"),
    path("orgs/<int:org_id>/households/new", add_household, name="people-add-household"),
    path("households/<int:household_id>", household, name="people-household"),
    path("households/<int:household_id>/move", move, name="people-move-household"),
    path("households/<int:household_id>/close", close, name="people-close-household"),
]
