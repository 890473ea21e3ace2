"""Doubts on the screen: by check, by organization, one by one."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.doubts import DoubtCheck
from gangmu.core.errors import Invalid
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.core.text import Text
from gangmu.frame.doors import Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.quality.models import Doubt
from gangmu.kernel.quality.operations import end_excuse, excuse_doubt, look_through_again
from gangmu.kernel.quality.queries import (
    CheckLine,
    check_by_code,
    check_lines,
    doubt_by_id,
    doubts,
    roots_to_sweep,
    said,
)
from gangmu.kernel.quality.rules import excused

GROUP_WORDS: dict[str, Text] = {
    "tree": say("Organizations"),
    "people": say("People"),
    "accounts": say("Accounts"),
    "figures": say("Figures"),
    "records": say("Records and orders"),
    "definitions": say("The pack"),
}
STATE_WORDS = {"open": say("To mend"), "excused": say("Excused")}
SURE = {True: Status(say("Wrong"), "red"), False: Status(say("Doubtful"), "yellow")}


def _lights(line: CheckLine) -> Status:
    return SURE[line.check.sure] if line.open else Status(say("Nothing found"), "green")


def _narrowed(lines: Sequence[CheckLine], group: str, *, every: bool) -> list[CheckLine]:
    return [
        line
        for line in lines
        if (not group or line.check.group == group) and (every or line.open or line.excused)
    ]


@page("quality.view")
def checks(request: Request) -> HttpResponse:
    """List the checks with what they found within reach."""
    group, every = request.GET.get("group", ""), request.GET.get("every") == "yes"
    lines = check_lines(request.context)
    columns = [
        Column("group", say("About"), value=lambda line: GROUP_WORDS[line.check.group]),
        Column("title", say("Check"), value=lambda line: line.check.title, link=_address, width=40),
        Column("state", say("State"), "status", value=_lights),
        Column("open", say("To mend"), "number", link=_address, sort="open", total=True),
        Column("excused", say("Excused"), "number", link=_excused_address, sort="excused", total=True),
        Column("before", say("The day before"), "number", value=lambda line: line.found_before),
        Column("source", say("By which paper"), value=lambda line: line.check.source, width=36),
    ]
    table = Table(
        request,
        columns,
        _narrowed(lines, group, every=every),
        title=say("Doubts in the data"),
        empty_title=say("Nothing in the data is doubtful"),
        empty_advice=say("All checks have looked, and none found anything."),
        page_size=200,
    )
    sure = sum(line.open for line in lines if line.check.sure)
    doubtful = sum(line.open for line in lines if not line.check.sure)
    swept = [line.swept_at for line in lines if line.swept_at]
    values = {
        "table": table,
        "group": group,
        "groups": list(GROUP_WORDS.items()),
        "every": "yes" if every else "",
        "every_choices": [("yes", say("All checks"))],
        "checks": len(lines),
        "sure": sure,
        "sure_light": "red" if sure else "green",
        "doubtful": doubtful,
        "doubtful_light": "yellow" if doubtful else "green",
        "excused": sum(line.excused for line in lines),
        "swept_at": min(swept) if swept else None,
        "may_sweep": bool(roots_to_sweep(request.context)),
    }
    return table.export() or render(request, "quality/checks.html", values)


def _address(line: CheckLine) -> str:
    return reverse("quality-check", args=(line.code,))


def _excused_address(line: CheckLine) -> str | None:
    return f"{_address(line)}?state=excused" if line.excused else None


def _sentence(doubt: Doubt) -> Text:
    return said(check_by_code(doubt.check_code), doubt.params)


def mending_address(check: DoubtCheck, doubt: Doubt) -> str:
    """Return the address of the page on which a doubt is mended."""
    if check.page_of == "none":
        return reverse(check.page)
    subject = doubt.subject.rsplit(":", 1)[-1]
    return reverse(check.page, args=(doubt.org_id if check.page_of == "org" else int(subject),))


def _state(request: Request) -> Callable[[Doubt], Status]:
    def state(doubt: Doubt) -> Status:
        if excused(doubt.excused_until, request.context.today):
            return Status(say("Excused"), "grey")
        return SURE[check_by_code(doubt.check_code).sure]

    return state


def _table(
    request: Request, rows: QuerySet[Doubt], *, title: Text, of_check: bool = False, of_org: bool = False
) -> Table:
    columns = [
        Column("org", say("Organization"), value=lambda doubt: doubt.org.name, sort="org__path", width=28),
        Column("check", say("Check"), value=lambda doubt: check_by_code(doubt.check_code).title, width=30),
        Column("says", say("What was found"), value=_sentence, link=_doubt_address, width=48),
        Column("state", say("State"), "status", value=_state(request)),
        Column("since", say("Since"), "date", sort="since"),
        Column("until", say("Excused until"), "date", value=lambda doubt: doubt.excused_until),
    ]
    left_out = {"check" if of_check else "", "org" if of_org else ""}
    return Table(
        request,
        [column for column in columns if column.code not in left_out],
        rows,
        title=title,
        empty_title=say("Nothing in the data is doubtful here"),
    )


def _doubt_address(doubt: Doubt) -> str:
    return reverse("quality-doubt", args=(doubt.pk,))


def _asked_org(request: Request) -> Org | None:
    asked = request.GET.get("org", "")
    return org_by_id(request.context, int(asked)) if asked.isdecimal() and len(asked) < 19 else None


def _asked_state(request: Request) -> str:
    asked = request.GET.get("state", "open")
    return asked if asked in STATE_WORDS else ""


@page("quality.view", methods=("GET", "POST"))
def check(request: Request, check_code: str) -> HttpResponse:
    """List what one check found; look through the trees again for it, where the reader may."""
    found = check_by_code(check_code)
    if request.method == "POST":
        count = look_through_again(request.context, found)
        messages.success(request, translate("Looked through: %(count)s found.") % {"count": count})
        return redirect("quality-check", check_code=check_code)
    org, state = _asked_org(request), _asked_state(request)
    table = _table(
        request,
        doubts(request.context, code=check_code, org=org, state=state),
        title=found.title,
        of_check=True,
    )
    values = {
        "table": table,
        "check": found,
        "sure": SURE[found.sure],
        "state": state,
        "states": list(STATE_WORDS.items()),
        "org": org,
        "may_sweep": bool(roots_to_sweep(request.context)),
        "crumbs": [(translate("Doubts in the data"), reverse("quality-checks")), (found.title, "")],
    }
    return table.export() or render(request, "quality/check.html", values)


@page("quality.view")
def of_org(request: Request, org_id: int) -> HttpResponse:
    """List what is doubtful at an organization and below it."""
    org = org_by_id(request.context, org_id)
    below, state = request.GET.get("below", "yes") == "yes", _asked_state(request)
    table = _table(
        request,
        doubts(request.context, org=org, below=below, state=state),
        title=say("Doubts in the data"),
        of_org=not below,
    )
    values = around_org(
        request,
        org,
        "quality-org",
        table=table,
        state=state,
        states=list(STATE_WORDS.items()),
        below="yes" if below else "no",
        reach=[("yes", say("With all below")), ("no", say("Here alone"))],
    )
    return table.export() or render(request, "quality/of_org.html", values)


EXCUSE = (
    FieldSpec(
        code="reason",
        title=say("Why this is right"),
        type="long_text",
        required=True,
        max_length=300,
        help=say("Everybody who sees the doubt can read it."),
    ),
    FieldSpec(code="until", title=say("Excused until"), type="date", required=True),
)


def _shown(request: Request, doubt: Doubt) -> dict[str, Any]:
    found = check_by_code(doubt.check_code)
    held = excused(doubt.excused_until, request.context.today)
    may = request.context.may("quality.excuse", doubt.org.path)
    return {
        "doubt": doubt,
        "check": found,
        "says": _sentence(doubt),
        "state": _state(request)(doubt),
        "mending": mending_address(found, doubt),
        "group": GROUP_WORDS[found.group],
        "excused": held,
        "may_excuse": may and not held and not found.sure,
        "may_end": may and held,
        "form": FieldForm(EXCUSE),
        "crumbs": [
            (translate("Doubts in the data"), reverse("quality-checks")),
            (found.title, reverse("quality-check", args=(found.code,))),
            (doubt.org.name, ""),
        ],
    }


@page("quality.view")
def doubt(request: Request, doubt_id: int) -> HttpResponse:
    """Show one doubt: what was found, how it is mended, and who excused it."""
    return render(request, "quality/doubt.html", _shown(request, doubt_by_id(request.context, doubt_id)))


@page("quality.excuse", methods=("POST",))
def excuse(request: Request, doubt_id: int) -> HttpResponse:
    """Excuse a doubt that was looked at and is right."""
    found = doubt_by_id(request.context, doubt_id)
    form = FieldForm(EXCUSE)
    try:
        given = parse_fields(EXCUSE, form.raw(request.POST))
        excuse_doubt(request.context, found, reason=given["reason"], until=date.fromisoformat(given["until"]))
    except Invalid as refusal:
        values = _shown(request, found) | {"form": form.again(request.POST, refusal.faults)}
        return form_again(request, "quality/doubt.html", values, refusal)
    messages.success(request, translate("Excused; it comes back after its last day."))
    return redirect("quality-doubt", doubt_id=doubt_id)


@page("quality.excuse", methods=("POST",))
def open_again(request: Request, doubt_id: int) -> HttpResponse:
    """End the excuse of a doubt."""
    found = doubt_by_id(request.context, doubt_id)
    end_excuse(request.context, found)
    messages.success(request, translate("The doubt is open again."))
    return redirect("quality-doubt", doubt_id=doubt_id)


urlpatterns = [
    path("quality", checks, name="quality-checks"),
    path("quality/checks/<str:check_code>", check, name="quality-check"),
    path("quality/doubts/<int:doubt_id>", doubt, name="quality-doubt"),
    path("quality/doubts/<int:doubt_id>/excuse", excuse, name="quality-excuse"),
    path("quality/doubts/<int:doubt_id>/open", open_again, name="quality-open-again"),
    path("orgs/<int:org_id>/doubts", of_org, name="quality-org"),
]
