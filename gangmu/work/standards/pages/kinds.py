"""Which standards there are, and what each asks for, in words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as translate
from django.utils.translation import ngettext

from gangmu.core.text import Text
from gangmu.frame.doors import Request, page
from gangmu.frame.formats import listed, period_in_words
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import LEVELS
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.records.definitions import FieldKind, RecordKind
from gangmu.work.standards.definitions import StandardKind
from gangmu.work.standards.models import Claim
from gangmu.work.standards.pages.asking import asked_org, needed_org, own_orgs
from gangmu.work.standards.queries.claims import CLAIM, OPEN, visible_claims
from gangmu.work.standards.queries.examples import published_templates, shown_sites
from gangmu.work.standards.queries.kinds import all_standards, standard_kind, standards_for
from gangmu.work.standards.rules import claimable_periods

LEVEL_WORDS = {
    "parent": say("the level right above"),
    "village": say("the village"),
    "township": say("the town"),
    "county": say("the county"),
    "prefecture": say("the prefecture"),
    "province": say("the province"),
}


def for_whom(org: Org, kind: StandardKind) -> str:
    """Return in words for which organizations a standard is."""
    pack = pack_of(org.root_id)
    domains = [pack.find(DomainKind, code) for code in kind.applies_to.domains]
    kinds = [pack.find(OrgKind, code) for code in kind.applies_to.kinds]
    parts = [listed(worded(each.title) for each in named if each is not None) for named in (domains, kinds)]
    return " · ".join(part for part in parts if part) or translate("every organization")


def how_long(kind: StandardKind) -> str:
    """Return in words how long a standard is held."""
    if not kind.valid:
        return translate("until it is revoked")
    return ngettext("%(count)s month", "%(count)s months", kind.valid) % {"count": kind.valid}


@page("standards.view")
def standards(request: Request) -> HttpResponse:
    """List the standards of the place, for whom each is and how it is claimed; if wanted only one's own."""
    org = asked_org(request)
    kinds = list(all_standards(org)) if org else []
    mine = {each.code for own in own_orgs(request, CLAIM) for each in standards_for(own)}
    if request.GET.get("mine"):
        kinds = [each for each in kinds if each.code in mine]
    columns = [
        Column(
            "title",
            say("The standard"),
            value=lambda each: each.title,
            link=lambda each: reverse("standards-standard", args=(each.code,)),
            width=36,
        ),
        Column("for", say("Meant for"), value=lambda each: for_whom(org, each) if org else "", width=36),
        Column("criteria", say("Criteria"), "number", value=lambda each: len(each.criteria)),
        Column("every", say("Claimed"), value=_every),
        Column("reviewer", say("Judged by"), value=lambda each: LEVEL_WORDS[each.reviewer]),
        Column("valid", say("Held for"), value=how_long),
    ]
    table = Table(
        request,
        columns,
        kinds,
        title=say("Standards"),
        empty_title=say("This place has no standard"),
        empty_advice=say("The pack names the standards, their criteria and who judges them."),
    )
    values = {"table": table, "org": org, "mine": bool(mine), "only": request.GET.get("mine", "")}
    return table.export() or render(request, "standards/standards.html", values)


def _every(kind: StandardKind) -> Text | str:
    words = {
        "": say("at any time"),
        "year": say("for a year"),
        "half": say("for a half-year"),
        "quarter": say("for a quarter"),
    }
    return words[kind.every]


def criteria_in_words(org: Org, kind: StandardKind) -> list[dict[str, Any]]:
    """Return each criterion as a page shows it: what it asks for, and what shows it."""
    pack = pack_of(org.root_id)
    found = []
    for each in kind.criteria:
        records = [pack.find(RecordKind, code) for code in each.of]
        field = pack.find(FieldKind, each.field) if each.field else None
        found.append(
            {
                "code": each.code,
                "title": each.title,
                "shows": each.shows,
                "required": each.required,
                "minimum": each.minimum,
                "records": listed(worded(record.title) for record in records if record),
                "field": field.title if field else "",
                "unit": field.unit if field else "",
                "at_least": each.at_least,
            }
        )
    return found


def _begins(
    kind: StandardKind, claimants: Sequence[Org], claims: QuerySet[Claim], today: date
) -> list[tuple[Org, str, str, Claim | None]]:
    """Return for whom and for which period a claim may be begun, in which words, and the one still open instead of it."""
    still = {(each.org_id, each.period): each for each in claims.filter(org__in=claimants, state__in=OPEN)}
    periods = [str(each) for each in claimable_periods(kind, today)] if kind.every else [""]
    return [
        (org, period, _claim_words(period), still.get((org.pk, period)))
        for org in claimants
        for period in periods
    ]


def _claim_words(period: str) -> str:
    if not period:
        return translate("Claim")
    return translate("Claim for %(period)s") % {"period": period_in_words(period)}


@page("standards.view")
def standard(request: Request, standard_code: str) -> HttpResponse:
    """Show one standard: its criteria in words, who judges, who shows it to others; and begin a claim."""
    context = request.context
    org = needed_org(request)
    kind = standard_kind(org, standard_code)
    claimants = [each for each in own_orgs(request, CLAIM) if kind in standards_for(each)]
    claims = visible_claims(context).filter(kind=kind.code)
    values = {
        "org": org,
        "kind": kind,
        "criteria": criteria_in_words(org, kind),
        "for_whom": for_whom(org, kind),
        "every": _every(kind),
        "judged_by": LEVEL_WORDS[kind.reviewer],
        "how_long": how_long(kind),
        "claimants": claimants,
        "begins": _begins(kind, claimants, claims, context.today),
        "claims": claims.count(),
        "open_claims": claims.filter(state__in=("submitted", "appealed")).count(),
        "sites": shown_sites(context).filter(kind=kind.code, ended_on=None).count(),
        "templates": published_templates(context).filter(kind=kind.code, withdrawn_on=None).count(),
        "crumbs": [(translate("Standards"), reverse("standards-standards")), (worded(kind.title), "")],
    }
    return render(request, "standards/standard.html", values)


assert set(LEVEL_WORDS) - {"parent"} <= set(LEVELS)

urlpatterns = [
    path("standards", standards, name="standards-standards"),
    path("standards/<slug:standard_code>/", standard, name="standards-standard"),
]
