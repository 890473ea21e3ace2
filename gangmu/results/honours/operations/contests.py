"""Opening a contest, naming its panel, nominating, and giving it up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.core.text import msgid
from gangmu.kernel.access.models import Account
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.packs.queries import pack_by_version, pack_version_of
from gangmu.results.assessment.models import Result
from gangmu.results.assessment.queries.results import results_over_years
from gangmu.results.honours.definitions import HonourKind, QuotaLine
from gangmu.results.honours.models import Contest, Nomination, PanelMember, Pledge
from gangmu.results.honours.queries.contests import (
    CALENDAR,
    contest_kinds,
    held_by_line,
    honour_of,
    is_in,
    kind_of,
    lacks_standard,
    lines_of,
    meant_by,
    standing_honours,
)
from gangmu.results.honours.rules import Approval, refuse_over_quota, refuse_unapproved, said

MOST_PANEL = 50
MOST_EVIDENCE = 10


def locked_contest(contest: Contest, *states: str) -> Contest:
    """Return a contest anew, held until the transaction ends; refused at any other step."""
    held = (
        Contest.objects.select_for_update(of=("self",))
        .select_related("org", "pack", "publicity_notice")
        .get(pk=contest.pk)
    )
    if held.state not in states:
        raise Conflict("The contest is not at this step.", {"state": held.state})
    return held


@operation("honours.open_contest", permission="honours.manage", at="org")
def open_contest(
    context: Context,
    org: Org,
    *,
    kind: str,
    title: str,
    places: Mapping[str, int],
    approval: Approval,
) -> Contest:
    """Open this year's contest for an honour, under the document that allows it.

    Refused without an approving document of the province or the nation with number, issuer, day
    and end, for one that ends before the contest, for more places than the quota leaves, at a
    level that does not confer the honour, and while one of the year stands.
    """
    office = locked(org)
    chosen = next((each for each in contest_kinds(office) if each.code == kind), None)
    if chosen is None:
        raise NotFound("There is no such contest here.")
    version = pack_version_of(office.root_id)
    honour = pack_by_version(version).find(HonourKind, chosen.honour)
    assert honour is not None  # contest_kinds gives no contest without its honour
    name = said(title, "title", 200)
    nominate = CALENDAR.add_workdays(context.today, chosen.nomination_days)
    last = CALENDAR.add_workdays(nominate, chosen.review_days + chosen.publicity_days)
    ends = min(each for each in (chosen.expires_on, honour.expires_on) if each is not None)
    refuse_unapproved(approval, context.today, last, ends)
    refuse_over_quota(places, lines_of(honour), held_by_line(office, honour, last))
    year = context.today.year
    if Contest.objects.filter(org=office, kind=kind, year=year).exclude(state="cancelled").exists():
        raise Conflict("The contest of this year is open or over already.")
    refuse_text(office, {"title": name}, what="notice", context=context, knowingly=True)
    assert approval.issued_on  # refused above otherwise
    assert approval.expires_on
    return Contest.objects.create(
        org=office,
        kind=kind,
        honour=honour.code,
        year=year,
        title=name,
        places=dict(places),
        pack=version,
        approval_number=approval.number.strip(),
        approval_issuer=approval.issuer.strip(),
        approval_level=approval.level,
        approved_on=approval.issued_on,
        approval_expires_on=approval.expires_on,
        opened_at=context.now,
        opened_by_id=context.account,
        nominate_until=nominate,
    )


@operation("honours.cancel_contest", permission="honours.manage", at="contest.org")
def cancel_contest(context: Context, contest: Contest, *, reason: str) -> Contest:
    """Give a contest up before its outcome is made known, for a reason that stays with it."""
    held = locked_contest(contest, Contest.State.NOMINATION, Contest.State.REVIEW)
    held.cancelled_for, held.cancelled_at = said(reason, "reason", 300), context.now
    held.state = Contest.State.CANCELLED
    held.save(update_fields=["state", "cancelled_at", "cancelled_for"])
    return held


@dataclass(frozen=True)
class Seat:
    """Somebody to be named to a panel: a name, where from, and the account if there is one."""

    name: str
    org: Org
    account: Account | None = None


@operation("honours.name_panel", permission="honours.manage", at="contest.org")
def name_panel(context: Context, contest: Contest, *, seats: Sequence[Seat]) -> list[PanelMember]:
    """Name who judges in a contest, in place of those named before.

    Refused for fewer than the contest asks for, for somebody twice, for organizations outside
    the office's own tree, and once the review has begun.
    """
    held = locked_contest(contest, Contest.State.NOMINATION)
    least = kind_of(held).panel
    named = [(said(seat.name, "seats", 60), seat) for seat in seats]
    if not least <= len(named) <= MOST_PANEL:
        raise Invalid(
            "A panel of this contest has at least %(least)s members.",
            {"least": least},
            faults={"seats": "The panel is too small, or too large."},
        )
    accounts = [seat.account.pk for _, seat in named if seat.account]
    if len(set(accounts)) != len(accounts) or len({(n, s.org.pk) for n, s in named}) != len(named):
        raise Invalid("Some fields need attention.", faults={"seats": "Somebody stands twice."})
    if any(not is_in(held, seat.org) for _, seat in named):
        raise Invalid(
            "Some fields need attention.",
            faults={"seats": "A panel member comes from an organization at or below the office."},
        )
    PanelMember.objects.filter(contest=held).delete()
    made = [PanelMember(contest=held, org=s.org, account=s.account, name=n) for n, s in named]
    return PanelMember.objects.bulk_create(made)


@dataclass(frozen=True)
class NewPledge:
    """What a candidate promises, and by when."""

    text: str
    due_on: date


@operation("honours.nominate_org", permission="honours.nominate", at="nominator")
def nominate_org(
    context: Context,
    nominator: Org,
    contest: Contest,
    *,
    org: Org,
    line: str,
    text: str,
    results: Sequence[int] = (),
    pledges: Sequence[NewPledge] = (),
) -> Nomination:
    """Nominate an organization: its own doing or its parent's, with reasons and published results.

    Refused after the last day, for the second time, for a sort that the honour is not for, for one
    that holds it already or does not hold the standard that the contest asks for, for results that
    are not published or not its own, and without the pledges that the contest asks for.
    """
    held = locked_contest(contest, Contest.State.NOMINATION)
    if not is_in(held, org) or nominator.pk not in (org.pk, org.parent_id) or org.pk == held.org_id:
        raise NotFound("There is no such contest here.")
    if context.today > held.nominate_until:
        raise Conflict("Nominations were possible until %(day)s.", {"day": held.nominate_until})
    honour = honour_of(held)
    where = _line_for(held, honour, org, line)
    why = said(text, "text", 2000)
    if standing_honours(context.today).filter(office=held.org, kind=honour.code, org=org).exists():
        raise Conflict("It holds this honour already.")
    if lacks_standard(held, org.pk, context.today):
        without = msgid("It does not hold the standard that this contest asks for.")
        raise Invalid(without, faults={"org": without})
    evidence = _evidence(context, org, results)
    promised = _promised(context, kind_of(held).pledges, pledges)
    refuse_text(org, {"text": why}, what="notice", context=context, knowingly=True)
    try:
        with transaction.atomic():
            made = Nomination.objects.create(
                contest=held,
                org=org,
                line=where.code,
                nominator=nominator,
                text=why,
                evidence=evidence,
                nominated_at=context.now,
                nominated_by_id=context.account,
            )
    except IntegrityError:
        raise Conflict("It is nominated already.") from None
    for each in promised:
        each.nomination = made
    Pledge.objects.bulk_create(promised)
    return made


def _line_for(contest: Contest, honour: HonourKind, org: Org, line: str) -> QuotaLine:
    if org.closed_on is not None:
        raise Conflict("It does not exist any more.")
    chosen = next((each for each in lines_of(honour) if each.code == line), None)
    if chosen is None or line not in contest.places:
        raise Invalid("Some fields need attention.", faults={"line": "This is not one of the choices."})
    if not meant_by(org, honour, chosen):
        raise Invalid(
            "Some fields need attention.", faults={"org": "The honour is not for organizations of this sort."}
        )
    return chosen


def _evidence(context: Context, org: Org, results: Sequence[int]) -> list[dict[str, object]]:
    wanted = list(dict.fromkeys(results))
    if len(wanted) > MOST_EVIDENCE:
        raise Invalid("Some fields need attention.", faults={"results": "Ten results at most."})
    known = {each.pk: each for each in results_over_years(context, org)} if wanted else {}
    if set(wanted) - set(known):
        raise Invalid(
            "Some fields need attention.",
            faults={"results": "Evidence is a published result of the organization itself."},
        )
    return [_as_evidence(known[each]) for each in wanted]


def _as_evidence(result: Result) -> dict[str, object]:
    round_ = result.run.round
    return {
        "result": result.pk,
        "round": round_.pk,
        "title": round_.title,
        "period": round_.period,
        "scorecard": result.scorecard,
        "score": None if result.score is None else str(result.score),
        "rank": result.rank,
        "peers": result.peers,
    }


def _promised(context: Context, wanted: int, pledges: Sequence[NewPledge]) -> list[Pledge]:
    if len(pledges) != wanted:
        raise Invalid(
            "This contest asks for %(count)s pledges.",
            {"count": wanted},
            faults={"pledges": "State as many pledges as the contest asks for."},
        )
    made = []
    for each in pledges:
        text = said(each.text, "pledges", 300)
        if each.due_on < context.today:
            raise Invalid(
                "Some fields need attention.", faults={"pledges": "A pledge has a day, and it lies ahead."}
            )
        made.append(Pledge(text=text, due_on=each.due_on, stated_on=context.today))
    return made


@operation("honours.withdraw_nomination", permission="honours.nominate", at="nomination.nominator")
def withdraw_nomination(context: Context, nomination: Nomination) -> Nomination:
    """Take a nomination back while nominations are open; it may be made anew."""
    locked_contest(nomination.contest, Contest.State.NOMINATION)
    held = Nomination.objects.select_for_update(of=("self",)).get(pk=nomination.pk)
    if held.withdrawn_at is not None:
        raise Conflict("This nomination was taken back before.")
    held.withdrawn_at = context.now
    held.save(update_fields=["withdrawn_at"])
    return held


@operation("honours.begin_panel_review", permission="honours.manage", at="contest.org")
def begin_panel_review(context: Context, contest: Contest) -> Contest:
    """Close the nominations and have the panel judge, until a day.

    Refused before the last day of nominations, without candidates, and without a panel.
    """
    held = locked_contest(contest, Contest.State.NOMINATION)
    if context.today <= held.nominate_until:
        raise Conflict("Nominations are possible until %(day)s.", {"day": held.nominate_until})
    if not held.nominations.filter(withdrawn_at=None).exists():
        raise Conflict("Nobody is nominated.")
    if not held.panel.exists():
        raise Conflict("Nobody is named to the panel yet.")
    held.state = Contest.State.REVIEW
    held.review_until = CALENDAR.add_workdays(context.today, kind_of(held).review_days)
    held.save(update_fields=["state", "review_until"])
    return held
