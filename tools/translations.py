"""Keep the translations complete: find every sentence of the product, add it, compile it.

``python tools/translations.py`` adds new sentences to the Simplified Chinese catalogue,
derives the Traditional Chinese one (OpenCC), compiles both, and lists what is still
to be translated (exit 1). ``--missing`` only lists; ``--set "Sentence=译文"`` (as often
as needed) fills in, ``--fill FILE`` does so from lines ``Sentence<tab>译文``; ``--prune`` drops what is not used any more; ``--check`` writes
nothing. After a merge conflict: keep both sides of the .po file, take either .mo,
run this again.

What counts as a sentence: gettext and its relatives, ``msgid`` and ``say``; the first
argument of refusals; their ``faults``; the first line of an operation's docstring; the ValueErrors of core/fields.py; whole sentences in rules
and operations, however they are handed on; titles given
to ``add_menu``, ``add_section``, ``Column`` and their like; and in templates
``translate``, ``blocktranslate``, ``_("…")`` and English words given to components.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from opencc import OpenCC

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gangmu"
LOCALE = PACKAGE / "frame" / "locale"

PLAIN_CALLS = {
    "_": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "translate": 0,
    "say": 0,
    "msgid": 0,
    "worded": 0,
    "add_menu": 1,
    "add_tab": 1,
    "add_section": 1,
    "Column": 1,
    "Status": 0,
    "Tab": 0,
    "Step": 0,
    "Heat": 0,
    "Refusal": 0,
    "NotSignedIn": 0,
    "NotAllowed": 0,
    "NotFound": 0,
    "Conflict": 0,
    "Invalid": 0,
    "AgainstFormalism": 0,
}
OPERATIONS = {"operation", "ballot"}
PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
TITLED_KEYWORDS = {
    "title",
    "empty_title",
    "empty_advice",
    "unit",
    "group",
    "advice",
    "note",
    "corner",
    "caption",
}
TITLED_CALLS = {"Column", "Table", "Tab", "Step", "Heat", "TimelineEvent", "Chart", "add_menu", "add_section"}
WHOLE_SENTENCE = re.compile(r"[A-Z][a-z]*(?: [^ ]+){2,}\.")
VALUE_ERRORS_ARE_SHOWN = {"gangmu/core/fields.py", "gangmu/kernel/people/rules.py"}
NOT_WORDS = {"yuan", "wan", "table"}
COMPONENTS = "button|checkbox|select|plain_input|status|figure_card|empty|note|loading|panel|dialog|tabs|tree|masked|sparkline|text"

TEMPLATE_TRANSLATE = re.compile(r"""{%-?\s*trans(?:late)?\s+(?:"([^"]+)"|'([^']+)')""")
TEMPLATE_UNDERSCORE = re.compile(r"""[=|:\s]_\((?:"([^"]+)"|'([^']+)')\)""")
TEMPLATE_BLOCK = re.compile(
    r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktrans(?:late)?\s*%}",
    re.DOTALL,
)
TEMPLATE_COMPONENT = re.compile(rf"""{{%\s*(?:{COMPONENTS})\s([^%]*)%}}""")
QUOTED = re.compile(r'(?<!:)"([A-Z(][^"]*)"')
TEMPLATE_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?{%\s*endcomment\s*%}", re.DOTALL)


@dataclass(frozen=True)
class Sentence:
    """One sentence of the product, with its plural if it has one."""

    one: str
    many: str = ""


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        if function.attr == "of" and isinstance(owner, ast.Name):
            return owner.id
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _words(node: ast.expr | None) -> Iterator[str]:
    """Return the sentences of an expression: a string, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_words(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)


def _is_words(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]", text))


def refusals(trees: dict[Path, ast.Module]) -> set[str]:
    """Return the names of all refusals, those that rooms add included."""
    known = {"Refusal"}
    classes = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):
        for node in classes:
            if any(isinstance(base, ast.Name) and base.id in known for base in node.bases):
                known.add(node.name)
    return known


def python_sentences(path: str, tree: ast.Module, refusal_names: set[str]) -> Iterator[Sentence]:
    """Return the sentences of one module."""
    yield from map(Sentence, _said_by_rules(path, tree))
    for node in ast.walk(tree):
        yield from map(Sentence, _declared_words(node))
        yield from map(Sentence, _purpose(node))
        if not isinstance(node, ast.Call):
            continue
        name = _name(node)
        if name in PLURAL_CALLS and len(node.args) >= 2:
            for one in _words(node.args[0]):
                for many in _words(node.args[1]):
                    yield Sentence(one, many)
            continue
        yield from map(Sentence, _first_words(path, node, name, refusal_names))
        yield from map(Sentence, _keyword_words(node, name))


def _said_by_rules(path: str, tree: ast.Module) -> Iterator[str]:
    """Return whole sentences that rules and operations hold: what they refuse, however it is handed on."""
    if not re.search(r"/(rules|operations)(/|\.py)", path):
        return
    passed_over = {id(each) for node in ast.walk(tree) for each in _no_sentences(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in passed_over else None
        if isinstance(text, str) and WHOLE_SENTENCE.fullmatch(text):
            yield text


def _no_sentences(node: ast.AST) -> Iterator[ast.AST]:
    """Return what is written for whoever reads the source: docstrings, pieces of others, errors of programs."""
    if isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Call) and _name(node).endswith("Error"):
        yield from ast.walk(node)


def _first_words(path: str, node: ast.Call, name: str, refusal_names: set[str]) -> Iterator[str]:
    at = 0 if name in refusal_names else PLAIN_CALLS.get(name)
    if name == "ValueError" and path in VALUE_ERRORS_ARE_SHOWN:
        for words in _words(node.args[0] if node.args else None):
            if words[0].isupper():
                yield words
    elif at is not None and len(node.args) > at:
        yield from _words(node.args[at])


def _declared_words(node: ast.AST) -> Iterator[str]:
    """Return defaults of what is annotated as ``Words``, and faults put beside a field."""
    if isinstance(node, ast.AnnAssign) and _annotated_words(node.annotation):
        yield from _words(node.value)
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        with_default = positional[len(positional) - len(node.defaults) :]
        pairs = [
            *zip(with_default, node.defaults, strict=True),
            *zip(node.kwonlyargs, node.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if _annotated_words(argument.annotation):
                yield from _words(default)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            beside = target.value if isinstance(target, ast.Subscript) else None
            if isinstance(beside, ast.Name) and beside.id == "faults":
                yield from _words(node.value)


def _purpose(node: ast.AST) -> Iterator[str]:
    """Return what an operation brings about, as the log tells it."""
    if isinstance(node, ast.FunctionDef):
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and _name(mark) in OPERATIONS:
                yield (ast.get_docstring(node) or "").split("\n", 1)[0]


def _annotated_words(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id == "Words"


def _keyword_words(node: ast.Call, name: str) -> Iterator[str]:
    for keyword in node.keywords:
        if keyword.arg == "faults" and isinstance(keyword.value, ast.Dict):
            for value in keyword.value.values:
                yield from _words(value)
        elif name in TITLED_CALLS and keyword.arg in TITLED_KEYWORDS:
            yield from (words for words in _words(keyword.value) if words not in NOT_WORDS)


def template_sentences(source: str) -> Iterator[Sentence]:
    """Return the sentences of one template."""
    source = TEMPLATE_COMMENT.sub("", source)
    for pattern in (TEMPLATE_TRANSLATE, TEMPLATE_UNDERSCORE):
        for found in pattern.finditer(source):
            yield Sentence(found.group(1) or found.group(2))
    for found in TEMPLATE_BLOCK.finditer(source):
        trimmed = "trimmed" in found.group(1)
        yield Sentence(_block(found.group(2), trimmed), _block(found.group(3) or "", trimmed))
    for found in TEMPLATE_COMPONENT.finditer(source):
        yield from (Sentence(words) for words in QUOTED.findall(found.group(1)) if _is_words(words))


def _block(text: str, trimmed: bool) -> str:
    if trimmed:
        text = " ".join(line.strip() for line in text.strip().splitlines())
    return re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", text)


def sentences() -> dict[str, Sentence]:
    """Return every sentence of the product."""
    files = [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}
    names = refusals(trees)
    found: dict[str, Sentence] = {}
    for path, tree in trees.items():
        for sentence in python_sentences(path.relative_to(ROOT).as_posix(), tree, names):
            found[sentence.one] = _fuller(found.get(sentence.one), sentence)
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.is_file() and path.suffix in {".html", ".txt"}:
            for sentence in template_sentences(path.read_text(encoding="utf-8")):
                found[sentence.one] = _fuller(found.get(sentence.one), sentence)
    return found


def _fuller(before: Sentence | None, now: Sentence) -> Sentence:
    return before if before is not None and before.many else now


def po_path(language: str) -> Path:
    """Return where the catalogue of a language stands."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> polib.POFile:
    """Return a catalogue, or an empty one."""
    path = po_path(language)
    book = polib.pofile(str(path)) if path.exists() else polib.POFile()
    book.wrapwidth = 10_000
    book.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return book


def by_sentence(book: polib.POFile) -> dict[str, polib.POEntry]:
    """Return the entries of a catalogue; of two for one sentence the translated one."""
    found: dict[str, polib.POEntry] = {}
    for entry in book:
        if entry.msgid not in found or not translation(found[entry.msgid]):
            found[entry.msgid] = entry
    return found


def translation(entry: polib.POEntry) -> str:
    """Return what an entry says; Chinese has one form for any number."""
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def entry_of(sentence: Sentence, words: str) -> polib.POEntry:
    """Return a catalogue entry."""
    flags = ["python-format"] if "%(" in sentence.one else []
    if sentence.many:
        return polib.POEntry(
            msgid=sentence.one, msgid_plural=sentence.many, msgstr_plural={0: words}, flags=flags
        )
    return polib.POEntry(msgid=sentence.one, msgstr=words, flags=flags)


def filled(sentence: Sentence, words: str) -> list[str]:
    """Return the places of a sentence that its translation lacks or invents."""
    places = re.compile(r"%\((\w+)\)")
    asked = set(places.findall(sentence.one)) | set(places.findall(sentence.many))
    return sorted(asked ^ set(places.findall(words)))


def write(entries: list[polib.POEntry], language: str) -> None:
    """Write a catalogue and its compiled form, sorted so that merges are small."""
    book = read_catalogue(language)
    book.clear()
    book.extend(sorted(entries, key=lambda entry: entry.msgid))
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    book.save_as_mofile(str(path.with_suffix(".mo")))


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--missing", action="store_true", help="list what has no translation; write nothing")
    parser.add_argument("--check", action="store_true", help="like --missing")
    parser.add_argument("--prune", action="store_true", help="drop sentences that nothing uses")
    parser.add_argument("--set", action="append", default=[], metavar="SENTENCE=译文")
    parser.add_argument("--fill", type=Path, metavar="FILE", help="a line each: sentence, tab, translation")
    return parser.parse_args()


def main() -> int:
    """Bring the catalogues up to date; return 1 if anything is still to be translated."""
    asked = arguments()
    used = sentences()
    known = by_sentence(read_catalogue("zh_Hans"))
    words = {one: translation(entry) for one, entry in known.items()}
    pairs = [*asked.set, *(line.replace("\t", "=", 1) for line in _lines(asked.fill))]
    given = dict(_pair(pair, used) for pair in pairs)
    words.update(given)
    kept = {} if asked.prune else {one: Sentence(one, known[one].msgid_plural) for one in known}
    chosen = {**kept, **used}
    if not (asked.missing or asked.check):
        hans = [entry_of(sentence, words.get(one, "")) for one, sentence in chosen.items()]
        converter = OpenCC("s2t")
        hant = [entry_of(sentence, converter.convert(words.get(one, ""))) for one, sentence in chosen.items()]
        write(hans, "zh_Hans")
        write(hant, "zh_Hant")
    missing = [one for one in used if not words.get(one)]
    wrong = [one for one, sentence in used.items() if words.get(one) and filled(sentence, words[one])]
    for one in missing:
        print(f"no translation: {one}")
    for one in wrong:
        print(f"places differ: {one} = {words[one]}")
    return 1 if missing or wrong else 0


def _lines(path: Path | None) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path else []


def _pair(given: str, used: dict[str, Sentence]) -> tuple[str, str]:
    """Return a sentence and its translation; an equals sign may stand in either."""
    for at, mark in enumerate(given):
        if mark == "=" and given[:at] in used:
            return given[:at], given[at + 1 :]
    sys.exit(f"nothing says: {given.partition('=')[0]}")


if __name__ == "__main__":
    sys.exit(main())
