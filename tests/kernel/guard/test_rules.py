import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

import gangmu
from gangmu.kernel.guard.rules import (
    AgainstFormalism,
    all_rules,
    check_definition,
    check_text,
    refuse,
    rule_of,
)
from gangmu.results.indicators.guard import bans
from gangmu.site.commands.check import findings

EXAMPLES: dict[str, dict[str, list[dict[str, Any]]]] = yaml.safe_load(
    (Path(gangmu.__file__).parent / "kernel/guard/examples.yaml").read_text(encoding="utf-8")
)
PACKS = Path(gangmu.__file__).parent / "packs"
WHAT = ("breach", "near_miss", "honest")


def _found(example: dict[str, Any], folder: Path) -> set[str]:
    """Return the codes of all rules that an example touches."""
    if "text" in example:
        return {finding.rule.code for finding in check_text(example["text"])}
    if "letters" in example:
        return {finding.rule.code for finding in check_text("字" * example["letters"], measured=True)}
    if "pack" in example:
        place = folder / "place"
        shutil.copytree(PACKS / "base", folder / "base", dirs_exist_ok=True)
        (place).mkdir()
        (place / "pack.yaml").write_text('title: 某县\nversion: "1.0"\nextends: base\n', encoding="utf-8")
        for name, text in example["pack"].items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        return {fault.code for fault in findings(place)}
    faults = check_definition(example["kind"], example["definition"], "x.yaml", len)
    return {fault.code for fault in faults}


def _cases(*what: str) -> list[Any]:
    return [
        pytest.param(code, example, id=f"{code}-{each}-{number}")
        for code, kinds in EXAMPLES.items()
        for each in what
        for number, example in enumerate(kinds[each])
    ]


def test_every_rule_has_a_breach_a_near_miss_and_an_honest_use():
    assert set(EXAMPLES) == {rule.code for rule in all_rules()}
    assert [code for code, kinds in EXAMPLES.items() if not all(kinds.get(each) for each in WHAT)] == []


@pytest.mark.parametrize(("code", "example"), _cases("breach"))
def test_a_breach_is_found_with_its_paper(code: str, example: dict[str, Any], tmp_path: Path) -> None:
    assert code in _found(example, tmp_path)
    assert rule_of(code).document
    assert rule_of(code).article


@pytest.mark.parametrize(("code", "example"), _cases("near_miss", "honest"))
def test_a_near_miss_and_an_honest_use_pass(code: str, example: dict[str, Any], tmp_path: Path) -> None:
    assert code not in _found(example, tmp_path)


@pytest.mark.parametrize("code", sorted({ban.code for ban in bans()}))
def test_what_may_not_be_measured_stands_on_the_same_paper_everywhere(code: str) -> None:
    told = {(ban.document, ban.article) for ban in bans() if ban.code == code}

    assert told == {(rule_of(code).document, rule_of(code).article)}


@pytest.mark.parametrize(
    "pack", sorted(path.name for path in PACKS.iterdir() if (path / "pack.yaml").exists())
)
def test_our_own_packs_ask_for_nothing_that_is_forbidden(pack: str) -> None:
    assert findings(PACKS / pack) == []


def test_what_is_only_doubtful_passes_when_somebody_goes_on_knowingly() -> None:
    doubtful = check_text("收到请回复")

    with pytest.raises(AgainstFormalism) as refusal:
        refuse(doubtful, field="text", knowingly=False)
    refuse(doubtful, field="text", knowingly=True)

    assert refusal.value.may_go_on
    assert set(refusal.value.faults) == {"text", "knowingly"}


def test_what_is_forbidden_is_refused_also_knowingly() -> None:
    with pytest.raises(AgainstFormalism) as refusal:
        refuse(check_text("每天打卡"), field="text", knowingly=True)

    assert not refusal.value.may_go_on
    assert "R-BAN-2" in refusal.value.faults["text"]
    assert rule_of("R-BAN-2").article in refusal.value.faults["text"]


def test_a_long_text_is_read_at_once() -> None:
    text = "各支部按计划开展主题党日，党员自愿参加，不得要求打卡。" * 170
    check_text("")
    began = time.process_time()

    assert check_text(text) == []
    assert time.process_time() - began < 10  # a pattern that goes back and forth would take hours
