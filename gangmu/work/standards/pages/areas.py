"""How far areas are, on the screen: towns by fields (整乡推进), and which areas are examples."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.definitions import DomainKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.standards.definitions import DemonstrationKind, StandardKind
from gangmu.work.standards.pages.asking import needed_org
from gangmu.work.standards.queries.areas import AreaRow, area_rows, demonstration_rows, standing_of_area
from gangmu.work.standards.queries.kinds import (
    all_standards,
    demonstration_kind,
    demonstration_kinds,
    standard_kind,
)
from gangmu.work.standards.rules import Counted, is_demonstration, share_of

LEVELS = (("county", say("By county")), ("township", say("By town")))
STANDINGS = {
    "held": Status(say("Held"), "green"),
    "claimed": Status(say("Claimed, to be judged"), "yellow"),
    "none": Status(say("Neither held nor claimed"), "red"),
    "unknown": Status(say("Field unknown"), "grey"),
}


def _asked_day(request: Request) -> date:
    written = request.GET.get("day", "")
    try:
        return min(date.fromisoformat(written), request.context.today) if written else request.context.today
    except ValueError:
        return request.context.today


def _cell(counted: Counted | None) -> str:
    """Return held of known, and the others in words: what the head of the table explains."""
    if counted is None:
        return ""
    said = f"{counted.held}/{counted.known}"
    if counted.claimed:
        said += " · " + translate("claimed %(count)s") % {"count": counted.claimed}
    if counted.unknown:
        said += " · " + translate("not known %(count)s") % {"count": counted.unknown}
    return said


def _share_text(counted: Counted) -> str:
    share = share_of(counted)
    return "" if share is None else f"{share * 100:.2f}%".replace(".00%", "%")


def _area_columns(org: Org, rows: list[AreaRow], query: str, *, fields: bool = True) -> list[Column]:
    """Return the columns of areas; without ``fields`` one for each field is there to be chosen alone."""
    pack = pack_of(org.root_id)
    titles = {each.code: each for each in pack.all(DomainKind)}
    seen = sorted(
        {code for row in rows for code in row.by_domain},
        key=lambda code: (titles[code].order if code in titles else 999, code),
    )

    def column(code: str) -> Column:
        return Column(
            f"domain_{code or 'none'}",
            titles[code].title if code in titles else say("No field noted"),
            value=lambda row: _cell(row.by_domain.get(code)),
            shown=fields,
            width=16,
        )

    return [
        Column(
            "org",
            say("Area"),
            value=lambda row: row.org.name,
            link=lambda row: f"{reverse('standards-behind', args=(row.org.pk,))}?{query}",
            width=34,
        ),
        *[column(code) for code in seen],
        Column("held", say("Held"), "number", value=lambda row: row.total.held),
        Column("known", say("Of those known"), "number", value=lambda row: row.total.known),
        Column("claimed", say("Claimed"), "number", value=lambda row: row.total.claimed),
        Column("none", say("Neither"), "number", value=lambda row: row.total.none),
        Column("unknown", say("Field unknown"), "number", value=lambda row: row.total.unknown),
        Column("share", say("Share"), value=lambda row: _share_text(row.total)),
    ]


def _asked_standards(request: Request, org: Org) -> tuple[str, tuple[StandardKind, ...]]:
    code = request.GET.get("standard", "")
    if code:
        return code, (standard_kind(org, code),)
    return "", all_standards(org)


@page("standards.view")
def advance(request: Request) -> HttpResponse:
    """Show towns, or counties, by fields: who holds a standard, who claimed it, who neither."""
    context = request.context
    org, day = needed_org(request), _asked_day(request)
    code, kinds = _asked_standards(request, org)
    level = request.GET.get("level", "township")
    level = level if level in dict(LEVELS) else "township"
    rows = area_rows(context, org, kinds, day, level) if kinds else []
    table = Table(
        request,
        _area_columns(org, rows, f"standard={code}&day={day}"),
        rows,
        title=say("How far towns are"),
        empty_title=say("No area with organizations that the standards are for"),
        empty_advice=say("Choose another level or another standard."),
    )
    values = {
        "table": table,
        "org": org,
        "day": day,
        "code": code,
        "level": level,
        "levels": LEVELS,
        "kinds": [(each.code, each.title) for each in all_standards(org)],
        "rules": [(each.code, each.title) for each in demonstration_kinds(org)],
    }
    return table.export() or render(request, "standards/advance.html", values)


def _verdict(kind: DemonstrationKind, counted: Counted) -> Status:
    found = is_demonstration(kind, counted)
    if found is None:
        return Status(say("Too few are known"), "grey")
    return Status(say("An example"), "green") if found else Status(say("Short of the rule"), "yellow")


@page("standards.view")
def demonstration(request: Request, rule_code: str) -> HttpResponse:
    """Show which areas are examples by a rule, and what each is judged by."""
    context = request.context
    org, day = needed_org(request), _asked_day(request)
    kind = demonstration_kind(org, rule_code)
    rows = demonstration_rows(context, org, kind, day)
    query = f"rule={kind.code}&day={day}"
    columns = [
        *_area_columns(org, rows, query, fields=False),
        Column("verdict", say("By the rule"), "status", value=lambda row: _verdict(kind, row.total)),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=kind.title,
        empty_title=say("No area of this level stands here"),
        empty_advice=say("The rule judges areas of one level; choose an organization at or above it."),
    )
    values = {
        "table": table,
        "org": org,
        "kind": kind,
        "day": day,
        "share": f"{kind.share * 100:f}".rstrip("0").rstrip(".") + "%",
        "standards": [each for each in all_standards(org) if each.code in kind.standards],
        "examples": sum(1 for row in rows if is_demonstration(kind, row.total)),
        "areas": len(rows),
        "crumbs": [(translate("How far towns are"), reverse("standards-advance")), (worded(kind.title), "")],
    }
    return table.export() or render(request, "standards/demonstration.html", values)


@page("standards.view")
def behind(request: Request, org_id: int) -> HttpResponse:
    """Show who is behind an area's numbers, organization by organization."""
    context = request.context
    org, day = org_by_id(context, org_id), _asked_day(request)
    if not context.may("standards.view", org.path):
        raise NotFound("There is no such organization.")
    rule = request.GET.get("rule", "")
    if rule:
        wanted = demonstration_kind(org, rule).standards
        kinds = tuple(each for each in all_standards(org) if each.code in wanted)
    else:
        _, kinds = _asked_standards(request, org)
    state = request.GET.get("state", "")
    rows: list[Any] = standing_of_area(context, org, kinds, day)
    rows = [each for each in rows if each.state == state] if state in STANDINGS else rows
    titles = {each.code: each.title for each in pack_of(org.root_id).all(DomainKind)}
    columns = [
        Column(
            "org",
            say("Organization"),
            value=lambda each: each.org.name,
            link=lambda each: reverse("standards-of-org", args=(each.org.pk,)),
            width=40,
        ),
        Column("domain", say("Field"), value=lambda each: titles.get(each.org.domain, each.org.domain)),
        Column("state", say("State"), "status", value=lambda each: STANDINGS[each.state]),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Who is behind the numbers"),
        empty_title=say("No organization fits"),
    )
    values = {
        "table": table,
        "org": org,
        "day": day,
        "kept": {name: request.GET.get(name, "") for name in ("rule", "standard")},
        "kinds": kinds,
        "rule": demonstration_kind(org, rule) if rule else None,
        "state": state,
        "states": [(code, status.word) for code, status in STANDINGS.items()],
        "crumbs": [(translate("How far towns are"), reverse("standards-advance")), (org.name, "")],
    }
    return table.export() or render(request, "standards/behind.html", values)


urlpatterns = [
    path("standards-by-area", advance, name="standards-advance"),
    path("standards-by-area/rules/<slug:rule_code>", demonstration, name="standards-demonstration"),
    path("standards-by-area/<int:org_id>", behind, name="standards-behind"),
]
