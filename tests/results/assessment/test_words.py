"""What stands on the pages of a round in words."""

from typing import Any

import pytest

from gangmu.results.assessment.models import Round
from gangmu.results.assessment.pages.words import STATES, steps_of
from gangmu.results.assessment.phases import WAY


@pytest.mark.parametrize("state", WAY)
def test_a_step_that_is_over_is_not_told_as_going_on(state: Any) -> None:
    going_on = {str(STATES[each].word) for each in ("collecting", "review", "publicity")}

    steps = steps_of(Round(state=state))

    assert not going_on & {str(step.title) for step in steps}
    assert len({str(step.title) for step in steps}) == len(WAY)
