"""Letters of responsibility: level by level, accepted by name and day, never before one's own."""

from typing import Any

import pytest

from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.files.word import paper_text
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.packs.rules import CHECKS, compose_pack
from gangmu.work.programmes.models import Letter
from gangmu.work.programmes.operations.letters import (
    OwnLetterFirst,
    accept_letter,
    issue_letters,
    withdraw_letter,
)
from gangmu.work.programmes.pages.letters import letter_document
from gangmu.work.programmes.queries.letters import spread_below, waiting_letters
from tests.conftest import Office
from tests.work.programmes.conftest import Goal


def issue(context: Any, issuer: Any, **more: Any) -> list[Letter]:
    given = {"kind": "responsibility", "year": 2015, "signed_by": "书记甲", **more}
    return issue_letters(context, issuer, **given)


def test_issue_letters_freezes_articles_targets_and_duties(goal: Goal) -> None:
    goal.handed_on(60, 30, 10)

    first, second = issue(goal.officer, goal.office.county)

    assert (first.org_id, second.org_id) == (goal.office.town.pk, goal.office.other_town.pk)
    assert first.content["targets"] == [
        {"programme": "基层党建年度目标", "metric": "召开支委会", "value": "60", "unit": "次", "bound": ""}
    ]
    assert [line["title"] for line in first.content["duties"]] == ["书记讲党课"]
    assert (first.number, first.signed_by, str(first.issued_on)) == ("2015-1", "书记甲", "2015-10-08")


def test_issue_letters_refuses_a_level_that_has_not_accepted_its_own(goal: Goal) -> None:
    town = goal.office.town
    with pytest.raises(OwnLetterFirst) as none:
        issue(goal.town, town)
    letter = issue(goal.officer, goal.office.county)[0]
    before = Letter.objects.count(), Entry.objects.count()
    with pytest.raises(OwnLetterFirst) as unaccepted:
        issue(goal.town, town)

    assert "no letter of its own" in str(none.value)
    assert "has not accepted" in str(unaccepted.value)
    assert (Letter.objects.count(), Entry.objects.count()) == before
    accept_letter(goal.town, letter, name="镇书记")
    below = issue(goal.town, town)
    assert [each.above_id for each in below] == [letter.pk, letter.pk]
    spread = [
        (each.level, each.issued, each.accepted)
        for each in spread_below(goal.officer, goal.office.county, kind="responsibility", year=2015)
    ]
    assert spread == [("township", 2, 1), ("village", 2, 0)]


def test_issue_letters_gives_nobody_two(goal: Goal) -> None:
    issue(goal.officer, goal.office.county, orgs=[goal.office.town])
    rest = issue(goal.officer, goal.office.county)

    assert [each.org_id for each in rest] == [goal.office.other_town.pk]
    with pytest.raises(Conflict):
        issue(goal.officer, goal.office.county)


def test_issue_letters_refuses_those_who_are_not_the_next_level(goal: Goal) -> None:
    with pytest.raises(Invalid) as refused:
        issue(goal.officer, goal.office.county, orgs=[goal.office.branch])

    assert list(refused.value.faults) == ["orgs"]


def test_accept_letter_keeps_name_and_day_and_refuses_a_second_time(goal: Goal) -> None:
    letter = issue(goal.officer, goal.office.county)[0]
    assert [each.pk for each in waiting_letters(goal.town)] == [letter.pk]

    accepted = accept_letter(goal.town, letter, name=" 镇书记 ")

    assert (accepted.accepted_name, str(accepted.accepted_on)) == ("镇书记", "2015-10-08")
    assert list(waiting_letters(goal.town)) == []
    with pytest.raises(Conflict):
        accept_letter(goal.town, letter, name="镇书记")


def test_accept_letter_is_not_for_who_issued_it_nor_without_a_name(goal: Goal) -> None:
    letter = issue(goal.officer, goal.office.county)[0]

    with pytest.raises(NotAllowed):
        accept_letter(goal.officer, letter, name="县里代签")
    with pytest.raises(Invalid):
        accept_letter(goal.town, letter, name="  ")
    with pytest.raises(NotAllowed):
        accept_letter(goal.other_town, letter, name="别的镇")


def test_withdraw_letter_makes_room_for_another_but_not_once_it_was_handed_on(goal: Goal) -> None:
    letter = issue(goal.officer, goal.office.county, orgs=[goal.office.town])[0]
    withdraw_letter(goal.officer, letter, reason="目标写错")
    again = issue(goal.officer, goal.office.county, orgs=[goal.office.town])[0]
    accept_letter(goal.town, again, name="镇书记")
    issue(goal.town, goal.office.town)

    with pytest.raises(Conflict):
        withdraw_letter(goal.officer, again, reason="太晚了")
    with pytest.raises(Conflict):
        accept_letter(goal.town, letter, name="镇书记")


def test_letter_document_is_word_with_articles_targets_and_two_parties(goal: Goal) -> None:
    from gangmu.kernel.files.word import word_bytes

    goal.handed_on(60, 30, 10)
    letter = issue(goal.officer, goal.office.county)[0]

    text = "\n".join(paper_text(word_bytes(letter_document(letter))))

    for part in ("党建工作目标责任书", "总体要求", "召开支委会", "60", goal.office.town.name, "书记讲党课"):
        assert part in text


def test_duty_sets_name_what_their_domain_is_asked_for_and_nothing_else(office: Office) -> None:
    assert CHECKS
    files = dict(pack_version_of(office.county.pk).files)
    files["ours/pack.yaml"] = 'title: 试\nversion: "1.0"\nextends: base\n'
    head = "title: 村\nfollows: {document: 甲}\ndomain: village\n"
    files["ours/duty_set/village.yaml"] = head + "duties: [theme_day]\n"
    pack, faults = compose_pack("ours", files)
    assert (pack is not None, faults) == (True, [])

    files["ours/duty_set/agency.yaml"] = (
        "title: 机关\nfollows: {document: 甲}\ndomain: agency\nduties: [none_such]\n"
    )
    _, faults = compose_pack("ours", files)

    said = [fault.message for fault in faults]
    assert said == [
        "there is no duty none_such",
        "the duty theme_day is asked of the domain agency, and its set does not name it",
    ]
