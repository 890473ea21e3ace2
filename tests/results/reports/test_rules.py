"""Sentences in packs, numbers that were typed, what no report may say: without a database."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gangmu.core.definition import parse_yaml, shape_node
from gangmu.core.errors import Invalid
from gangmu.kernel.packs.rules import compose_pack, pack_files
from gangmu.results.reports.definitions import Figure, SentenceKind
from gangmu.results.reports.guard import forbidden_in, number_pattern
from gangmu.results.reports.rules import (
    Counted,
    Part,
    RefusedFigure,
    marked,
    part_faults,
    refuse_forbidden,
    typed_numbers,
    unknown_of,
    written,
)

BASE = Path(__file__).parents[3] / "gangmu" / "packs" / "base"
INDICATOR = "figures:\n  share: {title: 率, indicator: orders_answered_below, unit: percent, places: 1}\n"


def faults_of(kind: str, text: str) -> list[str]:
    """Return what is found in a pack that has one more definition, as file, line and rule."""
    files, _ = pack_files(BASE)
    name = f"base/{kind}/tried.yaml"
    _, faults = compose_pack("base", {**files, name: text})
    return [str(fault).removeprefix("base/") for fault in faults if fault.file == name]


def test_sentence_over_an_unknown_indicator_is_refused_with_file_and_line() -> None:
    text = 'title: 率\ntext: "反馈率{share}"\nfigures:\n  share:\n    title: 率\n    indicator: no_such\n'

    assert faults_of("sentence", text) == ["sentence/tried.yaml:6: reference there is no indicator no_such"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('text: "没有数"\n', "the figure share stands in no place of the text"),
        ('text: "{share}和{rate}"\n', "there is no figure called rate"),
        ('text: "{share"\n', "a brace stands alone"),
    ],
)
def test_sentence_and_its_figures_name_each_other(text: str, said: str) -> None:
    (found,) = faults_of("sentence", f"title: 率\n{text}{INDICATOR}")

    assert said in found


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{title: 数, orgs: {}, indicator: orders_answered_below}", "exactly one of"),
        ("{title: 数}", "exactly one of"),
        ("{title: 数, indicator: orders_answered_below, at_least: 1}", "at_least needs of"),
        ("{title: 数, indicator: orders_answered_below, say_unknown: true}", "nobody is expected to report"),
        ("{title: 数, orgs: {kinds: [no_such]}}", "there is no no_such in kinds"),
        ("{title: 数, units: {kinds: [no_such]}}", "there is no no_such in kinds"),
        ("{title: 数, people: {posts: [no_such]}}", "there is no no_such in posts"),
        ("{title: 数, people: {standing: [full], posts: [secretary]}}", "exactly one of standing and posts"),
        ("{title: 数, people: {standing: [full]}, take: numerator}", "a count has a value and nothing else"),
        ("{title: 数, indicator: collective_income, take: denominator}", "has no denominator"),
    ],
)
def test_figure_that_makes_no_sense_is_refused(spec: str, said: str) -> None:
    (found,) = faults_of("sentence", f'title: 数\ntext: "共{{count}}"\nfigures:\n  count: {spec}\n')

    assert said in found


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("全县书记排名前列的有{share}名", "R-RANK"),
        ("党员打卡{share}次", "R-BAN-2"),
        ("公众号点赞{share}个", "R-BAN-4"),
        ("软件注册率{share}", "R-BAN-3"),
    ],
)
def test_sentence_over_a_refused_figure_is_refused_with_its_article(text: str, rule: str) -> None:
    found = faults_of("sentence", f'title: 数\ntext: "{text}"\n{INDICATOR}')

    assert found
    assert all(each.startswith("sentence/tried.yaml:2: R-") for each in found)
    assert any(f" {rule} " in each and each.endswith(")") for each in found)


def test_report_over_an_unknown_sentence_is_refused_with_file_and_line() -> None:
    text = "title: 报告\nevery: year\nsections:\n  - heading: 一\n    sentences: [orders, no_such]\n"

    assert faults_of("report", text) == ["report/tried.yaml:5: reference there is no sentence no_such"]


def test_marked_finds_numbers_that_were_typed_and_spares_years_and_papers() -> None:
    text = "2015年3月，按〔2015〕7号文件，新建活动场所435个、投资2.39亿元，占84.3％，培训三千名"

    assert typed_numbers(text) == ["435", "2.39", "84.3％", "三千"]
    assert "".join(piece.text for piece in marked(text)) == text


def test_forbidden_in_looks_at_clauses_with_a_figure_only() -> None:
    assert [found.code for found in forbidden_in("上传照片300张")] == ["R-BAN-4"]
    assert list(forbidden_in("会上放映了警示教育照片，参会120人")) == []


@pytest.mark.parametrize(
    "text",
    [
        "党员得分第1名",
        "全州党员排第一的是张三，排倒数第1的是李四",
        "书记考核居全县前3",
        "前十名党员",
        "干部积分排在全县第二位",
        "党员积分列倒数三位",
    ],
)
def test_forbidden_in_finds_places_in_digits_and_in_words(text: str) -> None:
    assert "R-RANK" in {found.code for found in forbidden_in(text)}


@pytest.mark.parametrize(
    "text",
    [
        "选派第一书记，党员大会开得好",
        "党支部书记列席会议",
        "党员第二次大会上，居民代表列前排就座",
        "中共十九大党员学习第3期",
        "不得对党员排名",
    ],
)
def test_forbidden_in_leaves_posts_meetings_and_seats_alone(text: str) -> None:
    assert list(forbidden_in(text)) == []


def test_shares_in_words_are_numbers() -> None:
    assert [found.code for found in forbidden_in("百分之九十八的党员下载了应用")]
    assert [found.code for found in forbidden_in("九成以上的党员下载了应用")]
    assert not number_pattern().search("九成分子")


def test_refuse_forbidden_names_the_paper_and_the_part() -> None:
    with pytest.raises(RefusedFigure) as refused:
        refuse_forbidden([Part(text="很好"), Part(text="村书记排名第3")])

    assert list(refused.value.faults) == ["parts.1"]
    assert "滥用排名" in str(refused.value)


@pytest.mark.parametrize(
    ("number", "unit", "places", "shown"),
    [
        ("0.8434", "percent", 1, "84.3%"),
        ("0.8435", "percent", 1, "84.4%"),
        ("1090000", "ten_thousand_yuan", 2, "109.00"),
        ("4316", "number", 0, "4316"),
    ],
)
def test_written_rounds_half_away_from_nothing(number: str, unit: Any, places: int, shown: str) -> None:
    assert written(Decimal(number), unit, places) == shown


def test_counted_comes_back_from_what_was_frozen() -> None:
    counted = Counted(Decimal("0.84"), Decimal(84), Decimal(100), 100, 3, 200, "abc", "")

    assert Counted.from_json(counted.as_json()) == counted


def test_part_from_json_refuses_what_is_no_part() -> None:
    for wrong in ({"script": "x"}, {"figures": []}, {"org": "1"}, {"text": 5}, {"figures": {"a": 1}}):
        with pytest.raises(Invalid):
            Part.from_json(wrong)


def test_part_faults_names_each_part_that_is_wrong() -> None:
    files, _ = pack_files(BASE)
    pack, _ = compose_pack("base", files)
    assert pack is not None

    parts = [
        Part(heading="一"),
        Part(heading="一", text="二"),
        Part(sentence="no_such"),
        Part(text="反馈{a}"),
        Part(text="反馈{a}", figures=(("a", "orders.no_such"),)),
        Part(text="反馈{a}", figures=(("a", "orders.answered_rate"),)),
        Part(text="反馈{a"),
    ]

    assert sorted(part_faults(pack, parts)) == ["parts.1", "parts.2", "parts.3", "parts.4", "parts.6"]
    assert part_faults(pack, []) == {"parts": "A report has at least one sentence."}


def test_sentence_speaks_traditional_chinese_and_english() -> None:
    node, _ = parse_yaml(
        'title: 率\ntext: {zh-hans: "反馈率{share}", en: "answered {share}"}\n' + INDICATOR, "x"
    )
    assert node is not None

    kind, faults = shape_node(node, SentenceKind, file="x", code="x")

    assert (faults, kind and kind.text.zh_hant, kind and kind.text.en) == (
        [],
        "反饋率{share}",
        "answered {share}",
    )


def test_the_unknown_of_a_figure_is_not_nought_where_nobody_reported() -> None:
    loose = Figure.model_validate({"title": "数", "indicator": "any"})
    bound = Figure.model_validate({"title": "数", "indicator": "any", "of": {"domains": ["village"]}})

    assert unknown_of(loose, Counted(None)) is None
    assert unknown_of(loose, Counted(Decimal(3), known=3)) == 0
    assert unknown_of(bound, Counted(None)) == 0
