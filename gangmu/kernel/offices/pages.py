"""The first page of an empty site, and the slips with which people sign in for the first time."""

import ipaddress
import secrets
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from gangmu.core.errors import Invalid, NotFound, Refusal
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.figures import Status, Step
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.access.models import Grant
from gangmu.kernel.access.operations import begin_session, check_founding_code
from gangmu.kernel.access.queries import sign_ins, title_of_role
from gangmu.kernel.access.rules import MOST_SLIPS, START_CODE_FOR
from gangmu.kernel.offices.operations import FirstOfficer, Slip, begin_office, printed_slips
from gangmu.kernel.offices.queries import (
    PackOffer,
    open_for_founding,
    pack_offered,
    packs_offered,
)
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg
from gangmu.kernel.orgs.queries import org_by_id, roots_for
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.queries import pack_of

LEVEL_TITLES = {
    "nation": say("Nation"),
    "province": say("Province"),
    "prefecture": say("Prefecture"),
    "county": say("County"),
    "township": say("Township"),
    "village": say("Village or community"),
}


# --- founding ------------------------------------------------------------------------------


def _steps(here: int) -> list[Step]:
    titles = [say("Set-up code and pack"), say("Office and officer"), say("Second factor"), say("Workbench")]
    return [
        Step(title, "done" if at < here else "here" if at == here else "todo")
        for at, title in enumerate(titles)
    ]


def _refuse_unless_open(request: Request) -> None:
    if not open_for_founding(request.context.now):
        raise NotFound("This site has been set up.")


@page(ANYONE, methods=("GET", "POST"))
def founding(request: Request) -> HttpResponse:
    """Begin an office: take the set-up code from the terminal and let a pack be chosen, each in words."""
    _refuse_unless_open(request)
    offers = packs_offered()
    typed = {"code": request.POST.get("code", ""), "pack": request.POST.get("pack", "")}
    values = {"offers": offers, "steps": _steps(0), **typed, "faults": {}}
    if request.method == "GET":
        return render(request, "offices/founding.html", values)
    try:
        check_founding_code(request.context, typed["code"])
        if not typed["pack"]:
            raise Invalid("Choose a pack first.", faults={"pack": "This must be filled in."})
        offer = pack_offered(typed["pack"])
    except Refusal as refusal:
        return form_again(request, "offices/founding.html", {**values, "faults": refusal.faults}, refusal)
    request.session["founding"] = {"code": typed["code"], "pack": offer.name}
    return redirect("offices-founding-office")


def _office_fields(offer: PackOffer, today: date) -> tuple[FieldSpec, ...]:
    kinds = tuple(Choice(code=kind.code, title=kind.title) for kind in offer.org_kinds)
    return (
        FieldSpec(
            code="name",
            title=say("Name of the organization at the top"),
            required=True,
            max_length=200,
            help=say("In full, as on its seal. All others stand below it."),
        ),
        FieldSpec(
            code="code",
            title=say("Code"),
            required=True,
            max_length=40,
            help=say("The division's code will do; no two organizations have one."),
        ),
        FieldSpec(
            code="level",
            title=say("Level"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=level, title=LEVEL_TITLES[level]) for level in LEVELS[:-1]),
        ),
        FieldSpec(code="kind", title=say("Kind"), type="choice", required=True, choices=kinds),
        FieldSpec(
            code="day",
            title=say("Founded on"),
            type="date",
            required=True,
            help=say("Nothing below it can be older. Any early day will do if nobody knows."),
        ),
    )


_OFFICER_FIELDS = (
    FieldSpec(code="officer", title=say("Your name"), required=True, max_length=50),
    FieldSpec(
        code="login",
        title=say("Sign-in name"),
        required=True,
        max_length=60,
        help=say("With it you sign in: letters, digits, points."),
    ),
    FieldSpec(
        code="keeps",
        title=say("I keep the site and its packs too"),
        type="choice",
        required=True,
        choices=(
            Choice(code="yes", title=say("Yes, until I hand that on")),
            Choice(code="no", title=say("No, somebody at the terminal does")),
        ),
    ),
)


@page(ANYONE, methods=("GET", "POST"))
def founding_office(request: Request) -> HttpResponse:
    """Take the office's name and its first officer, found it, and lead on to the second factor."""
    _refuse_unless_open(request)
    begun = request.session.get("founding")
    if not isinstance(begun, dict):
        return redirect("offices-founding")
    offer = pack_offered(begun["pack"])
    specs = _office_fields(offer, request.context.today)
    office = FieldForm(specs, {"level": "county", "kind": offer.org_kinds[0].code if offer.org_kinds else ""})
    officer = FieldForm(_OFFICER_FIELDS, {"keeps": "yes"})
    values = {"offer": offer, "office": office, "officer": officer, "steps": _steps(1), "faults": {}}
    if request.method == "GET":
        return render(request, "offices/office.html", values)
    try:
        return _found(request, begun, specs)
    except Refusal as refusal:
        faults = dict(refusal.faults)
        again = {
            "office": office.again(request.POST, faults),
            "officer": officer.again(request.POST, faults),
            "faults": faults,
        }
        return form_again(request, "offices/office.html", {**values, **again}, refusal)


def _found(request: Request, begun: dict[str, str], specs: tuple[FieldSpec, ...]) -> HttpResponse:
    every = (*specs, *_OFFICER_FIELDS)
    given = parse_fields(every, FieldForm(every).raw(request.POST))
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        raise Invalid("Some fields need attention.", faults={"again": "The two passwords differ."})
    account = begin_office(
        request.context,
        code=begun["code"],
        pack=begun["pack"],
        new=NewOrg(
            code=given["code"],
            name=given["name"],
            kind=given["kind"],
            level=given["level"],
            day=date.fromisoformat(given["day"]),
        ),
        officer=FirstOfficer(
            name=given["officer"], login=given["login"].strip(), keeps_site=given["keeps"] == "yes"
        ),
        password=password,
    )
    key = secrets.token_urlsafe(32)
    session = begin_session(request.context, account=account, device="", session_key=key)
    request.session.flush()
    request.session["gangmu"] = key
    if session.factor_passed:
        return redirect("/")
    return redirect(f"{reverse('access-set-up-code')}?{urlencode({'next': '/'})}")


# --- slips ---------------------------------------------------------------------------------

_HOW = (
    ("never", say("Without a slip")),
    ("printed", say("Slip printed")),
    ("in", say("Has signed in")),
)


@page("access.manage")
def slips_here(request: Request) -> HttpResponse:
    """Lead to the slips of the organization at the top of the reader's reach."""
    tops = [org for org in roots_for(request.context) if request.context.may("access.manage", org.path)]
    if not tops:
        raise NotFound("There is no such organization.")
    return redirect("offices-slips", tops[0].pk)


@page("access.manage", methods=("GET", "POST"))
def slips(request: Request, org_id: int) -> HttpResponse:
    """List who may sign in at and below an organization and how far they are; print slips for those chosen."""
    org = org_by_id(request.context, org_id)
    if not request.context.may("access.manage", org.path):
        raise NotFound("There is no such organization.")
    if request.method == "POST":
        return _printed(request, org)
    how = request.GET.get("how", "")
    pack = pack_of(org.root_id)
    table = Table(
        request,
        _columns(request, pack),
        sign_ins(request.context, org, how=how),
        title=say("Sign-in slips"),
        selectable=True,
        form="slips",
        page_size=50,
        empty_title=say("Nobody here"),
        empty_advice=say("Whoever is given a post or a role at or below this organization stands here."),
    )
    address = request.build_absolute_uri("/").rstrip("/")
    values = around_org(
        request,
        org,
        "offices-slips",
        table=table,
        how=how,
        hows=[(code, worded(title)) for code, title in _HOW],
        waiting=sign_ins(request.context, org, how="never").order_by().count(),
        most=MOST_SLIPS,
        address=address,
        unreachable=_only_here(address),
        days=START_CODE_FOR.days,
    )
    return table.export() or render(request, "offices/slips.html", values)


def _only_here(address: str) -> bool:
    """Whether an address leads only to this machine: no telephone would find it."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _columns(request: Request, pack: Any) -> list[Column]:
    def state(grant: Grant) -> Status:
        account = grant.account
        if account.start_code and account.start_code_until and account.start_code_until > request.context.now:
            return Status(say("Slip printed"), "yellow")
        if account.last_login is not None:
            return Status(say("Has signed in"), "green")
        return Status(say("Without a slip"), "grey")

    return [
        Column(
            "org",
            say("Organization"),
            value=lambda grant: grant.org.name,
            link=lambda grant: reverse("access-org", args=(grant.org_id,)),
            width=32,
        ),
        Column("name", say("Full name"), value=lambda grant: grant.account.name),
        Column("role", say("Role"), value=lambda grant: title_of_role(pack, grant.role)),
        Column("login", say("Sign-in name"), value=lambda grant: grant.account.login),
        Column("state", say("State"), "status", value=state),
        Column(
            "until", say("Code serves until"), "instant", value=lambda grant: grant.account.start_code_until
        ),
    ]


def _printed(request: Request, org: Org) -> HttpResponse:
    """Give those chosen new codes and show their slips, several on a sheet; they are shown this once."""
    if "all" in request.POST:
        waiting = sign_ins(request.context, org, how="never")
        chosen = list(waiting.values_list("pk", flat=True)[:MOST_SLIPS])
    else:
        chosen = [int(key) for key in request.POST.getlist("chosen") if key.isdecimal() and len(key) < 19]
    made = printed_slips(request.context, org, grants=chosen)
    pack = pack_of(org.root_id)
    address = _address(request)
    values = {
        "org": org,
        "slips": [_shown(slip, pack, address) for slip in made],
        "until": request.context.now + START_CODE_FOR,
        "unreachable": _only_here(address),
    }
    response = render(request, "offices/printed.html", values)
    response["Cache-Control"] = "private, no-store"
    return response


def _address(request: Request) -> str:
    """Return the address that stands on the slips: what was typed, if it is one."""
    typed = request.POST.get("address", "").strip().rstrip("/")
    parts = urlsplit(typed)
    if parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment):
        return typed
    return request.build_absolute_uri("/").rstrip("/")


def _shown(slip: Slip, pack: Any, address: str) -> dict[str, Any]:
    start = f"{address}{reverse('access-start')}"
    with_code = f"{start}?{urlencode({'login': slip.grant.account.login, 'code': slip.code})}"
    return {
        "grant": slip.grant,
        "role": title_of_role(pack, slip.grant.role),
        "code": slip.code,
        "address": start,
        "picture": segno.make(with_code, error="m").svg_data_uri(scale=3, border=2),
    }


urlpatterns = [
    path("first-day", founding, name="offices-founding"),
    path("first-day/office", founding_office, name="offices-founding-office"),
    path("slips", slips_here, name="offices-slips-here"),
    path("orgs/<int:org_id>/slips", slips, name="offices-slips"),
]
