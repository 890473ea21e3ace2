"""What is claimed and contested in the demonstration of each place that has contests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import gangmu
from gangmu.kernel.audit.sealer import verify_log
from gangmu.kernel.orgs.models import Org
from gangmu.results.honours.models import Contest, Decision, Honour, Nomination, Pledge, Sheet
from gangmu.results.honours.queries.inbox import seats_to_fill
from gangmu.site.demo.playing import play
from gangmu.site.demo.state import DemoState
from gangmu.site.demo.world import read_world
from gangmu.work.standards.models import Claim
from tests.site.demo.test_world import founding_names

PACKS = Path(gangmu.__file__).parent / "packs"
CONTESTING = sorted(path.parent.parent.name for path in PACKS.glob("*/contest/*.yaml"))
TODAY = datetime(2026, 11, 20, 4, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize("place", sorted(set(CONTESTING)))
def test_every_contest_of_a_pack_is_played_in_its_demonstration(place: str) -> None:
    plan = read_world(PACKS / place, founding_names()).plan
    defined = {path.stem for path in (PACKS / place / "contest").glob("*.yaml")}

    assert {each.kind for each in plan.contests} == defined


@pytest.fixture(scope="module", params=sorted(set(CONTESTING)))
def told(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """Play a month of one place, and take it back at the end; return what was told meanwhile."""
    from django.db import transaction

    wanted = DemoState(
        places=(request.param,), size="small", month="2026-10", clock_offset=TODAY - datetime.now(UTC)
    )
    said: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        play(PACKS / request.param, wanted, said.append)
        yield said
        transaction.set_rollback(True)


def test_every_contest_is_before_its_panel_or_has_conferred_its_honour(told: list[str]) -> None:
    contests = list(Contest.objects.all())

    assert contests
    for contest in contests:
        assert contest.state in (Contest.State.REVIEW, Contest.State.CONFERRED)
        assert contest.approval_number
        assert contest.panel.filter(account=None).exists()
        assert contest.honours.exists() == (contest.state == Contest.State.CONFERRED)
        assert (
            contest.nominations.count()
            == Nomination.objects.filter(contest=contest, withdrawn_at=None).count()
        )


def test_only_organizations_that_do_not_exist_are_nominated_or_honoured(told: list[str]) -> None:
    real = Org.objects.filter(fictional=False)

    assert not Nomination.objects.filter(org__in=real).exists()
    assert not Honour.objects.filter(org__in=real).exists()
    assert not Claim.objects.filter(org__in=real).exists()


def test_in_a_running_review_the_officers_sheets_wait_and_all_others_are_written(told: list[str]) -> None:
    from gangmu.core.context import Context
    from gangmu.kernel.access.queries import AccountActor

    for contest in Contest.objects.filter(state=Contest.State.REVIEW):
        officer = contest.opened_by
        ((seat, left),) = seats_to_fill(Context(AccountActor(officer), TODAY))
        assert seat.contest_id == contest.pk
        assert left == contest.nominations.count()
        assert not Sheet.objects.filter(member=seat).exists()
        for other in contest.panel.exclude(pk=seat.pk):
            assert Sheet.objects.filter(member=other).count() == left


def test_small_lines_are_signed_and_whoever_pledged_is_told_whether_it_was_kept(told: list[str]) -> None:
    for decision in Decision.objects.filter(few=True):
        assert decision.signed_by is not None
        assert decision.signed_by.account_id is None
    for contest in Contest.objects.filter(state=Contest.State.CONFERRED):
        pledges = Pledge.objects.filter(nomination__contest=contest)
        over = pledges.filter(due_on__lt=TODAY.date())
        assert over.exists() == pledges.exists()
        assert not over.filter(verdict="").exists()


def test_of_what_is_claimed_something_is_granted_and_something_waits(told: list[str]) -> None:
    states = set(Claim.objects.values_list("state", flat=True))

    assert states in (set(), {"granted", "refused", "submitted"})
    assert verify_log().faults == ()
