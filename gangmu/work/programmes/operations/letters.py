"""Issuing letters of responsibility level by level, accepting them, taking them back."""

from collections.abc import Sequence
from datetime import date

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.programmes.models import Letter
from gangmu.work.programmes.queries.letters import (
    STANDING,
    content_for,
    is_first,
    letter_kind,
    recipients_of,
    standing_letter,
)

MOST = 500
CALENDAR = Calendar()


class OwnLetterFirst(Conflict):
    """The issuer has a letter of its own to accept before it hands any on."""

    code = "own_letter_first"


@operation("programmes.issue_letters", permission="programmes.manage", at="issuer")
def issue_letters(
    context: Context, issuer: Org, *, kind: str, year: int, signed_by: str, orgs: Sequence[Org] = ()
) -> list[Letter]:
    """Issue the year's letter of responsibility to those directly below who have none yet.

    Its articles, the targets and the duties of each organization are frozen with it. Refused
    for a level that has not accepted its own letter, for organizations that are not the next on
    its way, where all have theirs, and without the name of who signs.
    """
    chosen = letter_kind(issuer, kind)
    name = signed_by.strip()
    if not name or len(name) > 60:
        raise Invalid("Some fields need attention.", faults={"signed_by": "Write the name of who signs."})
    if abs(year - context.today.year) > 1:
        raise Invalid("Some fields need attention.", faults={"year": "Choose another year."})
    above = None if is_first(issuer, chosen) else _accepted_own(issuer, kind, year)
    below = recipients_of(issuer, chosen)
    if strange := {each.pk for each in orgs} - {each.pk for each in below}:
        raise Invalid(
            "The letter does not go from here to some of these organizations.",
            {"count": len(strange)},
            faults={"orgs": "Choose organizations directly below."},
        )
    wanted = [each for each in below if not orgs or each.pk in {org.pk for org in orgs}]
    held = set(
        Letter.objects.filter(issuer=issuer, kind=kind, year=year, state__in=STANDING).values_list(
            "org", flat=True
        )
    )
    missing = [each for each in wanted if each.pk not in held][:MOST]
    if not missing:
        raise Conflict(
            "All of them have their letter already." if wanted else "This letter goes to nobody from here."
        )
    numbered = Letter.objects.filter(issuer=issuer, kind=kind, year=year).count()
    letters = [
        Letter(
            kind=kind,
            year=year,
            number=f"{year}-{numbered + at}",
            issuer=issuer,
            org=org,
            above=above,
            pack=pack_version_of(issuer.root_id),
            title=chosen.title.zh_hans[:200],
            content=content_for(context, org, chosen, year),
            signed_by=name,
            issued_by_id=context.account,
            issued_at=context.now,
            issued_on=context.today,
            due_on=_due_on(context.today, chosen.accept_within),
        )
        for at, org in enumerate(missing, 1)
    ]
    return Letter.objects.bulk_create(letters, batch_size=200)


def _due_on(day: date, workdays: int) -> date:
    return CALENDAR.add_workdays(day, workdays)


def _accepted_own(issuer: Org, kind: str, year: int) -> Letter:
    own = standing_letter(issuer, kind=kind, year=year)
    if own is None:
        raise OwnLetterFirst("%(org)s has no letter of its own for this year yet.", {"org": issuer.name})
    if own.state != Letter.State.ACCEPTED:
        raise OwnLetterFirst("%(org)s has not accepted its own letter yet.", {"org": issuer.name})
    return own


def _held(letter: Letter) -> Letter:
    return Letter.objects.select_for_update(of=("self",)).select_related("org", "issuer").get(pk=letter.pk)


@operation("programmes.accept_letter", permission="programmes.answer", at="letter.org")
def accept_letter(context: Context, letter: Letter, *, name: str) -> Letter:
    """Accept a letter of responsibility with the name of who answers for it; the day is kept.

    Refused a second time, for a letter that was taken back, without a name, and by whoever
    issued it.
    """
    held = _held(letter)
    if not name.strip() or len(name.strip()) > 60:
        raise Invalid("Some fields need attention.", faults={"name": "Write the name of who accepts."})
    if held.state == Letter.State.WITHDRAWN:
        raise Conflict("The letter was taken back.")
    if held.state == Letter.State.ACCEPTED:
        raise Conflict("The letter was accepted already.")
    if held.issued_by_id == context.account:
        raise NotAllowed("Whoever issued a letter does not accept it.")
    held.state = Letter.State.ACCEPTED
    held.accepted_by_id = context.account
    held.accepted_name = name.strip()
    held.accepted_at, held.accepted_on = context.now, context.today
    held.save(update_fields=["state", "accepted_by", "accepted_name", "accepted_at", "accepted_on"])
    return held


@operation("programmes.withdraw_letter", permission="programmes.manage", at="letter.issuer")
def withdraw_letter(context: Context, letter: Letter, *, reason: str) -> Letter:
    """Take a letter back, with the reason, so that another can be issued in its place.

    Refused without a reason, and once it has been handed on to the next level.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    held = _held(letter)
    if held.state == Letter.State.WITHDRAWN:
        raise Conflict("The letter was taken back.")
    if Letter.objects.filter(above=held, state__in=STANDING).exists():
        raise Conflict("It has been handed on to the next level; those letters are taken back first.")
    held.state = Letter.State.WITHDRAWN
    held.withdrawn_reason = reason.strip()[:300]
    held.save(update_fields=["state", "withdrawn_reason"])
    return held
