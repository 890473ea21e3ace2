"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.results.assessment.checks import appraisal_faults
from gangmu.results.assessment.definitions import AppraisalKind, ScorecardKind
from gangmu.results.assessment.guard import number_faults
from gangmu.results.assessment.queries.appeals import appeal_counts, appeal_entries
from gangmu.results.assessment.queries.reviewing import (
    review_counts,
    review_entries,
    screening_counts,
    screening_entries,
)
from gangmu.results.indicators.definitions import IndicatorKind

add_shape("indicator", IndicatorKind)
add_shape("scorecard", ScorecardKind)
add_shape("appraisal", AppraisalKind)
add_check(number_faults)
add_check(appraisal_faults)
add_inbox_source("assessment", appeal_counts, appeal_entries)
add_inbox_source("assessment-review", review_counts, review_entries)
add_inbox_source("assessment-screening", screening_counts, screening_entries)
add_menu("results", "Appraisals", "assessment-rounds", "assessment.view", 10, icon="chart-bar")
add_menu("results", "Appeals", "assessment-appeals", "assessment.view", 20)
add_menu("results", "Proposed for rectification", "assessment-screenings", "assessment.review", 30)
add_tab("org", "Appraisal", "assessment-years", "assessment.view", 40)
