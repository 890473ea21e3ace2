"""Looking through a tree; excusing what was looked at and is right."""

from collections.abc import Iterable
from datetime import date

from gangmu.core.context import LOCAL, Context
from gangmu.core.doubts import DoubtCheck, Found
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.operations import operation, require
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.quality.models import Doubt, Sweep
from gangmu.kernel.quality.queries import (
    Difference,
    all_checks,
    check_by_code,
    difference,
    look_at,
    plain_params,
    roots_to_sweep,
)
from gangmu.kernel.quality.rules import BATCH, excuse_fault, excused


def look_through(context: Context, root: Org, *, checks: Iterable[DoubtCheck] | None = None) -> int:
    """Look a whole tree through for what may be wrong; return how many doubts there are.

    It reads outside of any transaction and writes only what has changed, some thousand at once,
    so that people go on working meanwhile. Nothing but doubts is changed.
    """
    require(context, "quality.sweep", root)
    _refuse_part(root)
    look, total = look_at(root, context.today), 0
    for check in checks or all_checks():
        changes = difference(root, check, look)
        for part in changes.batches(BATCH):
            note_doubts(context, root, check=check.code, changes=part)
        total += changes.found
    return total


def look_through_again(context: Context, check: DoubtCheck) -> int:
    """Look through every tree that the actor answers for, for one check; refused if there is none."""
    roots = roots_to_sweep(context)
    if not roots:
        raise NotAllowed("You may not do this here.", {"permission": "quality.sweep"})
    return sum(look_through(context, root, checks=[check]) for root in roots)


@operation("quality.note_doubts", permission="quality.sweep", at="root")
def note_doubts(context: Context, root: Org, *, check: str, changes: Difference) -> int:
    """Note what one check found new, differently or no more in a tree; returns how much it finds in all.

    What is excused stays so. Refused for an organization above which there is another, for more than
    two thousand at once, and for what lies elsewhere.
    """
    _refuse_part(root)
    if max(len(changes.new), len(changes.changed), len(changes.gone)) > BATCH:
        raise Invalid("At most %(most)s doubts at once.", {"most": BATCH})
    code = check_by_code(check).code
    here = Doubt.objects.filter(root=root.pk, check_code=code)
    here.filter(pk__in=changes.gone).delete()
    new = [_doubt(context, root, code, each) for each in changes.new]
    Doubt.objects.bulk_create(new, ignore_conflicts=True)
    params = {pk: plain_params(each) for pk, each in changes.changed}
    rows = list(here.filter(pk__in=params))
    for row in rows:
        row.params = params[row.pk]
    Doubt.objects.bulk_update(rows, ["params"], batch_size=200)
    _note_sweep(context, root, code, changes.found)
    return changes.found


def _refuse_part(root: Org) -> None:
    if root.parent_id is not None:
        raise Conflict("A whole tree is looked through, from its top.")


def _doubt(context: Context, root: Org, code: str, found: Found) -> Doubt:
    return Doubt(
        check_code=code,
        root=root.pk,
        org_id=found.org,
        subject=found.subject[:160],
        params=plain_params(found),
        since=context.today,
    )


def _note_sweep(context: Context, root: Org, code: str, found: int) -> None:
    before = Sweep.objects.filter(root=root.pk, check_code=code).first()
    if before is None:
        Sweep.objects.create(root=root.pk, check_code=code, swept_at=context.now, found=found)
        return
    if before.swept_at.astimezone(LOCAL).date() != context.today:
        before.found_before = before.found
    before.found, before.swept_at = found, context.now
    before.save(update_fields=["found", "found_before", "swept_at"])


@operation("quality.excuse_doubt", permission="quality.excuse", at="doubt.org")
def excuse_doubt(context: Context, doubt: Doubt, *, reason: str, until: date) -> Doubt:
    """Excuse a doubt that was looked at and is right, for a reason, until a day within a year.

    Whoever sees the doubt can read who excused it and why. What is wrong for certain cannot be
    excused: it is mended. Refused without a reason.
    """
    if check_by_code(doubt.check_code).sure:
        raise Conflict("This is wrong for certain: it is mended, not excused.")
    faults = {"reason": "" if reason.strip() else "This must be filled in."}
    faults["until"] = excuse_fault(until, context.today)
    if any(faults.values()):
        raise Invalid(
            "Some fields need attention.", faults={name: fault for name, fault in faults.items() if fault}
        )
    kept = Doubt.objects.select_for_update(of=("self",)).get(pk=doubt.pk)
    kept.excused_until, kept.excused_for = until, reason.strip()[:300]
    kept.excused_by_id, kept.excused_at = context.account, context.now
    kept.save(update_fields=["excused_until", "excused_for", "excused_by", "excused_at"])
    return kept


@operation("quality.end_excuse", permission="quality.excuse", at="doubt.org")
def end_excuse(context: Context, doubt: Doubt) -> Doubt:
    """End the excuse of a doubt, so that it is open again. Refused if it is not excused."""
    kept = Doubt.objects.select_for_update(of=("self",)).get(pk=doubt.pk)
    if not excused(kept.excused_until, context.today):
        raise Conflict("This doubt is not excused.")
    kept.excused_until, kept.excused_for, kept.excused_by, kept.excused_at = None, "", None, None
    kept.save(update_fields=["excused_until", "excused_for", "excused_by", "excused_at"])
    return kept
