"""Forms filled in by hand as rows of a sheet: one template an order, one row an organization."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec
from gangmu.core.sheets import Heads, UnreadableSheet
from gangmu.core.text import Text, msgid
from gangmu.frame.formats import period_in_words
from gangmu.frame.words import say
from gangmu.kernel.imports.rules import Faults, ImportFamily, ImportKind, Values
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import orgs_by_code, visible_orgs
from gangmu.work.plans.models import Order, Task
from gangmu.work.plans.operations.paper import PaperForm, answer_on_paper, refuse_used, take_back_paper
from gangmu.work.plans.queries.duties import record_kind_of
from gangmu.work.plans.queries.paper import tasks_on_paper
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.rules import REFERENCES

MOST_ROWS = 100_000
PREFIX = "paper"

ORG_CODE = FieldSpec(code="org_code", title=say("Code"), max_length=200)
ORG_NAME = FieldSpec(code="org_name", title=say("Organization"), max_length=200)
GIVEN_ON = FieldSpec(
    code="given_on",
    title=say("Date on the paper"),
    type="date",
    help=say("The day on which it was filled in by hand; today if left empty."),
)
_BY_CODE_OR_NAME = say("An organization's code or name.")
_SEVERAL = msgid("Several organizations have this name: write the code.")
OTHER_TITLES: dict[str, tuple[Text, ...]] = {
    "org_code": (say("Organization code"),),
    "org_name": (say("Name"), say("Name of the organization"), say("Branch"), say("Party organization")),
    "given_on": (say("Filled in by, and date"),),
}


def import_kind(subject: str) -> ImportKind:
    """Return how the paper answers of one order come in."""
    order = _order(subject)
    kind = record_kind_of(order)
    specs = tuple(spec.model_copy(update={"required": False}) for spec in _asked(kind))
    return ImportKind(
        code=f"{PREFIX}-{subject}",
        title=Text.model_validate(f"{order.title} {period_in_words(order.period)}"),
        permission="plans.answer",
        fields=lambda _: (ORG_CODE, ORG_NAME, GIVEN_ON, *specs),
        judge=lambda context, org, rows, state: _judge(context, order, kind, org, rows, state),
        apply=lambda context, org, rows: _apply(context, order, kind, org, rows),
        check_undo=_check_undo,
        undo=_undo,
        other_titles=OTHER_TITLES,
        help=say("A row for each form; a row in which nothing was filled in is passed over."),
        rows=lambda context, org: _template_rows(context, order, org),
        check_heads=lambda _, heads: _check_heads(order, heads),
        most_rows=MOST_ROWS,
        formulas=False,
        home=lambda org: f"{reverse('plans-paper-sheet', args=(order.pk,))}?org={org.pk}",
    )


FAMILY = ImportFamily(PREFIX, "plans.answer", import_kind)


def _order(subject: str) -> Order:
    found = None
    if subject.isdecimal() and len(subject) < 19:
        rows = Order.objects.select_related("pack", "issuer").defer("pack__files")
        found = rows.filter(pk=int(subject)).first()
    if found is None:
        raise NotFound("There is no such kind of import.")
    return found


def _asked(kind: RecordKind) -> list[FieldSpec]:
    """Return the fields that a sheet can answer; an organization is typed by its code or name.

    Persons and files cannot be typed.
    """
    return [
        spec.model_copy(update={"type": "text", "max_length": 200, "help": spec.help or _BY_CODE_OR_NAME})
        if spec.type == "organization"
        else spec
        for spec in kind.fields
        if spec.type not in REFERENCES or spec.type == "organization"
    ]


def _orgs_asked(kind: RecordKind) -> list[str]:
    return [spec.code for spec in kind.fields if spec.type == "organization"]


def _check_heads(order: Order, heads: Heads) -> None:
    if not heads.columns.keys() & {"org_code", "org_name"}:
        raise UnreadableSheet(
            "The sheet does not say whose rows these are: a column with codes or names is needed."
        )
    if not heads.columns.keys() - {"org_code", "org_name", "given_on"}:
        raise UnreadableSheet("The sheet has none of the columns of %(here)s.", {"here": order.title})


def _template_rows(context: Context, order: Order, org: Org) -> Iterator[list[Any]]:
    for task in tasks_on_paper(context, order, org)[:MOST_ROWS]:
        yield [task.org.code, task.org.name]


def _tasks(context: Context, order: Order, org: Org) -> tuple[dict[str, Task], dict[str, list[str]]]:
    tasks = {task.org.code: task for task in tasks_on_paper(context, order, org)}
    names: dict[str, list[str]] = {}
    for code, task in tasks.items():
        names.setdefault("".join(task.org.name.split()), []).append(code)
    return tasks, names


def _is_empty(kind: RecordKind, row: Values) -> bool:
    return all(row.get(spec.code) is None for spec in _asked(kind))


def _judge(
    context: Context, order: Order, kind: RecordKind, org: Org, rows: Sequence[Values], state: dict[str, Any]
) -> Faults:
    """Return what stands against the rows; a name becomes the code of who bears it."""
    if "tasks" not in state:
        state["tasks"] = _tasks(context, order, org)
    tasks, names = state["tasks"]
    chosen = _orgs_typed(context, kind, rows)
    seen: set[str] = state.setdefault("seen", set())
    found: dict[int, dict[str, str]] = {}
    for index, row in enumerate(rows):
        wrong = state["wrong"][index]
        if _is_empty(kind, row) and not wrong:
            continue
        faults = _named(row, tasks, names) | _choose_orgs(kind, row, chosen)
        if not faults.keys() & {"org_code", "org_name"} and row["org_code"] in seen:
            faults["org_code"] = msgid("This organization stands twice in the sheet.")
        seen.add(row["org_code"] or "")
        if row.get("given_on") and date.fromisoformat(row["given_on"]) > context.today:
            faults["given_on"] = msgid("This day has not come yet.")
        faults |= {
            spec.code: msgid("This must be filled in.")
            for spec in _asked(kind)
            if spec.required and row.get(spec.code) is None and spec.code not in wrong
        }
        day = row.get(kind.day_field) if kind.day_field else None
        if day and not order.span.contains(date.fromisoformat(day)):
            faults[kind.day_field] = msgid("This day lies outside the period.")
        if faults:
            found[index] = faults
    return found


def _named(row: Values, tasks: dict[str, Task], names: dict[str, list[str]]) -> dict[str, str]:
    """Put an organization's code into its row, or return the fault."""
    code, typed = row.get("org_code") or "", "".join((row.get("org_name") or "").split())
    if code in tasks:
        return {}
    place = "org_code" if code else "org_name"
    found = [] if code else names.get(typed, [])
    if len(found) == 1:
        row["org_code"] = found[0]
        return {}
    if found:
        return {place: _SEVERAL}
    if not code and not typed:
        return {"org_code": msgid("Write the organization's code or its name.")}
    return {place: msgid("This organization has no open task of this order here.")}


def _orgs_typed(context: Context, kind: RecordKind, rows: Sequence[Values]) -> dict[str, list[str]]:
    """Return the codes of what the writer may name, by what was typed: a code, or a name."""
    typed = {"".join(row[code].split()) for row in rows for code in _orgs_asked(kind) if row.get(code)}
    found: dict[str, list[str]] = {}
    if typed:
        known = visible_orgs(context).filter(Q(code__in=typed) | Q(name__in=typed), closed_on=None)
        for code, name in known.values_list("code", "name"):
            found[code] = [code]
            if name in typed and name != code:
                found.setdefault(name, []).append(code)
    return found


def _choose_orgs(kind: RecordKind, row: Values, chosen: dict[str, list[str]]) -> dict[str, str]:
    """Put the codes of the organizations that a row names into it, or return the faults."""
    faults = {}
    for field in _orgs_asked(kind):
        typed = "".join((row.get(field) or "").split())
        codes = chosen.get(typed, [])
        if len(codes) == 1:
            row[field] = codes[0]
        elif typed:
            faults[field] = _SEVERAL if codes else msgid("This is not something that can be chosen.")
    return faults


def _apply(context: Context, order: Order, kind: RecordKind, org: Org, rows: Sequence[Values]) -> list[int]:
    """Answer for each organization whose form was filled in."""
    tasks, _ = _tasks(context, order, org)
    chosen = [at for at, row in enumerate(rows) if not _is_empty(kind, row)]
    gone = {
        f"{at}.org_code": msgid("This organization has no open task of this order here.")
        for at in chosen
        if rows[at]["org_code"] not in tasks
    }
    if gone:
        raise Invalid("Some fields need attention.", faults=gone)
    made = [0] * len(rows)
    orgs = orgs_by_code(rows[at][code] for at in chosen for code in _orgs_asked(kind) if rows[at].get(code))
    answers = answer_on_paper(context, org, forms=[_form(kind, tasks, rows[at], orgs) for at in chosen])
    for at, answer in zip(chosen, answers, strict=True):
        made[at] = answer
    return made


def _form(kind: RecordKind, tasks: dict[str, Task], row: Values, orgs: dict[str, Org]) -> PaperForm:
    values = {spec.code: row[spec.code] for spec in _asked(kind) if row.get(spec.code) is not None}
    values |= {code: orgs[values[code]].pk for code in _orgs_asked(kind) if values.get(code) in orgs}
    given = row.get("given_on") or (row.get(kind.day_field) if kind.day_field else None)
    return PaperForm(tasks[row["org_code"]].pk, values, date.fromisoformat(given) if given else None)


def _check_undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Refuse if one of the answers was looked at since."""
    refuse_used([each for each in ids if each])


def _undo(context: Context, org: Org, ids: Sequence[int]) -> None:
    """Take the answers of a sheet back."""
    answers = [each for each in ids if each]
    if answers:
        take_back_paper(context, org, answers=answers)
