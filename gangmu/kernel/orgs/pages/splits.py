"""Splitting an organization on the screen: its parts, and which part takes what stands below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, Refusal
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.frame.doors import Request, page
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.words import say
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.models import Org, Unit
from gangmu.kernel.orgs.operations import NewOrg, split_org
from gangmu.kernel.orgs.pages.forms import DAY, PAPER, choices_of, day_given
from gangmu.kernel.orgs.queries import children_of, org_by_id, units_handed_on
from gangmu.kernel.packs.queries import pack_of

FEWEST, MOST = 2, 8
"""How many parts the form has; more at once are split over the API."""


@dataclass(frozen=True)
class _Split:
    """What is split: into how many parts, and what there is to deal out."""

    org: Org
    count: int
    children: Sequence[Org]
    units: Sequence[Unit]

    @property
    def parts(self) -> list[str]:
        return [f"part{number}" for number in range(1, self.count + 1)]

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(
            Choice(code=part, title=translate("Part %(number)s") % {"number": number})
            for number, part in enumerate(self.parts, 1)
        )

    def part_fields(self, part: str) -> tuple[FieldSpec, ...]:
        """Return what is asked of one part."""
        kinds = choices_of(pack_of(self.org.root_id).all(OrgKind))
        return (
            FieldSpec(code=f"{part}_name", title=say("Name"), required=True, max_length=200),
            FieldSpec(code=f"{part}_code", title=say("Code"), required=True, max_length=40),
            FieldSpec(code=f"{part}_kind", title=say("Kind"), type="choice", required=True, choices=kinds),
        )

    def rest_field(self) -> tuple[FieldSpec, ...]:
        """Return the field that deals out whatever no part is named for; none if there is nothing to deal out."""
        if not self.children and not self.units:
            return ()
        title = say("Whatever is not dealt out below goes to")
        return (FieldSpec(code="rest", title=title, type="choice", choices=self.choices),)

    def dealt_field(self, thing: Org | Unit) -> FieldSpec:
        """Return the field that says which part takes an organization or a unit."""
        return FieldSpec(code=_field_of(thing), title=thing.name, type="choice", choices=self.choices)

    def specs(self) -> tuple[FieldSpec, ...]:
        """Return every field of the form."""
        of_parts = [spec for part in self.parts for spec in self.part_fields(part)]
        dealt = [*map(self.dealt_field, self.children), *map(self.dealt_field, self.units)]
        return (*of_parts, DAY, PAPER, *self.rest_field(), *dealt)


def _field_of(thing: Org | Unit) -> str:
    return f"{'org' if isinstance(thing, Org) else 'unit'}{thing.pk}"


@page("orgs.manage", methods=("GET", "POST"))
def splitting(request: Request, org_id: int) -> HttpResponse:
    """Split an organization into new ones, each with what it takes over; as many parts as are asked for."""
    context = request.context
    org = org_by_id(context, org_id)
    asked = request.GET.get("parts", "")
    count = min(max(int(asked), FEWEST), MOST) if asked.isdecimal() and len(asked) < 4 else FEWEST
    split = _Split(org, count, list(children_of(context, org)), list(units_handed_on(context, org)))
    specs = split.specs()
    start = {"day": context.today.isoformat(), **{f"{part}_kind": org.kind for part in split.parts}}
    if request.method == "GET":
        return render(request, "orgs/split.html", _values(request, split, FieldForm(specs, start)))
    form = FieldForm(specs, start)
    try:
        _split(request, split, parse_fields(specs, form.raw(request.POST)))
    except Refusal as refusal:
        again = form.again(request.POST.dict(), refusal.faults)
        return form_again(request, "orgs/split.html", _values(request, split, again), refusal)
    messages.success(request, translate("Done, and written to the log."))
    return redirect("orgs-org", org.pk)


def _split(request: Request, split: _Split, given: Mapping[str, Any]) -> None:
    takes = _dealt(split.children, split, given)
    faults = {_field_of(each): "Every organization below goes to exactly one part." for each in takes[""]}
    if faults:
        raise Invalid("Every organization below goes to exactly one part.", faults=faults)
    news = {part: _new(split.org, part, given) for part in split.parts}
    units = _dealt(split.units, split, given)
    try:
        split_org(
            request.context,
            split.org,
            [(new, takes[part]) for part, new in news.items()],
            day=day_given(given),
            paper=given["paper"] or "",
            units={new.code: units[part] for part, new in news.items() if units[part]},
        )
    except Invalid as refusal:
        fields = {new.code: f"{part}_code" for part, new in news.items()}
        faults = {fields.get(code, code): fault for code, fault in refusal.faults.items()}
        raise Invalid(refusal.message, refusal.values, faults=faults) from refusal


def _new(org: Org, part: str, given: Mapping[str, Any]) -> NewOrg:
    """Return a part as it is founded: what is not asked is as of the organization that is split."""
    return NewOrg(
        given[f"{part}_code"],
        given[f"{part}_name"],
        given[f"{part}_kind"],
        org.level,
        day_given(given),
        domain=org.domain,
        fictional=org.fictional,
    )


def _dealt(things: Sequence[Any], split: _Split, given: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what each part takes over; under the empty name what no part is named for."""
    dealt: dict[str, list[Any]] = {part: [] for part in ("", *split.parts)}
    for each in things:
        dealt[given[_field_of(each)] or given.get("rest") or ""].append(each)
    return dealt


def _values(request: Request, split: _Split, form: FieldForm) -> dict[str, Any]:
    def bound(specs: Sequence[FieldSpec]) -> list[Any]:
        return [form[spec.code] for spec in specs]

    return around_org(
        request,
        split.org,
        "orgs-org",
        form=form,
        count=split.count,
        counts=[(number, str(number)) for number in range(FEWEST, MOST + 1)],
        parts=[
            (choice.title, bound(split.part_fields(part)))
            for part, choice in zip(split.parts, split.choices, strict=True)
        ],
        common=bound((DAY, PAPER, *split.rest_field())),
        dealt=[
            (title, bound([split.dealt_field(each) for each in things]))
            for title, things in (
                (say("Organizations below"), split.children),
                (say("Units"), split.units),
            )
            if things
        ],
        back=reverse("orgs-org", args=(split.org.pk,)),
    )


urlpatterns = [path("orgs/<int:org_id>/split", splitting, name="orgs-split")]
