"""Contests that a reader may know of, their candidates, and what keeps one from its next step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.text import Text
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.queries import open_accounts, paths_of_accounts
from gangmu.kernel.facts.queries import orgs_where_so
from gangmu.kernel.notices.models import Objection
from gangmu.kernel.notices.queries import open_objections_to, upheld_objections_to
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, visible_orgs, within
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.results.assessment.definitions import Application
from gangmu.results.assessment.queries.rounds import ids_at_or_above
from gangmu.results.honours.definitions import ContestKind, HonourKind, QuotaLine
from gangmu.results.honours.models import (
    Contest,
    Decision,
    Heeding,
    Honour,
    Nomination,
    PanelMember,
    Pledge,
    Sheet,
)
from gangmu.results.honours.rules import (
    Standing,
    enough_sheets,
    in_conflict,
    mean_total,
    sheet_total,
    vote_total,
)

CALENDAR = Calendar()
"""The working days that are installed with the product."""

ALL = "all"
"""The one line of an honour without a quota."""


def contest_kinds(org: Org) -> tuple[ContestKind, ...]:
    """Return the contests that an office may run: those whose honour its level confers."""
    pack = pack_of(org.root_id)
    found = ((kind, pack.find(HonourKind, kind.honour)) for kind in pack.all(ContestKind))
    return tuple(kind for kind, honour in found if honour is not None and honour.level == org.level)


def kinds_to_open(org: Org, year: int) -> list[ContestKind]:
    """Return the contests that an office may run and has not opened in a year."""
    opened = Contest.objects.filter(org=org, year=year).exclude(state=Contest.State.CANCELLED)
    taken = set(opened.values_list("kind", flat=True))
    return [each for each in contest_kinds(org) if each.code not in taken]


def lines_of(honour: HonourKind) -> tuple[QuotaLine, ...]:
    """Return the lines of an honour's quota; without a quota one line for all."""
    if honour.quota:
        return honour.quota
    return (QuotaLine(code=ALL, title=honour.title, most=5000, given_to=honour.given_to),)


def kind_of(contest: Contest) -> ContestKind:
    """Return a contest's definition as it was when it was opened."""
    kind = pack_by_version(contest.pack).find(ContestKind, contest.kind)
    if kind is None:
        raise NotFound("There is no such contest here.")
    return kind


def honour_of(contest: Contest) -> HonourKind:
    """Return the honour of a contest as it was defined when the contest was opened."""
    honour = pack_by_version(contest.pack).find(HonourKind, contest.honour)
    if honour is None:
        raise NotFound("There is no such honour here.")
    return honour


def visible_contests(context: Context) -> QuerySet[Contest]:
    """Return the contests of offices at, above or below the reader's places, and those one judges in.

    Above: whoever may be nominated knows that a contest is on.
    """
    places = context.places("honours.view")
    seat = PanelMember.objects.filter(account=context.actor.account_id).values("contest")
    return (
        Contest.objects.filter(within(places) | Q(org__in=ids_at_or_above(places)) | Q(pk__in=seat))
        .select_related("org", "pack", "publicity_notice", "notice")
        .defer("pack__files", "publicity_notice__body", "notice__body")
        .order_by("-year", "org__path", "-pk")
    )


def contest_by_id(context: Context, contest_id: int) -> Contest:
    """Return one contest that the reader may know of; otherwise there is none."""
    found = visible_contests(context).filter(pk=contest_id).first()
    if found is None:
        raise NotFound("There is no such contest.")
    return found


def _own_or_child(context: Context) -> Q:
    tops = [path for path in context.places("honours.view").tops if path]
    return Q(org__path__in=tops) | Q(org__parent__path__in=tops) | Q(nominator__path__in=tops)


def visible_nominations(context: Context, contest: Contest) -> QuerySet[Nomination]:
    """Return the candidates that this reader may see.

    The office that runs the contest and its panel see all; others their own organization,
    its children and whom it nominated; and, once it is known, all that were chosen.
    """
    rows = (
        Nomination.objects.filter(contest=contest, withdrawn_at=None)
        .select_related("org", "org__parent", "nominator")
        .order_by("line", "rank", "org__code")
    )
    if context.may("honours.manage", contest.org.path) or seat_of(context, contest) is not None:
        return rows
    chosen = Q(outcome=Nomination.Outcome.CHOSEN) if contest.known else Q(pk__in=())
    return rows.filter(_own_or_child(context) | chosen)


def nomination_by_id(context: Context, nomination_id: int) -> Nomination:
    """Return one candidate that the reader may see; otherwise there is none."""
    held = Nomination.objects.filter(pk=nomination_id).values_list("contest", flat=True).first()
    contest = visible_contests(context).filter(pk=held).first() if held else None
    found = visible_nominations(context, contest).filter(pk=nomination_id).first() if contest else None
    if found is None or contest is None:
        raise NotFound("There is no such candidate.")
    found.contest = contest
    return found


def seat_of(context: Context, contest: Contest) -> PanelMember | None:
    """Return the reader's own seat on the panel of a contest."""
    if context.actor.account_id is None:
        return None
    return PanelMember.objects.filter(contest=contest, account=context.account).select_related("org").first()


def panel_of(contest: Contest) -> list[PanelMember]:
    """Return who judges in a contest, in the order of names."""
    return list(contest.panel.select_related("org").order_by("org__code", "name"))


def member_by_id(contest: Contest, member_id: int) -> PanelMember:
    """Return one seat of the panel of a contest."""
    found = contest.panel.filter(pk=member_id).select_related("org").first()
    if found is None:
        raise NotFound("There is no such panel member.")
    return found


def own_paths(members: Iterable[PanelMember], day: date) -> dict[int, set[str]]:
    """Return to which organizations the members of a panel belong: as named, and as their accounts hold roles."""
    by_account = paths_of_accounts((each.account_id for each in members if each.account_id), day)
    return {each.pk: {each.org.path} | by_account.get(each.account_id or 0, set()) for each in members}


def may_judge(contest: Contest, nomination: Nomination, paths: Iterable[str]) -> bool:
    """Whether somebody of these organizations may judge a candidate."""
    return not in_conflict(
        list(paths),
        contest=contest.org.path,
        candidate=nomination.org.path,
        nominator=nomination.nominator.path,
        conflicts=kind_of(contest).conflicts,
    )


def accounts_named(context: Context, logins: Iterable[str]) -> dict[str, Account]:
    """Return open accounts by login, for those who put a panel together within their reach."""
    reach = within(context.places("honours.manage"), "grants__org__path")
    rows = open_accounts().filter(reach, login__in=list(logins)).distinct()
    return {each.login: each for each in rows}


@dataclass(frozen=True)
class Judged:
    """A candidate with what its sheets came to so far, and how many of those who may judge have."""

    nomination: Nomination
    total: Decimal | None
    sheets: int
    judges: int
    enough: bool


def judged_candidates(contest: Contest, day: date, line: str | None = None) -> list[Judged]:
    """Return the candidates with their totals; what too few have judged is unknown."""
    kind, panel = kind_of(contest), panel_of(contest)
    paths = own_paths(panel, day)
    rows = Nomination.objects.filter(contest=contest, withdrawn_at=None).select_related("org", "nominator")
    rows = rows.filter(line=line) if line is not None else rows
    found = []
    for each in rows.prefetch_related("sheets").order_by("line", "org__code"):
        judges = {member.pk for member in panel if may_judge(contest, each, paths[member.pk])}
        sheets = [sheet for sheet in each.sheets.all() if sheet.member_id in judges]
        known, total = _sheets_total(kind, sheets)
        enough = enough_sheets(known, len(judges))
        found.append(Judged(each, total if enough else None, len(sheets), len(judges), enough))
    return found


def _sheets_total(kind: ContestKind, sheets: list[Sheet]) -> tuple[int, Decimal | None]:
    if kind.method == "vote":
        votes = [sheet.vote for sheet in sheets if sheet.vote in ("yes", "no")]
        return len(votes), vote_total(votes)
    totals = [
        total for sheet in sheets if (total := sheet_total(points_of(sheet), kind.criteria)) is not None
    ]
    return len(totals), mean_total(totals)


def points_of(sheet: Sheet) -> dict[str, Decimal | None]:
    """Return the points of a sheet as numbers."""
    return {code: None if text is None else Decimal(text) for code, text in sheet.points.items()}


def standings_of(judged: Iterable[Judged]) -> list[Standing]:
    """Return candidates as a decision looks at them."""
    return [Standing(each.nomination.pk, each.total) for each in judged]


def held_by_line(org: Org, honour: HonourKind, day: date) -> dict[str, int]:
    """Return how many hold an honour of an office on a day, by line of its quota."""
    rows = standing_honours(day).filter(office=org, kind=honour.code)
    return dict(rows.order_by().values_list("line").annotate(count=Count("pk")))


def standing_honours(day: date) -> QuerySet[Honour]:
    """Return the honours that stand on a day."""
    return Honour.objects.filter(
        Q(lasts_until=None) | Q(lasts_until__gte=day), Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)
    )


def chosen_of(contest: Contest) -> list[Nomination]:
    """Return who was chosen in a contest and not struck since, by line and code."""
    rows = contest.nominations.filter(outcome=Nomination.Outcome.CHOSEN).select_related("org", "org__parent")
    return list(rows.order_by("line", "org__code"))


def decisions_of(contest: Contest) -> dict[str, Decision]:
    """Return what was decided, by line."""
    return {each.line: each for each in contest.decisions.select_related("signed_by", "decided_by")}


@dataclass(frozen=True)
class Unbegun:
    """What keeps the panel of a contest from judging."""

    until: date | None
    candidates: int
    panel: int

    @property
    def ready(self) -> bool:
        """Whether nothing is left."""
        return self.until is None and self.candidates > 0 and self.panel > 0


def unbegun_of(contest: Contest, today: date) -> Unbegun:
    """Return what keeps the panel of a contest from judging: time, candidates, its members."""
    return Unbegun(
        contest.nominate_until if today <= contest.nominate_until else None,
        contest.nominations.filter(withdrawn_at=None).count(),
        contest.panel.count(),
    )


def undecided_of(contest: Contest) -> set[str]:
    """Return the lines of a contest that have candidates and no decision."""
    named = set(contest.nominations.filter(withdrawn_at=None).values_list("line", flat=True))
    return named - set(contest.decisions.values_list("line", flat=True))


@dataclass(frozen=True)
class Undone:
    """What keeps a contest from being conferred."""

    until: date | None = None
    open: int = 0
    unheeded: int = 0

    @property
    def ready(self) -> bool:
        """Whether nothing is left."""
        return not (self.until or self.open or self.unheeded)


def undone_of(contest: Contest, today: date) -> Undone:
    """Return what keeps a contest from being conferred: time, objections, what was upheld and not heeded."""
    notice = contest.publicity_notice
    if notice is None:
        return Undone(until=contest.publicity_until)
    still = contest.publicity_until if contest.publicity_until and today <= contest.publicity_until else None
    return Undone(still, open_objections_to(notice), unheeded_objections(contest).count())


def unheeded_objections(contest: Contest) -> QuerySet[Objection]:
    """Return the upheld objections of a contest from which nothing has followed yet."""
    heeded = Heeding.objects.filter(contest=contest).values("objection")
    return upheld_objections_to(contest.publicity_notice_id).exclude(pk__in=heeded)


def objection_to(contest: Contest, objection_id: int) -> Objection:
    """Return one upheld objection of a contest from which nothing has followed yet."""
    found = unheeded_objections(contest).filter(pk=objection_id).first()
    if found is None:
        raise NotFound("There is no such objection.")
    return found


def nominators_of(context: Context, contest: Contest, org: Org) -> list[Org]:
    """Return on whose behalf the reader may nominate an organization: itself, or the one above it, last."""
    own = [org, org.parent] if org.parent_id and is_in(contest, org.parent) else [org]
    return [each for each in own if each is not None and context.may("honours.nominate", each.path)]


def is_in(contest: Contest, org: Org | None) -> bool:
    """Whether an organization stands at or below the office of a contest."""
    return org is not None and str(org.path).startswith(str(contest.org.path))


HELD = "standard.met"
"""The fact that says whether an organization holds a standard: 1 from its verdict on, 0 from its end."""


def lacks_standard(contest: Contest, org: int, day: date) -> bool:
    """Whether an organization holds none of the standards that a contest asks for, on a day; for decisions."""
    needed = kind_of(contest).needs_standard
    return bool(needed) and not orgs_where_so(HELD, needed, day).filter(org=org).exists()


def lost_standard(honour: Honour, day: date) -> bool:
    """Whether an organization no longer holds, on a day, the standard that an honour's contest asked for."""
    return honour.contest is not None and lacks_standard(honour.contest, honour.org_id, day)


def needed_standards(contest: Contest) -> list[Text]:
    """Return what the standards are called of which a candidate holds one."""
    known = pack_by_version(contest.pack).definitions.get("standard", {})
    return [known[code].definition.title for code in kind_of(contest).needs_standard if code in known]


def candidates_to_be(context: Context, contest: Contest) -> QuerySet[Org]:
    """Return the organizations that the reader may nominate: their own and those directly below, by code.

    Of those the honour and the lines of the contest are for.
    """
    tops = [path for path in context.places("honours.nominate").tops if path]
    reach = Q(path__in=tops) | Q(parent__path__in=tops)
    taken = Nomination.objects.filter(contest=contest, withdrawn_at=None).values("org")
    rows = visible_orgs(context).filter(reach, in_subtree(contest.org.path), closed_on__isnull=True)
    honour = honour_of(contest)
    lines = [_of_sort(each.given_to) for each in lines_of(honour) if each.code in contest.places]
    rows = rows.filter(_of_sort(honour.given_to), reduce(or_, lines) if all(lines) else Q())
    if needed := kind_of(contest).needs_standard:
        rows = rows.filter(pk__in=orgs_where_so(HELD, needed, context.today))
    return rows.exclude(pk__in=taken).exclude(pk=contest.org_id).select_related("parent").order_by("code")


def _of_sort(given_to: Application) -> Q:
    """Return what narrows organizations to those of the sort that is meant, as :func:`meant_by` has it."""
    named = {"kind__in": given_to.kinds, "domain__in": given_to.domains, "level__in": given_to.levels}
    return Q(**{field: wanted for field, wanted in named.items() if wanted is not None})


def meant_by(org: Org, honour: HonourKind, line: QuotaLine) -> bool:
    """Whether an organization is of the sort that an honour, and a line of its quota, is for."""
    return honour.given_to.includes(org.kind, org.domain or None, org.level) and line.given_to.includes(
        org.kind, org.domain or None, org.level
    )


def pledges_of(context: Context, nomination: Nomination) -> list[Pledge]:
    """Return what a candidate promised, for those who see the candidate and its own; others see none."""
    own = visible_nominations(context, nomination.contest).filter(pk=nomination.pk).exists()
    return list(nomination.pledges.order_by("due_on", "pk")) if own else []


def pledge_by_id(context: Context, pledge_id: int) -> Pledge:
    """Return one pledge that the reader may see; otherwise there is none."""
    found = Pledge.objects.filter(pk=pledge_id).select_related("nomination").first()
    if found is None:
        raise NotFound("There is no such pledge.")
    found.nomination = nomination_by_id(context, found.nomination_id)
    return found


def sheets_by(member: PanelMember) -> QuerySet[Sheet]:
    """Return all that a panel member has written."""
    return Sheet.objects.filter(member=member)


def sheet_by(member: PanelMember, nomination: Nomination) -> Sheet | None:
    """Return what a panel member has written of a candidate."""
    return sheets_by(member).filter(nomination=nomination).first()


def sheets_of(nomination: Nomination) -> list[Sheet]:
    """Return the sheets of a candidate, for the office that runs the contest."""
    rows = nomination.sheets.select_related("member", "member__org")
    return list(rows.order_by("member__org__code", "member__name"))
