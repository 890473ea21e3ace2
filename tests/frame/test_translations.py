"""Every sentence of the product stands in Simplified and in Traditional Chinese."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_Hans", "zh_Hant")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    specification = importlib.util.spec_from_file_location("translations", ROOT / "tools" / "translations.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["translations"] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_left_in_english(tool: ModuleType, language: str):
    known = tool.by_sentence(tool.read_catalogue(language))

    left = sorted(one for one in tool.sentences() if one not in known or not tool.translation(known[one]))

    assert left == [], "run: python tools/translations.py --set 'Sentence=译文'"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_of_its_sentence(tool: ModuleType, language: str):
    known = tool.by_sentence(tool.read_catalogue(language))

    wrong = {one: tool.filled(s, tool.translation(known[one])) for one, s in tool.sentences().items()}

    assert {one: places for one, places in wrong.items() if places} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(tool: ModuleType, language: str):
    path = tool.po_path(language)
    written = {entry.msgid: tool.translation(entry) for entry in polib.pofile(str(path))}

    compiled = {entry.msgid: tool.translation(entry) for entry in polib.mofile(str(path.with_suffix(".mo")))}

    assert compiled == {one: words for one, words in written.items() if words}


def test_traditional_chinese_is_derived(tool: ModuleType):
    known = tool.by_sentence(tool.read_catalogue("zh_Hant"))

    assert tool.translation(known["Organizations"]) == "組織"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% translate 'Print' %}", ["Print"]),
        ("{% blocktranslate with title=a.b %}Below {{ title }}{% endblocktranslate %}", ["Below %(title)s"]),
        ('{% button "Send" "primary" icon="send" confirm="Send it now?" %}', ["Send", "Send it now?"]),
        ('{{ day|date:"Y-m-d" }}{% text a.title %}', []),
    ],
)
def test_templates_are_read(tool: ModuleType, source: str, expected: list[str]):
    assert [sentence.one for sentence in tool.template_sentences(source)] == expected
