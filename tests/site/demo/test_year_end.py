"""The last two months of a pocket world's year, and its end: judged, contested, published."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from gangmu.kernel.audit.sealer import verify_log
from gangmu.kernel.notices.models import Objection
from gangmu.results.assessment.models import Appeal, Result, Review, Round, Run, Screening
from gangmu.results.assessment.queries.awards import groups_to_sign
from gangmu.results.assessment.queries.reviewing import offices_to_review
from gangmu.site.demo.playing import play
from gangmu.site.demo.state import DemoState
from gangmu.work.programmes.models import Letter, Target

TODAY = datetime(2016, 1, 26, 4, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def said(
    django_db_setup: None, django_db_blocker: Any, pocket: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Play once for this module, and take it back at the end; return what was told meanwhile."""
    from django.db import transaction
    from django.test import override_settings

    wanted = DemoState(
        places=("pocket",), size="full", month="2015-12", months=2, clock_offset=TODAY - datetime.now(UTC)
    )
    told: list[str] = []
    folder = str(tmp_path_factory.mktemp("rounds"))
    with (
        override_settings(GANGMU_DATA=folder),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        play(pocket, wanted, told.append)
        yield told
        transaction.set_rollback(True)


def test_the_year_is_judged_and_published_under_its_notice(said: list[str]) -> None:
    (round_,) = Round.objects.filter(appraisal="year", period="2015")

    assert round_.state == "published"
    assert round_.notice is not None
    assert round_.publicity_notice is not None
    assert round_.published_at is not None
    assert round_.published_at.date() <= TODAY.date()
    assert Result.objects.filter(run__round=round_, run__number=round_.run, rank=1).exists()
    looked = set(Review.objects.filter(round=round_).values_list("office", flat=True))
    assert looked == {each.pk for each in offices_to_review(round_, TODAY.date())}
    assert looked


def test_who_was_right_is_judged_again_and_who_was_not_has_an_answer(said: list[str]) -> None:
    outcomes = dict(Appeal.objects.values_list("outcome", "org"))
    first, second = Run.objects.order_by("number")
    right = Appeal.objects.get(outcome="upheld")
    before, after = (
        Result.objects.get(run=run, org=right.org, scorecard=right.scorecard).score for run in (first, second)
    )

    assert set(outcomes) == {"upheld", "rejected"}
    assert first.facts_hash != second.facts_hash
    assert before is not None
    assert after is not None
    assert after > before
    assert not Appeal.objects.filter(answer="").exists()


def test_an_objection_has_its_answer_and_every_small_group_its_signature(said: list[str]) -> None:
    (objection,) = Objection.objects.all()

    assert objection.outcome == "rejected"
    assert all(group.signature for group in groups_to_sign(Round.objects.get()))


def test_next_years_letters_go_out_after_the_results(said: list[str]) -> None:
    letters = Letter.objects.filter(year=2016)

    assert letters.filter(accepted_at__isnull=False).exists()
    assert min(each.issued_at.date() for each in letters) >= date(2016, 1, 22)


def test_who_is_proposed_is_told_to_the_parent_alone(said: list[str]) -> None:
    bound = {each.bound for each in Screening.objects.all()}

    assert all(each.score < each.bound for each in Screening.objects.all())
    assert bound <= {60}


def test_the_log_of_the_year_verifies(said: list[str]) -> None:
    assert verify_log().faults == ()


def test_targets_are_set_and_handed_on_without_losing_anything(said: list[str]) -> None:
    tops = Target.objects.filter(parent=None, year=2016).exclude(held=None)
    sums = [each for each in tops if each.metric != "on_time"]

    assert {each.metric for each in tops} >= {"committee_meetings", "on_time", "study"}
    assert all(each.value == (each.held or 0) + sum(part.value for part in each.parts.all()) for each in sums)
    assert Target.objects.filter(year=2016, org__level="township", held__isnull=False).exists()
