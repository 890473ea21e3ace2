"""What a panel writes down: by its members themselves, or entered from their paper sheets."""

from collections.abc import Mapping
from decimal import Decimal

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.rules import rule_of
from gangmu.results.honours.models import Contest, Nomination, PanelMember, Sheet
from gangmu.results.honours.operations.contests import locked_contest
from gangmu.results.honours.queries.contests import kind_of, may_judge, own_paths
from gangmu.results.honours.rules import points_faults, said

VOTES = ("yes", "no", "abstain")


class Recused(NotAllowed):
    """A panel member does not judge an organization of the own part of the tree."""

    code = "recused"


@operation("honours.judge_candidate", permission="honours.judge", at="member.org")
def judge_candidate(
    context: Context,
    member: PanelMember,
    nomination: Nomination,
    *,
    points: Mapping[str, Decimal | None] | None = None,
    vote: str = "",
    reason: str = "",
) -> Sheet:
    """Judge one candidate in one's own seat: points by criterion, or a vote; abstaining needs a reason.

    Refused for whoever does not sit there, for an organization of the own part of the tree,
    and once it is decided. A criterion left open is unknown, not zero.
    """
    if member.account_id is None or member.account_id != context.account:
        raise NotFound("There is no such panel member.")
    return _write(context, member, nomination, points or {}, vote, reason, "")


@operation("honours.enter_sheet", permission="honours.manage", at="member.contest.org")
def enter_sheet(
    context: Context,
    member: PanelMember,
    nomination: Nomination,
    *,
    paper: str,
    points: Mapping[str, Decimal | None] | None = None,
    vote: str = "",
    reason: str = "",
) -> Sheet:
    """Enter what a panel member wrote on paper; the paper is named and kept.

    The same is refused as when the member writes it; and for a member with an account who has
    written it already.
    """
    where = said(paper, "paper", 100)
    if Sheet.objects.filter(nomination=nomination, member=member, paper="").exists():
        raise Conflict("This member has written the sheet already.")
    return _write(context, member, nomination, points or {}, vote, reason, where)


def _write(
    context: Context,
    member: PanelMember,
    nomination: Nomination,
    points: Mapping[str, Decimal | None],
    vote: str,
    reason: str,
    paper: str,
) -> Sheet:
    contest = locked_contest(member.contest, Contest.State.REVIEW)
    if nomination.contest_id != contest.pk or nomination.withdrawn_at is not None:
        raise NotFound("There is no such candidate.")
    if contest.decisions.filter(line=nomination.line).exists():
        raise Conflict("This line is decided already.")
    if not may_judge(contest, nomination, own_paths([member], context.today)[member.pk]):
        raise Recused(
            "%(name)s belongs to the same part of the tree and does not judge it: %(source)s",
            {"name": member.name, "source": rule_of("R-CONTEST").source},
        )
    kind = kind_of(contest)
    written = {code: value for code, value in points.items() if value is not None}
    abstains = vote == "abstain"
    if kind.method == "vote":
        if vote not in VOTES or written:
            raise Invalid("Some fields need attention.", faults={"vote": "This is not one of the choices."})
    elif vote not in ("", "abstain") or (abstains and written):
        raise Invalid("Some fields need attention.", faults={"vote": "This is not one of the choices."})
    elif not abstains and (faults := points_faults(points, kind.criteria)):
        raise Invalid("Some fields need attention.", faults=faults)
    why = said(reason, "reason", 300) if abstains else reason.strip()[:300]
    values = {
        "points": {code: str(value) for code, value in written.items()},
        "vote": vote,
        "reason": why,
        "paper": paper,
        "written_at": context.now,
        "written_by_id": context.account,
    }
    made, _ = Sheet.objects.update_or_create(nomination=nomination, member=member, defaults=values)
    return made
