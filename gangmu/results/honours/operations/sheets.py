"""Marks in an organization's sheet: entered with their source, corrected with a reason."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.results.honours.models import Mark
from gangmu.results.honours.queries.sheets import sheet_of
from gangmu.results.honours.rules import TOO_LONG, said


@dataclass(frozen=True)
class NewMark:
    """A mark of one year: which, its value, its source, and what was found good and poor."""

    mark: str
    year: int
    value: str
    source: str
    good: str = ""
    poor: str = ""
    reason: str = ""


@operation("honours.enter_mark", permission="honours.manage", at="org.parent")
def enter_mark(context: Context, org: Org, *, sheet: str, given: NewMark) -> Mark:
    """Enter a mark that an organization was given in a year, with its source; as the level above.

    Another one of the same year takes its place for a reason, and the first stays beside it.
    Refused for a year outside the sheet, without the source, and without a reason for a correction.
    """
    found = sheet_of(org)
    if found is None or found.code != sheet:
        raise NotFound("There is no such sheet here.")
    kind = found.mark(given.mark)
    if kind is None:
        raise Invalid("Some fields need attention.", faults={"mark": "This is not one of the choices."})
    chosen = next((each for each in kind.choices if each.code == given.value), None)
    if chosen is None:
        raise Invalid("Some fields need attention.", faults={"value": "This is not one of the choices."})
    if not context.today.year - found.years < given.year <= context.today.year:
        raise Invalid("Some fields need attention.", faults={"year": "Choose another year."})
    source = said(given.source, "source", 200)
    for field, text in (("good", given.good), ("poor", given.poor)):
        if len(text.strip()) > 500:
            raise Invalid("Some fields need attention.", faults={field: TOO_LONG})
    words = {"good": given.good, "poor": given.poor}
    refuse_text(org, words, what="notice", context=context, knowingly=True)
    standing = Mark.objects.select_for_update().filter(
        org=org, sheet=sheet, mark=given.mark, year=given.year, stands=True
    )
    before = standing.first()
    why = said(given.reason, "reason", 200) if before else ""
    if before:
        before.stands = False
        before.save(update_fields=["stands"])
    try:
        with transaction.atomic():
            return Mark.objects.create(
                org=org,
                sheet=sheet,
                mark=given.mark,
                year=given.year,
                value=chosen.code,
                title=chosen.title.zh_hans,
                good=given.good.strip(),
                poor=given.poor.strip(),
                source=source,
                reason=why,
                entered_by_id=context.account,
                entered_at=context.now,
            )
    except IntegrityError:
        raise Conflict("Somebody else has entered this mark meanwhile.") from None
