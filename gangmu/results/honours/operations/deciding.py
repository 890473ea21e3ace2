"""Deciding line by line, making it known, heeding objections, conferring."""

from collections.abc import Collection, Mapping
from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.frame import formats
from gangmu.frame.words import say
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.rules import rule_of
from gangmu.kernel.notices.models import Notice, Objection
from gangmu.kernel.notices.operations import publish_notice
from gangmu.kernel.notices.rules import Body, Term
from gangmu.results.honours.models import Contest, Decision, Heeding, Honour, Nomination, PanelMember
from gangmu.results.honours.operations.contests import locked_contest
from gangmu.results.honours.queries.contests import (
    CALENDAR,
    Judged,
    chosen_of,
    held_by_line,
    honour_of,
    judged_candidates,
    kind_of,
    lacks_standard,
    lines_of,
    may_judge,
    own_paths,
    standings_of,
    undecided_of,
    undone_of,
    unheeded_objections,
)
from gangmu.results.honours.rules import (
    Choice,
    OverQuota,
    choice_of,
    lasts_until,
    ranks_of,
    refuse_over_quota,
    said,
)


@operation("honours.decide_line", permission="honours.manage", at="contest.org")
def decide_line(
    context: Context,
    contest: Contest,
    *,
    line: str,
    chosen: Collection[int],
    reason: str,
    passed_over: Mapping[int, str] | None = None,
    signed_by: PanelMember | None = None,
) -> Decision:
    """Decide, with reasons, who of one line is chosen; nobody has to be.

    Refused for more than there are places, for a candidate whom too few have judged, without a
    reason for each higher one that is passed over, and, where equals are parted or the group is
    small, without the name of a panel member who has no part in it. Chance decides nothing.
    """
    held = locked_contest(contest, Contest.State.REVIEW)
    kind, why = kind_of(held), said(reason, "reason", 500)
    if line not in held.places:
        raise Invalid("Some fields need attention.", faults={"line": "This is not one of the choices."})
    if held.decisions.filter(line=line).exists():
        raise Conflict("This line is decided already.")
    judged = judged_candidates(held, context.today, line)
    wanted = set(chosen)
    _refuse_choice(held, line, judged, wanted, context.today)
    choice = choice_of(standings_of(judged), wanted, kind.few)
    reasons = _reasons(choice, passed_over or {})
    _refuse_unsigned(context, held, judged, choice, signed_by)
    ranks = ranks_of(standings_of(judged))
    for each in judged:
        found = each.nomination
        found.total, found.rank = each.total, ranks.get(found.pk)
        found.outcome = Nomination.Outcome.CHOSEN if found.pk in wanted else Nomination.Outcome.NOT_CHOSEN
        found.reason = reasons.get(found.pk, "")
        found.save(update_fields=["total", "rank", "outcome", "reason"])
    return Decision.objects.create(
        contest=held,
        line=line,
        reason=why,
        tie=choice.tie,
        few=choice.few,
        signed_by=signed_by,
        decided_by_id=context.account,
        decided_at=context.now,
    )


def _refuse_choice(contest: Contest, line: str, judged: list[Judged], wanted: set[int], today: date) -> None:
    known = {each.nomination.pk: each for each in judged}
    if wanted - set(known):
        raise NotFound("There is no such candidate.")
    if len(wanted) > contest.places[line]:
        raise OverQuota(
            "There are %(places)s places in this line, not %(count)s. %(source)s",
            {
                "places": contest.places[line],
                "count": len(wanted),
                "source": rule_of("R-CONTEST").source,
            },
        )
    unknown = [known[each].nomination.org.name for each in wanted if known[each].total is None]
    if unknown:
        raise Conflict("Too few of the panel have judged %(name)s.", {"name": unknown[0]})
    lost = [
        known[each].nomination.org.name
        for each in wanted
        if lacks_standard(contest, known[each].nomination.org_id, today)
    ]
    if lost:
        raise Conflict("%(name)s no longer holds the standard that this contest asks for.", {"name": lost[0]})
    if kind_of(contest).method == "vote":
        short = [known[each].nomination.org.name for each in wanted if (known[each].total or 0) <= 50]
        if short:
            raise Conflict("%(name)s has no more than half of the votes.", {"name": short[0]})


def _reasons(choice: Choice, passed_over: Mapping[int, str]) -> dict[int, str]:
    if missing := [each for each in choice.passed if not passed_over.get(each, "").strip()]:
        raise Invalid(
            "Whoever has more points than a chosen one is passed over with a reason only.",
            {"count": len(missing)},
            faults={f"passed_{each}": "This must be filled in." for each in missing},
        )
    return {each: passed_over[each].strip()[:300] for each in choice.passed}


def _refuse_unsigned(
    context: Context, contest: Contest, judged: list[Judged], choice: Choice, signer: PanelMember | None
) -> None:
    if signer is None:
        if not (choice.tie or choice.few):
            return
        said_to = (
            "Candidates of equal points are parted: a panel member signs the reason."
            if choice.tie
            else "In so small a group a named reviewer signs the decision."
        )
        raise Invalid(said_to, faults={"signed_by": "This must be filled in."})
    if signer.contest_id != contest.pk:
        raise NotFound("There is no such panel member.")
    paths = own_paths([signer], context.today)[signer.pk]
    if not all(may_judge(contest, each.nomination, paths) for each in judged):
        raise Invalid(
            "Some fields need attention.",
            faults={"signed_by": "Whoever signs belongs to no candidate's part of the tree."},
        )


@operation("honours.begin_contest_publicity", permission="honours.manage", at="contest.org")
def begin_contest_publicity(context: Context, contest: Contest) -> Contest:
    """Make known who is chosen, so that everybody concerned may object.

    Refused while a line with candidates is not decided, and when nobody is chosen.
    """
    held = locked_contest(contest, Contest.State.REVIEW)
    if open_lines := undecided_of(held):
        raise Conflict("%(count)s lines are not decided yet.", {"count": len(open_lines)})
    if not chosen_of(held):
        raise Conflict("Nobody is chosen; there is nothing to make known.")
    kind = kind_of(held)
    held.publicity_until = CALENDAR.add_workdays(context.today, kind.publicity_days)
    held.state = Contest.State.PUBLICITY
    held.publicity_notice = _notice(
        context,
        held,
        title=say("For objection: %(title)s").zh_hans % {"title": held.title},
        until=Term(
            last=held.publicity_until,
            objections_until=held.publicity_until,
            answer_within=kind.answer_days,
        ),
        source=f"honours.Contest:{held.pk}:publicity",
    )
    held.save(update_fields=["state", "publicity_until", "publicity_notice"])
    return held


def _notice(context: Context, contest: Contest, *, title: str, until: Term | None, source: str) -> Notice:
    honour = honour_of(contest)
    titles = {line.code: line.title.zh_hans for line in lines_of(honour)}
    body = Body(
        paragraphs=(
            say("%(title)s: by %(number)s of %(issuer)s, in force until %(day)s.").zh_hans
            % {
                "title": contest.title,
                "number": contest.approval_number,
                "issuer": contest.approval_issuer,
                "day": formats.day(contest.approval_expires_on, "zh-hans"),
            },
        ),
        head=tuple(say(each).zh_hans for each in ("Line", "Organization above", "Organization")),
        rows=tuple(
            (titles.get(each.line, each.line), each.org.parent.name if each.org.parent else "", each.org.name)
            for each in chosen_of(contest)
        ),
    )
    return publish_notice(
        context,
        contest.org,
        title=title[:200],
        body=body,
        audience=Notice.Audience.PUBLIC if honour.public else Notice.Audience.SUBTREE,
        term=until,
        source=source,
        knowingly=True,  # a contest is written about, and it carries its approving document
    )


@operation("honours.heed_objection", permission="honours.manage", at="contest.org")
def heed_objection(
    context: Context,
    contest: Contest,
    *,
    objection: Objection,
    reason: str,
    strike: Nomination | None = None,
) -> Heeding:
    """Say what follows from an objection that was upheld: a candidate is struck, or all stay, with the reason."""
    held = locked_contest(contest, Contest.State.PUBLICITY)
    why = said(reason, "reason", 300)
    if not unheeded_objections(held).filter(pk=objection.pk).exists():
        raise NotFound("There is no such objection.")
    if strike is not None:
        row = Nomination.objects.select_for_update(of=("self",)).get(pk=strike.pk)
        if row.contest_id != held.pk or row.outcome != Nomination.Outcome.CHOSEN:
            raise NotFound("There is no such candidate.")
        row.outcome, row.reason = Nomination.Outcome.STRUCK, why
        row.save(update_fields=["outcome", "reason"])
    return Heeding.objects.create(
        objection=objection,
        contest=held,
        nomination=strike,
        reason=why,
        heeded_by_id=context.account,
        heeded_at=context.now,
    )


@operation("honours.confer_honours", permission="honours.manage", at="contest.org")
def confer_honours(context: Context, contest: Contest) -> list[Honour]:
    """Confer the honour on whom the contest chose, and publish it.

    Refused before the publicity is over, while an objection is open or an upheld one has had no
    consequence, once the approving document has ended, and over the quota as it is now.
    """
    held = locked_contest(contest, Contest.State.PUBLICITY)
    left = undone_of(held, context.today)
    if left.until:
        raise Conflict("The publicity lasts until %(day)s.", {"day": left.until})
    if left.open:
        raise Conflict("%(count)s objections have no answer yet.", {"count": left.open})
    if left.unheeded:
        raise Conflict(
            "%(count)s objections were upheld, and nothing has followed yet.", {"count": left.unheeded}
        )
    if context.today > held.approval_expires_on:
        raise Conflict(
            "The approving document ended on %(day)s: %(source)s",
            {"day": held.approval_expires_on, "source": rule_of("R-CONTEST").source},
        )
    honour, chosen = honour_of(held), chosen_of(held)
    wanted: dict[str, int] = {}
    for each in chosen:
        wanted[each.line] = wanted.get(each.line, 0) + 1
    if wanted:
        refuse_over_quota(wanted, lines_of(honour), held_by_line(held.org, honour, context.today))
    made = Honour.objects.bulk_create(
        Honour(
            org=each.org,
            office=held.org,
            kind=honour.code,
            line=each.line,
            title=honour.title.zh_hans[:200],
            given_by=held.org.name[:120],
            paper=f"{held.approval_issuer} {held.approval_number}"[:120],
            number=f"{held.year}-{number:03}",
            contest=held,
            by_others=False,
            public=honour.public,
            rechecked=honour.recheck,
            plaque=honour.plaque,
            conferred_on=context.today,
            lasts_until=lasts_until(context.today, honour.lasts_years),
            recorded_by_id=context.account,
            recorded_at=context.now,
        )
        for number, each in enumerate(chosen, start=1)
    )
    held.state, held.conferred_at = Contest.State.CONFERRED, context.now
    if chosen:
        held.notice = _notice(
            context,
            held,
            title=say("Conferred: %(title)s").zh_hans % {"title": held.title},
            until=None,
            source=f"honours.Contest:{held.pk}",
        )
    held.save(update_fields=["state", "conferred_at", "notice"])
    return made
