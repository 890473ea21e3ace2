"""What ``gangmu check`` finds in a pack's indicators and scorecards."""

from collections.abc import Iterator
from pathlib import Path

from gangmu.core.definition import Fault, Place
from gangmu.kernel.packs.rules import Pack as PackOfAll
from gangmu.results.assessment.definitions import Line, ScorecardKind
from gangmu.results.assessment.pack import Pack, Source, read_pack, reference_faults
from gangmu.results.indicators.definitions import IndicatorKind
from gangmu.results.indicators.guard import Ban, ban_fault, measured_bans


def check_numbers(folder: Path) -> list[Fault]:
    """Return every fault of form, of reference and of the guard, by file and line.

    A pack need not measure anything: without indicators it has nothing to be wrong here.
    """
    pack, faults = read_pack(folder)
    faults = [fault for fault in faults if fault.code != "missing" or fault.file != str(folder)]
    faults += guard_faults(pack)
    return sorted(faults, key=lambda fault: (fault.file, fault.line, fault.code, fault.message))


def number_faults(pack: PackOfAll) -> list[Fault]:
    """Return what is wrong between a whole pack's indicators and scorecards, and what the guard forbids."""
    numbers = Pack(pack.name)
    for indicator in pack.all(IndicatorKind):
        numbers.indicators[indicator.code] = indicator
    for card in pack.all(ScorecardKind):
        numbers.scorecards[card.code] = card
    for kind in ("indicator", "scorecard"):
        for code, placed in pack.definitions.get(kind, {}).items():
            numbers.sources[kind, code] = Source(placed.file, placed.node)
    return reference_faults(numbers) + guard_faults(numbers)


def guard_faults(pack: Pack) -> list[Fault]:
    """Return what the guard forbids among well-formed indicators and scorecards."""
    faults = []
    for code, kind in sorted(pack.indicators.items()):
        source = pack.sources["indicator", code]
        for ban, place, text in measured_bans(kind):
            if not ban.lower or kind.better == "less":
                faults.append(ban_fault(ban, source.file, source.node.line_of(place), text))
    for code, card in sorted(pack.scorecards.items()):
        source = pack.sources["scorecard", code]
        for ban, place, text in _punished(pack, card):
            faults.append(ban_fault(ban, source.file, source.node.line_of(place), text))
    return faults


def _punished(pack: Pack, card: ScorecardKind) -> Iterator[tuple[Ban, Place, str]]:
    """Yield lines and vetoes that punish what may only be measured where more is better."""
    places: list[tuple[str, Place]] = [
        (line.indicator, ("lines", number, "indicator"))
        for number, line in enumerate(card.lines)
        if _takes_away(line)
    ]
    places += [(veto.indicator, ("veto", number, "indicator")) for number, veto in enumerate(card.veto)]
    for code, place in places:
        kind = pack.indicators.get(code)
        if kind is None or kind.better == "less":
            continue  # the indicator itself is the finding
        for ban, _, _ in measured_bans(kind):
            if ban.lower:
                yield ban, place, code


def _takes_away(line: Line) -> bool:
    rule = line.rule
    return rule.deduct is not None or (rule.linear is not None and rule.linear[0] > rule.linear[1])
