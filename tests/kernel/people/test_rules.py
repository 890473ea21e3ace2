"""Numbers, names and standings, without a database."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from gangmu.core.secrets import mask
from gangmu.kernel.people.rules import (
    FULL,
    PROBATIONARY,
    STATUSES,
    NewPerson,
    check_mark,
    draft_person,
    least_full_day,
    may_become,
    name_sounds,
    next_statuses,
    old_enough,
    read_id_number,
    read_name,
    read_telephone,
)

TODAY = date(2015, 10, 8)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy with other tests."""

days = st.dates(date(1900, 1, 1), date(2015, 10, 8))
numbers = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03d}",
    st.integers(110000, 659999),
    days,
    st.integers(0, 999),
).map(lambda body: body + check_mark(body))


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_check_mark_fits_the_examples_of_the_standard(number: str):
    assert check_mark(number[:17]) == number[17]
    assert read_id_number(number).number == number


def test_read_id_number_takes_what_people_type():
    typed = "１１０１０５ 19491231 002x"

    read = read_id_number(typed)

    assert (read.number, read.born_on, read.sex) == ("11010519491231002X", date(1949, 12, 31), "female")


@unhurried
@given(numbers)
def test_read_id_number_says_what_the_number_holds(number: str):
    read = read_id_number(number)

    assert (read.number, f"{read.born_on:%Y%m%d}") == (number, number[6:14])
    assert read.sex == ("male" if int(number[16]) % 2 else "female")


@unhurried
@given(numbers, st.integers(0, 16), st.integers(1, 9))
def test_read_id_number_notices_every_single_wrong_digit(number: str, place: int, step: int):
    wrong = number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]

    with pytest.raises(ValueError):
        read_id_number(wrong)


@unhurried
@given(numbers, st.integers(0, 15))
def test_read_id_number_notices_two_neighbours_exchanged(number: str, place: int):
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    if wrong == number:
        assert read_id_number(wrong).number == number
    else:
        with pytest.raises(ValueError):
            read_id_number(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "110105194912310",
        "11010519491231002Y",
        "110105194902310021",
        "11010518491231002X",
        "=1+1",
        "x" * 400,
    ],
)
def test_read_id_number_refuses_what_is_none(wrong: str):
    with pytest.raises(ValueError):
        read_id_number(wrong)


@unhurried
@given(st.text(max_size=40))
def test_mask_keeps_the_length_and_shows_seven_marks_at_most(text: str):
    shown = mask(text)

    assert len(shown) == len(text)
    assert sum(a == b != "*" for a, b in zip(shown, text, strict=True)) <= 7
    assert len(text) > 7 or set(shown) <= {"*"}


@unhurried
@given(numbers)
def test_mask_hides_the_day_of_birth_of_an_id_number(number: str):
    assert mask(number) == number[:3] + "*" * 11 + number[14:]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("(0930) 6212345", "09306212345"),
    ],
)
def test_read_telephone_takes_what_people_type(typed: str, kept: str):
    assert read_telephone(typed) == kept


@pytest.mark.parametrize(
    "wrong", ["12345", "23800138000", "1380013800a", "138001380001", "=HYPERLINK(1)", "00000"]
)
def test_read_telephone_refuses_what_is_none(wrong: str):
    with pytest.raises(ValueError):
        read_telephone(wrong)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 马 建国 ", "马 建国"),
        ("阿不都•热合曼", "阿不都·热合曼"),
        ("𠮷田", "𠮷田"),
        ("Anna O'Neil", "Anna O'Neil"),
    ],
)
def test_read_name_keeps_names_as_people_bear_them(typed: str, kept: str):
    assert read_name(typed) == kept


@pytest.mark.parametrize("wrong", ["", "  ", "=cmd", "张3", "<b>王</b>", "王\u202e五", "·", "王" * 51])
def test_read_name_refuses_what_is_none(wrong: str):
    with pytest.raises(ValueError):
        read_name(wrong)


@unhurried
@given(name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=6))
def test_name_sounds_are_those_of_the_whole_name(name: str):
    syllables = lazy_pinyin(name, style=Style.NORMAL)

    assert name_sounds(name) == (
        "".join(syllables).lower()[:60],
        "".join(each[:1] for each in syllables).lower(),
    )


@pytest.mark.parametrize("name", ["重庆", "单于雄奴", "曾国藩", "行长乐", "朝阳", "Aihaiti江", "马·阿里 江"])
def test_name_sounds_read_words_and_other_scripts_whole(name: str):
    syllables = lazy_pinyin(name.replace("·", "").replace(" ", ""), style=Style.NORMAL)

    assert name_sounds(name)[0] == "".join(syllables).lower()


def test_name_sounds_are_typed_in_one_go():
    assert name_sounds("马建国") == ("majianguo", "mjg")


def test_may_become_follows_the_way_of_joining_and_never_comes_back_from_the_end():
    way = ["", "applicant", "activist", "development_target", "probationary", "full"]

    assert all(may_become(before, after) for before, after in pairwise(way))
    assert not may_become("applicant", "probationary")
    assert next_statuses("deceased") == ()
    assert next_statuses("expelled") == ("deceased",)


def test_every_standing_can_be_reached():
    reached = {after for before in ("", *STATUSES) for after in next_statuses(before)}

    assert reached == set(STATUSES)


def test_a_probation_lasts_a_year_also_from_the_29th_of_february():
    assert least_full_day(date(2014, 10, 8)) == date(2015, 10, 8)
    assert least_full_day(date(2012, 2, 29)) == date(2013, 3, 1)


def test_old_enough_counts_days_where_they_are_known():
    assert not old_enough(1990, date(2008, 5, 1), date(1990, 5, 2))
    assert old_enough(1990, date(2008, 5, 2), date(1990, 5, 2))
    assert old_enough(1990, date(2008, 1, 1))
    assert old_enough(1935, date(1949, 10, 1))


def _faults(**given: object) -> dict[str, str]:
    new = NewPerson(**{"name": "马建国", **given})  # type: ignore[arg-type]
    return draft_person(new, today=TODAY, founded_on=date(2014, 1, 1)).faults


def test_draft_person_takes_sex_and_year_from_the_number():
    draft = draft_person(
        NewPerson("马建国", id_number="11010519491231002X"), today=TODAY, founded_on=date(2014, 1, 1)
    )

    assert (draft.sex, draft.birth_year, draft.faults) == ("female", 1949, {})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"id_number": "1"}, "id_number"),
        ({"id_number": "11010519491231002X", "sex": "male"}, "sex"),
        ({"id_number": "11010519491231002X", "birth_year": 1950}, "birth_year"),
        ({"birth_year": 2016}, "birth_year"),
        ({"birth_year": 1700}, "birth_year"),
        ({"telephone": "12"}, "telephone"),
        ({"sex": "other"}, "sex"),
        ({"status": "expelled"}, "status"),
        ({"status": "chief"}, "status"),
        ({"status": FULL, "joined_on": date(2016, 1, 1)}, "joined_on"),
        ({"status": FULL, "since": date(2016, 1, 1)}, "since"),
        ({"status": FULL, "since": date(2013, 12, 31)}, "since"),
        ({"status": "activist", "joined_on": date(2010, 1, 1)}, "joined_on"),
        ({"joined_on": date(2010, 1, 1)}, "joined_on"),
        ({"status": PROBATIONARY, "full_on": date(2015, 1, 1)}, "full_on"),
        ({"status": FULL, "joined_on": date(2015, 1, 2), "full_on": date(2015, 1, 1)}, "full_on"),
        ({"status": FULL, "joined_on": date(2007, 1, 1), "birth_year": 1990}, "joined_on"),
    ],
)
def test_draft_person_puts_the_fault_beside_its_field(given: dict[str, object], field: str):
    assert field in _faults(**given)


def test_draft_person_begins_a_standing_no_earlier_than_its_organization():
    draft = draft_person(
        NewPerson("马建国", status=FULL, joined_on=date(1985, 7, 1)), today=TODAY, founded_on=date(2014, 1, 1)
    )

    assert (draft.since, draft.joined_on, draft.faults) == (date(2014, 1, 1), date(1985, 7, 1), {})
