"""A claim from its first line to its verdict, the second look, and what ends what was granted."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.queries import counting_facts
from gangmu.kernel.inbox.queries import inbox_counts
from gangmu.kernel.orgs.operations import close_org
from gangmu.work.records.operations import take_back_records, write_record
from gangmu.work.standards.models import Claim
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    answer_claim,
    appeal_claim,
    begin_claim,
    decide_claim,
    fill_claim,
    revoke_claim,
    submit_claim,
    withdraw_claim,
)
from gangmu.work.standards.queries.claims import claim_by_id, claims_to_judge, lines_of, visible_claims
from tests.work.plans.test_doors import browser
from tests.work.standards.conftest import Place, found

KIND = "village_branch"
COUNTS = {"counted_on": "2015-10-01", "members": "12"}


def later(context: Context, *at: int) -> Context:
    return Context(context.actor, datetime(*at, 1, tzinfo=UTC))


def facts(place: Place, org: Any = None) -> set[tuple[str, str, str, int]]:
    """The facts that count: code, item, day, value."""
    rows = counting_facts(place.office.system).filter(
        org=org or place.office.branch, code__startswith="standard."
    )
    return {(each.code, each.item, str(each.day), int(each.value or 0)) for each in rows}


def faults(refused: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(refused.value.faults)


# Claiming


def test_begin_claim_is_refused_to_an_organization_of_another_field(place: Place) -> None:
    with pytest.raises(Invalid):
        begin_claim(place.town, place.office.town, kind=KIND)
    with pytest.raises(NotFound):
        begin_claim(place.secretary, place.office.branch, kind="no_such")
    assert not Claim.objects.exists()


def test_begin_claim_is_refused_for_a_closed_organization(place: Place) -> None:
    close_org(place.office.system, place.office.branch, day=date(2015, 10, 1))

    with pytest.raises(Conflict):
        begin_claim(place.office.system, place.office.branch, kind=KIND)


@pytest.mark.parametrize("period", ["2014", "2016", "2015Q3", "", "autumn"])
def test_begin_claim_is_refused_outside_its_period(place: Place, period: str) -> None:
    with pytest.raises(Invalid) as refused:
        begin_claim(place.secretary, place.office.branch, kind="yearly", period=period)

    assert faults(refused) == {"period"}


def test_begin_claim_takes_the_year_that_is_over_for_a_month(place: Place) -> None:
    inside, outside = later(place.secretary, 2016, 1, 31), later(place.secretary, 2016, 2, 2)

    with pytest.raises(Invalid):
        begin_claim(outside, place.office.branch, kind="yearly", period="2015")
    assert begin_claim(inside, place.office.branch, kind="yearly", period="2015").state == "draft"


def test_begin_claim_takes_no_period_where_there_is_none(place: Place) -> None:
    with pytest.raises(Invalid):
        begin_claim(place.secretary, place.office.branch, kind=KIND, period="2015")


def test_begin_claim_is_refused_while_one_is_open_and_while_it_is_held(place: Place) -> None:
    claim = place.submitted()
    with pytest.raises(Conflict):
        begin_claim(place.secretary, place.office.branch, kind=KIND)

    place.judged(claim=claim)

    with pytest.raises(Conflict):
        begin_claim(place.secretary, place.office.branch, kind=KIND)
    soon = later(place.secretary, 2017, 8, 1)
    assert begin_claim(soon, place.office.branch, kind=KIND).state == "draft"


def test_a_claim_that_is_not_handed_in_is_seen_by_its_organization_alone(place: Place) -> None:
    claim = begin_claim(place.secretary, place.office.branch, kind=KIND)

    assert list(visible_claims(place.secretary)) == [claim]
    for other in (place.town, place.county, place.office.system, place.neighbour):
        assert not visible_claims(other).exists()
        with pytest.raises(NotFound):
            claim_by_id(other, claim.pk)


def test_fill_claim_refuses_what_another_organization_wrote(place: Place) -> None:
    others = place.meeting(place.office.far_branch)
    claim = begin_claim(place.secretary, place.office.branch, kind=KIND)

    with pytest.raises(Invalid) as refused:
        fill_claim(place.secretary, claim, lines=[NewLine("meetings", met=True, records=(others.pk,))])

    assert faults(refused) == {"meetings"}
    assert lines_of(claim)[0].says_met is None


def test_fill_claim_refuses_records_of_another_kind_and_criteria_that_are_not_there(place: Place) -> None:
    note = write_record(
        place.office.system,
        place.office.branch,
        kind="theme_day_record",
        values={"held_on": "2015-10-07", "theme": "学习", "attended": "5"},
    )
    claim = begin_claim(place.secretary, place.office.branch, kind=KIND)

    with pytest.raises(Invalid) as refused:
        fill_claim(
            place.secretary,
            claim,
            lines=[NewLine("meetings", met=True, records=(note.pk,)), NewLine("stars", met=True)],
        )

    assert faults(refused) == {"meetings", "stars"}


def test_submit_claim_refuses_what_is_not_said_or_not_shown(place: Place) -> None:
    claim = begin_claim(place.secretary, place.office.branch, kind=KIND)
    said = [NewLine("meetings", met=True), NewLine("members", met=True)]

    with pytest.raises(Invalid) as refused:
        submit_claim(place.secretary, fill_claim(place.secretary, claim, lines=said))

    assert faults(refused) == {"meetings", "members", "words"}
    claim.refresh_from_db()
    assert claim.state == "draft"


def test_submit_claim_reads_the_number_that_is_known(place: Place) -> None:
    write_record(place.office.system, place.office.branch, kind="member_count", values=COUNTS)
    claim = begin_claim(place.secretary, place.office.branch, kind=KIND)
    record = place.meeting(place.office.branch)
    lines = [
        NewLine("meetings", met=True, records=(record.pk,)),
        NewLine("members", met=True),
        NewLine("words", met=False),
    ]

    submit_claim(place.secretary, fill_claim(place.secretary, claim, lines=lines))

    assert {line.criterion: line.known for line in lines_of(claim)}["members"] == Decimal(12)


def test_a_record_that_shows_something_cannot_be_taken_back(place: Place) -> None:
    place.submitted()
    (record,) = place.office.branch.records.all()

    with pytest.raises(Conflict):
        take_back_records(place.office.system, place.office.branch, records=[record.pk])


def test_withdraw_claim_leaves_no_facts_and_is_refused_once_judged(place: Place) -> None:
    withdraw_claim(place.secretary, place.submitted())
    assert facts(place) == set()

    judged = place.judged()
    with pytest.raises(Conflict):
        withdraw_claim(place.secretary, judged)


# Judging


def test_decide_claim_grants_what_meets_the_rule_and_writes_its_facts(place: Place) -> None:
    claim = place.judged()

    assert (claim.state, claim.held_since, claim.held_until) == (
        "granted",
        date(2015, 10, 8),
        date(2017, 10, 8),
    )
    assert facts(place) == {
        ("standard.claimed", KIND, "2015-10-08", 1),
        ("standard.criterion", f"{KIND}.meetings", "2015-10-08", 1),
        ("standard.criterion", f"{KIND}.members", "2015-10-08", 0),
        ("standard.criterion", f"{KIND}.words", "2015-10-08", 1),
        ("standard.met", KIND, "2015-10-08", 1),
        ("standard.met", KIND, "2017-10-08", 0),
    }
    assert set(Fact.objects.values_list("source", flat=True)) >= {f"claim:{claim.pk}"}


@pytest.mark.parametrize(("meetings", "words"), [(False, True), (True, False)])
def test_decide_claim_refuses_the_standard_without_a_required_or_enough_counted(
    place: Place, *, meetings: bool, words: bool
) -> None:
    claim = place.judged(meetings=meetings, words=words)

    assert (claim.state, claim.held_since) == ("refused", None)
    assert ("standard.met", KIND, "2015-10-08", 0) in facts(place)
    assert claim.appeal_until == date(2015, 10, 14)  # a Saturday is worked


def test_decide_claim_is_refused_without_reasons(place: Place) -> None:
    claim = place.submitted()
    silent = [Judged("meetings", met=False), Judged("words", met=True)]

    with pytest.raises(Invalid) as no_reason:
        decide_claim(place.town, claim, lines=found(), reason=" ")
    with pytest.raises(Invalid) as no_why:
        decide_claim(place.town, claim, lines=silent, reason="看过了")

    assert faults(no_reason) == {"reason"}
    assert faults(no_why) == {"meetings", "members"}
    assert facts(place) == set()


def test_nobody_judges_the_claim_of_their_own_organization(place: Place) -> None:
    claim = place.submitted()

    with pytest.raises(NotAllowed):
        decide_claim(place.secretary, claim, lines=found(), reason="自评")


def test_who_also_acts_for_the_branch_does_not_judge_it(place: Place, acting: Any) -> None:
    from gangmu.kernel.access.models import Account
    from gangmu.kernel.access.operations import grant_role

    both = Account.objects.get(pk=place.town.account)
    office = place.office
    grant_role(
        office.system, org=office.branch, account=both, role="secretary", day=date(2015, 1, 1), reason="兼"
    )
    claim = place.submitted()

    with pytest.raises(NotAllowed):
        decide_claim(Context(place.town.actor, place.town.now), claim, lines=found(), reason="看过了")
    assert decide_claim(place.second_town, claim, lines=found(), reason="看过了").state == "granted"


def test_decide_claim_is_for_the_town_above_and_once(place: Place, acting: Any) -> None:
    other = acting("town_officer", place.office.other_town)
    claim = place.submitted()

    with pytest.raises(NotAllowed):
        decide_claim(other, claim, lines=found(), reason="看过了")
    place.judged(claim=claim)
    with pytest.raises(Conflict):
        place.judged(claim=claim)


def test_who_judges_a_claim_neither_takes_it_back_nor_appeals(place: Place) -> None:
    claim = place.submitted()

    with pytest.raises(NotAllowed):
        withdraw_claim(place.second_town, claim)
    place.judged(claim=claim, words=False)
    with pytest.raises(NotAllowed):
        appeal_claim(place.second_town, claim, reason="替支部申诉")


def test_a_draft_that_the_town_writes_down_for_a_branch_stays_in_its_sight(place: Place) -> None:
    claim = begin_claim(place.town, place.office.branch, kind=KIND)

    assert claim_by_id(place.town, claim.pk) == claim
    with pytest.raises(NotFound):
        claim_by_id(place.second_town, claim.pk)


# The second look


def test_appeal_claim_once_in_time_and_the_county_answers(place: Place) -> None:
    claim = place.judged(words=False)

    appealed = appeal_claim(place.secretary, claim, reason="制度在墙上，请再看")
    with pytest.raises(NotAllowed):
        answer_claim(place.town, appealed, lines=found(), reason="不变")
    answered = answer_claim(place.county, appealed, lines=found(), reason="现场看到了")

    assert (answered.state, answered.held_since) == ("granted", date(2015, 10, 8))
    assert ("standard.met", KIND, "2015-10-08", 1) in facts(place)
    assert ("standard.met", KIND, "2015-10-08", 0) not in facts(place)
    assert ("standard.criterion", f"{KIND}.words", "2015-10-08", 1) in facts(place)


def test_appeal_claim_is_refused_late_twice_and_without_a_reason(place: Place) -> None:
    claim = place.judged(words=False)

    with pytest.raises(Conflict):
        appeal_claim(later(place.secretary, 2015, 10, 16), claim, reason="晚了")
    with pytest.raises(Invalid):
        appeal_claim(place.secretary, claim, reason=" ")
    appealed = appeal_claim(place.secretary, claim, reason="请再看")
    answer_claim(place.county, appealed, lines=found(words=False), reason="确实没有")
    with pytest.raises(Conflict):
        appeal_claim(place.secretary, claim, reason="再看一次")
    claim.refresh_from_db()
    assert claim.state == "upheld"


def test_the_second_look_is_not_by_whoever_had_the_first(place: Place) -> None:
    """At the top of a tree the same organization answers, and then another account must."""
    from gangmu.work.standards.queries.claims import judges_of
    from gangmu.work.standards.queries.kinds import standard_kind

    assert judges_of(place.office.town, standard_kind(place.office.town, KIND)) == (
        place.office.county,
        place.office.county,
    )
    claim = place.submitted()
    Claim.objects.filter(pk=claim.pk).update(reviewer=place.office.county)
    claim.refresh_from_db()
    decide_claim(place.county, claim, lines=found(words=False), reason="看过了")
    appealed = appeal_claim(place.secretary, claim, reason="请再看")

    with pytest.raises(NotAllowed):
        answer_claim(place.county, appealed, lines=found(), reason="改了")


# What ends it


def test_revoke_claim_ends_it_from_today(place: Place) -> None:
    claim = place.judged()
    at = later(place.town, 2016, 3, 1)

    with pytest.raises(Invalid):
        revoke_claim(at, claim, reason="复核不达标", paper="")
    revoked = revoke_claim(at, claim, reason="复核不达标", paper="镇发〔2016〕1号")

    assert (revoked.state, revoked.ended_on) == ("revoked", date(2016, 3, 1))
    assert {each for each in facts(place) if each[0] == "standard.met"} == {
        ("standard.met", KIND, "2015-10-08", 1),
        ("standard.met", KIND, "2016-03-01", 0),
    }
    with pytest.raises(Conflict):
        revoke_claim(at, claim, reason="再撤", paper="镇发〔2016〕2号")


def test_revoke_claim_that_should_never_have_been_replaces_the_fact(place: Place) -> None:
    claim = place.judged()
    at = later(place.town, 2016, 3, 1)

    revoke_claim(at, claim, reason="材料不实", paper="镇发〔2016〕1号", never_met=True)

    assert {each for each in facts(place) if each[0] == "standard.met"} == {
        ("standard.met", KIND, "2015-10-08", 0)
    }


def test_a_renewal_takes_back_the_end_that_was_foretold(place: Place) -> None:
    first = place.judged()
    at, judge = later(place.secretary, 2017, 9, 1), later(place.town, 2017, 9, 4)
    record = place.meeting(place.office.branch)
    claim = begin_claim(at, place.office.branch, kind=KIND)
    lines = [
        NewLine("meetings", met=True, records=(record.pk,)),
        NewLine("members", met=False),
        NewLine("words", met=True, note="有"),
    ]
    submit_claim(at, fill_claim(at, claim, lines=lines))
    decide_claim(judge, claim, lines=found(), reason="复评达标")

    first.refresh_from_db()
    assert first.held_until == date(2017, 9, 4)
    assert {each for each in facts(place) if each[0] == "standard.met"} == {
        ("standard.met", KIND, "2015-10-08", 1),
        ("standard.met", KIND, "2017-09-04", 1),
        ("standard.met", KIND, "2019-09-04", 0),
    }


def test_a_refused_renewal_takes_nothing_from_who_holds_it(place: Place) -> None:
    place.judged()
    at, judge = later(place.secretary, 2017, 9, 1), later(place.town, 2017, 9, 4)
    claim = begin_claim(at, place.office.branch, kind=KIND)
    lines = [NewLine(code, met=False) for code in ("meetings", "members", "words")]
    submit_claim(at, fill_claim(at, claim, lines=lines))
    nothing = [Judged(code, met=False, reason="没有") for code in ("meetings", "members", "words")]
    decide_claim(judge, claim, lines=nothing, reason="没有达标")

    assert ("standard.met", KIND, "2017-09-04", 0) not in facts(place)
    assert ("standard.met", KIND, "2017-10-08", 0) in facts(place)


def test_a_verdict_on_a_year_belongs_to_that_year_and_lasts_through_the_next(place: Place) -> None:
    at, judge = later(place.secretary, 2016, 1, 11), later(place.town, 2016, 1, 20)
    claim = begin_claim(at, place.office.branch, kind="yearly", period="2015")
    submit_claim(at, fill_claim(at, claim, lines=[NewLine("one", met=True, note="做了")]))
    claim = decide_claim(judge, claim, lines=[Judged("one", met=True)], reason="达标")

    assert (claim.held_since, claim.held_until) == (date(2015, 12, 31), date(2017, 1, 1))
    assert ("standard.met", "yearly", "2015-12-31", 1) in facts(place)


# What waits


def test_the_inbox_tells_who_has_to_judge_and_who_may_appeal(place: Place) -> None:
    before = inbox_counts(place.town).waiting
    claim = place.submitted()

    assert list(claims_to_judge(place.town)) == [claim]
    assert not claims_to_judge(place.county).exists()
    assert inbox_counts(place.town).waiting == before + 1
    late = later(place.town, 2015, 12, 1)
    assert inbox_counts(late).overdue >= 1

    own = inbox_counts(place.secretary).waiting
    place.judged(claim=claim, words=False)
    assert inbox_counts(place.secretary).waiting == own + 1
    appeal_claim(place.secretary, claim, reason="请再看")
    assert list(claims_to_judge(place.county)) == [claim]


def test_a_secretary_is_led_to_claim_in_words_and_for_a_year(place: Place) -> None:
    person = browser(place.secretary)

    listed = person.get("/claims").content.decode()
    offered = person.get("/standards/yearly/").content.decode()

    assert "去申报</a>" in listed
    assert re.search(r"申报\d{4}年度</button>", offered)
