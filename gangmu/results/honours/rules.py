"""Who may judge whom, what sheets come to, what may be chosen, and what a contest needs to begin."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.guard.rules import rule_of
from gangmu.kernel.orgs.rules import is_below
from gangmu.results.honours.definitions import Criterion, QuotaLine

NEEDED = "This must be filled in."
TOO_LONG = "This is too long."
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)

TWO_LEVELS = "评比达标表彰活动管理办法"
"""Which paper says who approves contests; its articles are still to be read in the official text."""

APPROVING = ("nation", "province")


def said(text: str, field: str, longest: int) -> str:
    """Return what was written, or refuse nothing and too much of it."""
    written = text.strip()
    if not written or "\x00" in written:
        raise Invalid("Some fields need attention.", faults={field: NEEDED})
    if len(written) > longest:
        raise Invalid("Some fields need attention.", faults={field: TOO_LONG})
    return written


# The approving document


@dataclass(frozen=True)
class Approval:
    """The document that allows a contest: its number, who issued it, when, and when it ends."""

    number: str
    issuer: str
    level: str
    issued_on: date | None
    expires_on: date | None


class WithoutApproval(Invalid):
    """A contest without the approving document that it needs."""

    code = "without_approval"


class OverQuota(Conflict):
    """More than the approving document allows."""

    code = "over_quota"


def refuse_unapproved(given: Approval, today: date, last: date, definition_ends: date) -> None:
    """Refuse a contest whose approving document is missing, not competent, or ends before it does."""
    faults: dict[str, str] = {}
    for field, text, longest in (("number", given.number, 60), ("issuer", given.issuer, 120)):
        if not text.strip():
            faults[field] = NEEDED
        elif len(text.strip()) > longest:
            faults[field] = TOO_LONG
    if given.level not in APPROVING:
        faults["level"] = "Contests are approved by the province or the nation, by nobody else."
    if given.issued_on is None:
        faults["issued_on"] = NEEDED
    elif given.issued_on > today:
        faults["issued_on"] = "The document is not issued yet."
    if given.expires_on is None:
        faults["expires_on"] = NEEDED
    elif given.expires_on < today:
        faults["expires_on"] = "The document has expired."
    elif given.expires_on < last:
        faults["expires_on"] = "The document ends before the contest does."
    elif definition_ends < last:
        faults["expires_on"] = "The pack allows this contest until an earlier day only."
    if faults:
        rule = rule_of("R-CONTEST")
        raise WithoutApproval(
            "A contest carries its approving document: %(source)s (%(rule)s); %(paper)s.",
            {"source": rule.source, "rule": rule.code, "paper": TWO_LEVELS},
            faults=faults,
        )


def refuse_over_quota(
    places: Mapping[str, int], quota: Sequence[QuotaLine], standing: Mapping[str, int]
) -> None:
    """Refuse more places than the quota leaves beside those who hold the honour already."""
    if not places or any(count < 1 for count in places.values()):
        raise Invalid("Some fields need attention.", faults={"places": "Say how many places there are."})
    most = {line.code: line.most for line in quota}
    if quota and set(places) - set(most):
        raise Invalid("Some fields need attention.", faults={"places": "The quota has no such line."})
    for code, count in places.items():
        left = most.get(code, count) - (standing.get(code, 0) if code in most else 0)
        if count > left:
            raise OverQuota(
                "The quota allows %(most)s, %(held)s are held: %(left)s are left, not %(count)s. %(source)s",
                {
                    "most": most[code],
                    "held": standing.get(code, 0),
                    "left": max(left, 0),
                    "count": count,
                    "source": rule_of("R-CONTEST").source,
                },
            )


# The panel


def in_conflict(
    paths: Collection[str],
    *,
    contest: str,
    candidate: str,
    nominator: str,
    conflicts: Collection[str] = (),
) -> bool:
    """Whether somebody of these organizations must not judge a candidate.

    The office that runs the contest, and what stands above it, is above everybody: belonging
    to it alone is no conflict.
    """
    for path in paths:
        if is_below(contest, path):
            continue
        if is_below(candidate, path) or is_below(path, candidate):
            return True
        if "same_parent" in conflicts and _above(path) == _above(candidate):
            return True
        if "nominator" in conflicts and not is_below(contest, nominator) and is_below(path, nominator):
            return True
    return False


def _above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0]


def sheet_total(points: Mapping[str, Decimal | None], criteria: Sequence[Criterion]) -> Decimal | None:
    """Return what one sheet gives, out of a hundred; a criterion without points is unknown, not zero."""
    known = [each for each in criteria if points.get(each.code) is not None]
    if not known:
        return None
    got = sum((points[each.code] or Decimal(0) for each in known), Decimal(0))
    return _rounded(_HUNDRED * got / sum((each.points for each in known), Decimal(0)))


def vote_total(votes: Sequence[str]) -> Decimal | None:
    """Return the share of yes among yes and no, in percent; who abstains counts for neither."""
    cast = [vote for vote in votes if vote in ("yes", "no")]
    return _rounded(_HUNDRED * cast.count("yes") / Decimal(len(cast))) if cast else None


def mean_total(sheets: Sequence[Decimal | None]) -> Decimal | None:
    """Return the mean of the sheets that say something; none says nothing."""
    known = [each for each in sheets if each is not None]
    return _rounded(sum(known, Decimal(0)) / len(known)) if known else None


def enough_sheets(known: int, may_judge: int) -> bool:
    """Whether more than half of those who may judge a candidate have done so."""
    return may_judge > 0 and 2 * known > may_judge


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_CENT, ROUND_HALF_UP)


def points_faults(points: Mapping[str, Decimal | None], criteria: Sequence[Criterion]) -> dict[str, str]:
    """Return what is wrong with the points of a sheet, by criterion."""
    known = {each.code: each for each in criteria}
    faults = {code: "This is not one of the choices." for code in points if code not in known}
    for code, each in known.items():
        value = points.get(code)
        if value is None:
            continue
        if value < 0:
            faults[code] = "This is below the least that is allowed."
        elif value > each.points:
            faults[code] = "This is above the most that is allowed."
        elif value != value.quantize(_CENT):
            faults[code] = "This has too many decimal places."
    if not faults and all(points.get(code) is None for code in known):
        faults = {criteria[0].code: "Give points for one criterion at least, or abstain with a reason."}
    return faults


# The decision


@dataclass(frozen=True)
class Standing:
    """One candidate as the panel's sheets left it; ``total`` None was not judged by enough."""

    candidate: int
    total: Decimal | None


@dataclass(frozen=True)
class Choice:
    """What a choice among candidates is: whether it parts equals, whom it passes over, in how small a group."""

    tie: bool
    passed: tuple[int, ...]
    few: bool


def ranks_of(standings: Sequence[Standing]) -> dict[int, int]:
    """Return competition ranks (1, 2, 2, 4) of those who were judged; nobody else has one."""
    totals = [each.total for each in standings if each.total is not None]
    return {
        each.candidate: 1 + sum(other > each.total for other in totals)
        for each in standings
        if each.total is not None
    }


def choice_of(standings: Sequence[Standing], chosen: Collection[int], few: int) -> Choice:
    """Return what choosing these comes to: equals that are parted, and higher ones that are passed over."""
    lowest = min(
        (each.total for each in standings if each.candidate in chosen and each.total is not None),
        default=None,
    )
    left = [each for each in standings if each.candidate not in chosen and each.total is not None]
    taken = {each.total for each in standings if each.candidate in chosen}
    return Choice(
        tie=any(each.total in taken for each in left),
        passed=tuple(each.candidate for each in left if lowest is not None and (each.total or 0) > lowest),
        few=0 < len(standings) < few,
    )


# Honours


def state_of(today: date, lasts_until: date | None, withdrawn_on: date | None) -> str:
    """Return how an honour stands on a day: ``standing``, ``expired`` or ``withdrawn``."""
    if withdrawn_on is not None and withdrawn_on <= today:
        return "withdrawn"
    return "expired" if lasts_until is not None and lasts_until < today else "standing"


def lasts_until(conferred_on: date, years: int | None) -> date | None:
    """Return the last day of an honour that lasts so many years."""
    if years is None:
        return None
    try:
        same = conferred_on.replace(year=conferred_on.year + years)
    except ValueError:
        same = date(conferred_on.year + years, 3, 1)
    return date.fromordinal(same.toordinal() - 1)
