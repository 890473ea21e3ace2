"""What the forms of the room share: the day, the paper, persons and organizations by their finders."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound, Refusal
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.frame.doors import Request
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.words import say
from gangmu.kernel.orgs.around import org_crumbs
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.people.models import Person
from gangmu.kernel.people.queries import person_by_id

DAY = FieldSpec(code="day", title=say("From which day on"), type="date", required=True)
LAST = FieldSpec(
    code="day",
    title=say("First day without it"),
    type="date",
    required=True,
)
PAPER = FieldSpec(code="paper", title=say("By which paper"), max_length=200)


def finders() -> dict[str, str]:
    """Return where the forms find persons and organizations."""
    return {"person": reverse("people-finder"), "organization": reverse("orgs-finder")}


def day_given(given: Mapping[str, Any], code: str = "day") -> date:
    """Return the day that a field names."""
    return date.fromisoformat(given[code])


def person_given(context: Context, given: Mapping[str, Any], code: str) -> Person:
    """Return the person that a field names; refused beside the field."""
    try:
        return person_by_id(context, given[code] or 0)
    except NotFound:
        raise Invalid("There is no such person.", faults={code: "There is no such person."}) from None


def org_given(context: Context, given: Mapping[str, Any], code: str) -> Org:
    """Return the organization that a field names; refused beside the field."""
    try:
        return org_by_id(context, given[code] or 0)
    except NotFound:
        raise Invalid(
            "There is no such organization.", faults={code: "There is no such organization."}
        ) from None


def answer(
    request: Request,
    title: Any,
    org: Org,
    specs: Sequence[FieldSpec],
    do: Callable[[dict[str, Any]], str],
    *,
    values: Mapping[str, Any] | None = None,
    advice: Any = "",
    back: str = "",
    template: str = "people/form.html",
    **more: Any,
) -> HttpResponse:
    """Show a form, or do what was sent and go where ``do`` says; faults come back beside their fields."""
    form = FieldForm(specs, values or {}, finders=finders())
    page_values = {"title": title, "org": org, "form": form, "advice": advice, "back": back, **more}
    page_values["crumbs"] = org_crumbs(request, org)
    if request.method != "POST":
        return render(request, template, page_values)
    try:
        target = do(parse_fields(tuple(specs), form.raw(request.POST)))
    except Refusal as refusal:
        page_values["form"] = form.again(request.POST, refusal.faults)
        return form_again(request, template, page_values, refusal)
    messages.success(request, translate("Done, and written into the log."))
    return redirect(target)
