import json

import pytest

from gangmu.kernel.packs.rules import SHIPPED, compose_pack, pack_files
from gangmu.results.assessment.guard import check_numbers
from gangmu.results.assessment.pack import read_pack
from gangmu.site.cli import main
from tests.results.conftest import INDICATOR, SCORECARD, WritePack
from tests.results.worlds import golden_worlds


@pytest.mark.parametrize("world", golden_worlds(), ids=lambda world: world.name)
def test_check_finds_nothing_in_the_golden_worlds(world) -> None:
    assert check_numbers(world) == []


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("numerator: {sum: task.on_tine}\n", 1, "value_error"),
        ("numerator: {sum: void}\n", 1, "value_error"),
        ("numerator: {sum: task.due, count: task.due}\n", 1, "value_error"),
        ("numerator: {item: [a]}\n", 1, "value_error"),
        ("numerator: {sum: task.due, empty: 1}\n", 1, "value_error"),
        ("numerator: {sum: task.due, empty: false}\n", 1, "value_error"),
        ("numerator: {sum: task.due, nulls: zero}\n", 1, "literal_error"),
        ("numerator: {sum: task.due, item: [1.10]}\n", 1, "string_type"),
        ("numerator: {sum: task.due, item: [no]}\n", 1, "string_type"),
        ("numerator: {sum: task.due, item: a}\n", 1, "tuple_type"),
        ("numerator: {orgs: [branch]}\n", 1, "extra_forbidden"),
        ("numerator: {sum: task.due}\ndenominator: {number: 0}\n", 2, "greater_than"),
        ("numerator: {sum: task.due}\ndenominator: {number: 0.00001}\n", 2, "value_error"),
        ("numerator: {sum: task.due}\ndenominator: {number: 12, item: [a]}\n", 2, "value_error"),
        ("numerator: {sum: task.due}\ndenominator: {number: 12, orgs: [a]}\n", 2, "value_error"),
        ("numerator: {sum: task.due}\nscope: below\n", 2, "literal_error"),
        ("numerator: {sum: task.due}\nnumerater: {sum: task.due}\n", 2, "extra_forbidden"),
        ("numerator: {sum: task.due}\nnumerator: {sum: task.due}\n", 2, "duplicate-key"),
        ("better: more\n", 1, "missing"),
        ("numerator: {sum: meeting.held}\ndenominator: {sum: task.due}\n", 1, "empty-numerator"),
        ("numerator: {sum: task.on_time, item: [a]}\ndenominator: {sum: task.due}\n", 1, "empty-numerator"),
    ],
)
def test_check_refuses_a_wrong_indicator_with_its_line(
    write_pack: WritePack, text: str, line: int, code: str
) -> None:
    pack = write_pack(indicator=text, scorecard="lines: [{indicator: on_time, points: 1, rule: {each: 1}}]\n")

    assert (f"{pack}/indicator/on_time.yaml", line, code) in [
        (fault.file, fault.line, fault.code) for fault in check_numbers(pack)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "numerator: {count: meeting.held}\ndenominator: {sum: task.due}\n",
        "numerator: {sum: meeting.held, empty: 0}\ndenominator: {sum: task.due}\n",
        "numerator: {sum: task.on_time, item: [a, b]}\ndenominator: {sum: task.due, item: [a]}\n",
    ],
)
def test_check_lets_pass_a_rate_whose_numerator_is_never_empty(write_pack: WritePack, text: str) -> None:
    assert check_numbers(write_pack(indicator=text)) == []


@pytest.mark.parametrize(
    ("line", "written", "code"),
    [
        (3, "  - {indicator: on_tine, points: 40, rule: {linear: [0, 1]}}", "unknown-indicator"),
        (3, "  - {indicator: on_time, points: 0, rule: {linear: [0, 1]}}", "greater_than"),
        (3, "  - {indicator: on_time, points: 4.125, rule: {linear: [0, 1]}}", "value_error"),
        (3, '  - {indicator: on_time, points: "40", rule: {linear: [0, 1]}}', "type"),
        (3, "  - {indicator: on_time, points: 40, rule: {linear: [1, 1]}}", "value_error"),
        (3, "  - {indicator: on_time, points: 40, rule: {linear: [0, 1], each: 1}}", "value_error"),
        (3, "  - {indicator: on_time, points: 40, rule: {}}", "value_error"),
        (3, "  - {indicator: on_time, points: 40, rule: {bands: [[1, 10], [2, 5]]}}", "bands"),
        (3, "  - {indicator: on_time, points: 40, rule: {bands: [[2, 10], [2, 5]]}}", "bands"),
        (3, "  - {indicator: on_time, points: 40, rule: {bands: [[2, 5], [1, 10]]}}", "value_error"),
        (3, "  - {indicator: on_time, points: 40, rule: {bands: [[2, 50]]}}", "value_error"),
        (3, "  - {indicator: on_time, points: 40, rule: {deduct: {each: -1}}}", "greater_than_equal"),
        (3, "  - {indicator: on_time, points: 40, rule: {each: -0.5}}", "greater_than_equal"),
        (3, "  - {indicator: on_time, points: 40, rule: {each: 1}, unknown: later}", "literal_error"),
        (5, "  - {stars: 5, at_least: 90, share: 1.1}", "less_than_equal"),
        (6, "  - {stars: 5, at_least: 90}", "value_error"),
        (6, "  - {stars: 6, at_least: 90}", "value_error"),
        (5, "  - {stars: 4.5, at_least: 90}", "int_from_float"),
        (7, "veto: [{indicator: nobody, above: 0, stars_at_most: 1}]", "unknown-indicator"),
        (7, "veto: [{indicator: on_time, above: 0, stars_at_most: -1}]", "greater_than_equal"),
        (7, "min_peers: -1", "greater_than_equal"),
        (7, "min_coverage: 2", "less_than_equal"),
        (7, "peers: {within: town}", "literal_error"),
        (7, "peers: {same: [colour]}", "literal_error"),
    ],
)
def test_check_refuses_a_wrong_scorecard_with_its_line(
    write_pack: WritePack, line: int, written: str, code: str
) -> None:
    text = SCORECARD.splitlines()
    text[line - 1 : line] = [written]

    found = [(fault.line, fault.code) for fault in check_numbers(write_pack(scorecard="\n".join(text)))]

    assert (line, code) in found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("numerator: {count: record.value, item: [app.login]}\n", "R-BAN-3"),
        ("numerator: {sum: record.value, item: [study.online_minutes]}\n", "R-BAN-2"),
        ("numerator: {count: record.value, item: [branch.checkin]}\n", "R-BAN-2"),
        ("numerator: {sum: record.value, item: [post.likes]}\n", "R-BAN-4"),
        ("title: 手机端打卡次数\nnumerator: {count: record.value}\n", "R-BAN-2"),
        ("numerator: {sum: record.value, item: [person.points]}\n", "R-BAN-2"),
        ("numerator: {count: case.closed, item: [complaint]}\nbetter: less\n", "R-COMPLAINT"),
        ("numerator: {sum: record.value, item: [rating.low]}\nbetter: less\n", "R-RATING"),
    ],
)
def test_check_names_rule_document_and_article(write_pack: WritePack, text: str, code: str) -> None:
    findings = check_numbers(write_pack(indicator=text))

    assert [finding.code for finding in findings] == [code]
    assert findings[0].document
    assert findings[0].article


@pytest.mark.parametrize(
    "text",
    [
        "numerator: {count: case.closed, item: [complaint]}\n",
        "numerator: {sum: record.value, item: [complaint.days]}\nbetter: less\n",
        "numerator: {last: record.value, item: [members.full]}\n",
        "numerator: {sum: record.value, item: [rating.sum]}\ndenominator: {sum: record.value, item: [rating.asked]}\n",
    ],
)
def test_check_lets_pass_what_is_fair(write_pack: WritePack, text: str) -> None:
    assert check_numbers(write_pack(indicator=text)) == []


def test_check_refuses_a_line_that_punishes_complaints(write_pack: WritePack) -> None:
    pack = write_pack(
        indicator="numerator: {count: case.closed, item: [complaint]}\n",
        scorecard="lines:\n  - {indicator: on_time, points: 10, rule: {deduct: {each: 1}}}\n",
    )

    assert [(finding.line, finding.code) for finding in check_numbers(pack)] == [(2, "R-COMPLAINT")]


def test_check_prints_one_line_a_finding_and_exits_with_1(
    write_pack: WritePack, capsys: pytest.CaptureFixture[str]
) -> None:
    pack = write_pack(indicator=INDICATOR + "colour: red\n")

    code = main(["check", str(pack)])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        f"{pack}/indicator/on_time.yaml:3: extra_forbidden colour: there is no such key here"
    )


def test_check_exits_with_0_and_says_nothing_about_a_clean_pack(
    write_pack: WritePack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(write_pack())]) == 0
    assert capsys.readouterr().out == ""


def test_check_exits_with_2_when_something_cannot_be_read(write_pack: WritePack, tmp_path) -> None:
    pack = write_pack()
    (pack / "indicator" / "latin.yaml").write_bytes(b"title: \xff\n")

    assert main(["check", str(tmp_path / "nowhere")]) == 2
    assert main(["check", str(pack)]) == 2


def test_check_speaks_json(write_pack: WritePack, capsys: pytest.CaptureFixture[str]) -> None:
    pack = write_pack(indicator="numerator: {count: record.value, item: [app.login]}\n")

    assert main(["check", str(pack), "--json"]) == 1

    findings = json.loads(capsys.readouterr().out)
    assert [(finding["code"], finding["line"]) for finding in findings] == [("R-BAN-3", 1)]
    assert findings[0]["document"].startswith("政务移动互联网应用程序规范化管理办法")


def test_a_pack_that_extends_reads_both_and_its_own_first(write_pack: WritePack, tmp_path) -> None:
    child = tmp_path / "child"
    (child / "indicator").mkdir(parents=True)
    (child / "pack.yaml").write_text('version: "1.10"\nextends: pack\ntitle: 县\n', encoding="utf-8")
    (child / "indicator" / "on_time.yaml").write_text("numerator: {count: meeting.held, colour: 1}\n")
    write_pack()

    assert [(fault.file, fault.code) for fault in check_numbers(child)] == [
        (f"{child}/indicator/on_time.yaml", "extra_forbidden")
    ]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHIPPED.glob("*/pack.yaml")))
def test_a_pack_has_the_same_hash_here_and_in_the_site(name: str) -> None:
    files, _ = pack_files(SHIPPED / name)
    composed, faults = compose_pack(name, files)

    assert composed is not None, faults
    assert read_pack(SHIPPED / name)[0].hash == composed.hash


@pytest.mark.parametrize(("parent", "codes"), [("base", []), ("bsae", ["extends"])])
def test_a_pack_may_stand_on_one_that_comes_with_the_product(
    write_pack: WritePack, parent: str, codes: list[str]
) -> None:
    pack = write_pack(more={"pack.yaml": f"title: 县\nextends: {parent}\n"})

    _, faults = read_pack(pack)

    assert [fault.code for fault in faults] == codes


TWO = {
    "sixth/pack.yaml": 'title: 六\nversion: "1.0"\n',
    "sixth/indicator/on_time.yaml": "title: 按期\nnumerator: {sum: task.on_time}\ndenominator: {sum: task.due}\n",
    "two/pack.yaml": 'title: 二\nversion: "1.0"\nextends: sixth\n',
    "two/indicator/on_time.yaml": "title: 按期\nnumerator: {sum: task.on_time}\n",
}


def test_two_packs_that_define_one_code_differently_are_refused_unless_one_says_so() -> None:
    _, faults = compose_pack("two", TWO)
    meant = TWO | {"two/pack.yaml": TWO["two/pack.yaml"] + "replaces: [indicator/on_time]\n"}
    pack, none = compose_pack("two", meant)

    assert [(fault.file, fault.line, fault.code) for fault in faults] == [
        ("two/indicator/on_time.yaml", 1, "twice")
    ]
    assert "sixth/indicator/on_time.yaml" in faults[0].message
    assert pack is not None
    assert none == []
    assert compose_pack("two", TWO, checked=False)[0] is not None  # what was taken in before stays readable


def test_what_a_pack_says_to_replace_and_does_not_is_told_with_its_line() -> None:
    said = TWO["two/pack.yaml"] + "replaces:\n  - indicator/on_time\n  - indicator/gone\n"

    _, faults = compose_pack("two", TWO | {"two/pack.yaml": said})

    assert [(fault.file, fault.line, fault.code) for fault in faults] == [("two/pack.yaml", 6, "replaces")]
