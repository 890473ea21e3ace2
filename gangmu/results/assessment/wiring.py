"""What the room brings to the house."""

from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.guard import number_faults
from gangmu.results.indicators.definitions import IndicatorKind

add_shape("indicator", IndicatorKind)
add_shape("scorecard", ScorecardKind)
add_check(number_faults)
