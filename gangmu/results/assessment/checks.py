"""What ``gangmu check`` finds between a pack's appraisals and its scorecards."""

from gangmu.core.definition import Fault
from gangmu.kernel.packs.rules import Pack
from gangmu.results.assessment.definitions import AppraisalKind, ScorecardKind


def appraisal_faults(pack: Pack) -> list[Fault]:
    """Return the appraisals that name a scorecard which is not there."""
    known = {card.code for card in pack.all(ScorecardKind)}
    return [
        Fault(
            pack.file_of("appraisal", kind.code),
            pack.line_of("appraisal", kind.code, "scorecards", number),
            "reference",
            f"there is no scorecard {code}",
        )
        for kind in pack.all(AppraisalKind)
        for number, code in enumerate(kind.scorecards)
        if code not in known
    ]
