import numpy as np
import pytest

from gangmu.kernel.guard.rules import plain_text
from gangmu.work.burden.similarity import (
    Entered,
    SparseIndex,
    common_words,
    marked,
    terms_of,
    written_alike,
)

SYNONYMS = (
    ("党员总数", ("党员人数", "党员数量", "在册党员数")),
    ("统计表", ("报表", "汇总表", "情况表")),
    ("摸底调查", ("摸排", "排查摸底", "摸底排查")),
    ("入户走访", ("走访入户", "入户")),
    ("报送", ("上报", "填报")),
)

EARLIER = {
    1: "填报党员人数和预备党员情况表，月底前上报",
    2: "召开支部委员会会议，研究当月工作",
    3: "村级集体经济收入汇总表，含资源发包和入股分红",
    4: "摸排留守老人和困难户，入户走访登记",
    5: "第一季度森林防火值班安排",
    6: "主题党日：学习支部工作条例，帮助困难户秋收",
    7: "农村厕所改造进度统计表",
    8: "书记讲党课记录",
}

DUPLICATES = [
    ("报送党员总数、预备党员统计表", 1),
    ("请各村上报在册党员数", 1),
    ("集体经济收入情况报表（资源发包、入股分红）", 3),
    ("对留守老人、困难户开展摸底排查", 4),
    ("農村廁所改造進度報表", 7),
    ("森林防火值班安排表", 5),
]

NEAR_MISSES = ["苹果园滴灌设施维修", "选聘村文书报名通知", "道路交通安全宣传", "秋季学期教师培训"]


def index_of(texts: dict[int, str], *, aside: int = 256) -> SparseIndex:
    index = SparseIndex(aside_most=aside)
    index.enter(
        [Entered(key, 7, f"duty{key}", terms_of(plain_text(text), SYNONYMS)) for key, text in texts.items()]
    )
    return index


@pytest.mark.parametrize(("said", "key"), DUPLICATES)
def test_the_same_in_other_words_is_found_first(said: str, key: int):
    hits = index_of(EARLIER).search(terms_of(plain_text(said), SYNONYMS), issuers={7})

    assert hits[0].key == key
    assert hits[0].score >= 0.3


@pytest.mark.parametrize("said", NEAR_MISSES)
def test_what_is_about_something_else_is_not_called_alike(said: str):
    assert index_of(EARLIER).search(terms_of(plain_text(said), SYNONYMS), issuers={7}, least=0.3) == []


def test_an_index_that_was_filled_at_once_says_what_one_that_grew_says():
    texts = [terms_of(plain_text(text), SYNONYMS) for text in EARLIER.values()]
    filled = SparseIndex()
    filled.fill(
        list(EARLIER),
        [7] * len(EARLIER),
        [f"duty{key}" for key in EARLIER],
        [each.astype("<u4").tobytes() for each in texts],
    )
    grown = index_of(EARLIER, aside=0)

    for said, _ in DUPLICATES:
        terms = terms_of(plain_text(said), SYNONYMS)
        assert filled.search(terms, issuers={7}) == grown.search(terms, issuers={7})
    assert (len(filled), filled.issuers, filled.nbytes) == (len(EARLIER), {7}, grown.nbytes)


def test_sorted_and_unsorted_parts_of_the_index_say_the_same():
    terms = terms_of(plain_text("上报党员人数、预备党员"), SYNONYMS)

    aside = index_of(EARLIER).search(terms, issuers={7})
    sorted_in = index_of(EARLIER, aside=0).search(terms, issuers={7})

    assert [hit.key for hit in aside] == [hit.key for hit in sorted_in]
    assert [round(hit.score, 3) for hit in aside] == [round(hit.score, 3) for hit in sorted_in]


@pytest.mark.parametrize("aside", [0, 256])
def test_only_those_who_reach_the_same_organizations_count_and_never_ones_own_duty(aside: int):
    index = index_of(EARLIER, aside=aside)
    terms = terms_of(plain_text(EARLIER[1]), SYNONYMS)

    assert index.search(terms, issuers={8}) == []
    assert 1 not in {hit.key for hit in index.search(terms, issuers={7}, but_duty="duty1")}
    assert index.search(terms, issuers={7})[0].score == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("aside", [0, 256])
def test_of_equal_orders_of_one_duty_the_newest_is_named(aside: int):
    terms = terms_of(plain_text("填报党员人数"), ())
    index = SparseIndex(aside_most=aside)
    index.enter([Entered(key, 7, "count", terms) for key in (3, 9, 5)])

    assert [hit.key for hit in index.search(terms, issuers={7})] == [9]


def test_index_grows_without_losing_what_it_knew():
    index = SparseIndex(aside_most=2)
    for key, text in EARLIER.items():
        index.enter([Entered(key, 7, f"duty{key}", terms_of(plain_text(text), SYNONYMS))])

    found = {
        key: index.search(terms_of(plain_text(text), SYNONYMS), issuers={7})[0].key
        for key, text in EARLIER.items()
    }

    assert len(index) == len(EARLIER)
    assert found == {key: key for key in EARLIER}


def test_nothing_said_is_like_nothing():
    assert terms_of("", SYNONYMS).dtype == np.uint32
    assert index_of(EARLIER).search(terms_of("", SYNONYMS), issuers={7}) == []
    assert SparseIndex().search(terms_of("党员总数", SYNONYMS), issuers={7}) == []


def test_common_words_are_the_longest_that_both_say():
    words = common_words("上报党员人数预备党员", "党员总数和预备党员统计表填报", SYNONYMS)

    assert words == ["党员总数", "预备党员", "报送"]


def test_marked_cuts_a_title_at_the_common_words():
    assert marked("党员总数统计", ["党员总数"]) == [("党员总数", True), ("统计", False)]
    assert marked("党课", []) == [("党课", False)]


def test_written_alike_takes_the_longest_synonym():
    assert written_alike("在册党员数与报表", SYNONYMS) == ("党员总数与统计表", {"党员总数", "统计表"})
