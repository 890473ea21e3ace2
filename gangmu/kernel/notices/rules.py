"""What a notice may hold, how long it may be, and until when an objection is answered."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, model_serializer

from gangmu.core.calendar import Calendar
from gangmu.core.definition import Definition, Fault
from gangmu.core.errors import Invalid
from gangmu.core.papers import Follows, article_key, named_articles
from gangmu.core.text import Text
from gangmu.kernel.guard.rules import rule_of
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.packs.rules import Pack

MOST_CHARACTERS = rule_of("R-DOC-LENGTH").most_characters
"""A document has at most so many (整治形式主义为基层减负若干规定); more needs a reason."""

ADVISED_CHARACTERS = rule_of("R-DOC-LENGTH").advised_characters
MOST_ROWS = 5000
MOST_CHECKED = 10_000
MOST_COLUMNS = 30
ANSWER_WITHIN = 5
"""Working days for the answer to an objection, unless the notice says otherwise."""

LONGEST_OBJECTION = 2000


class Body(BaseModel):
    """What a notice says: plain paragraphs, and a table whose first row is its head.

    The log keeps its digest and its size, not the whole of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    paragraphs: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def characters(self) -> int:
        """How many characters people have to read in the text; a table is looked up, not read."""
        return sum(len("".join(paragraph.split())) for paragraph in self.paragraphs)

    @property
    def table_text(self) -> str:
        """What its table says, a line for each different wording: people read it as they read the text.

        Figures and what stands far down among thousands of names are not looked at.
        """
        cells = dict.fromkeys(cell for row in (self.head, *self.rows) for cell in row)
        said = "\n".join(cell for cell in cells if not cell.replace(".", "").replace("%", "").isdecimal())
        return said[:MOST_CHECKED]

    @model_serializer
    def _for_the_log(self) -> dict[str, Any]:
        return {"sha256": self.digest, "characters": self.characters, "rows": len(self.rows)}

    @property
    def digest(self) -> str:
        """The SHA-256 over all that it says."""
        said = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Return it as it is frozen."""
        return {
            "paragraphs": list(self.paragraphs),
            "head": list(self.head),
            "rows": [list(row) for row in self.rows],
        }


class Term(BaseModel):
    """From when to when a notice is up, and until when it may be objected to.

    Without a first day it begins when it is published; without a last it stays.
    ``answer_within`` are the working days for the answer to an objection.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date | None = None
    last: date | None = None
    objections_until: date | None = None
    answer_within: int = ANSWER_WITHIN


def body_of(frozen: Mapping[str, Any]) -> Body:
    """Return what was frozen."""
    rows = tuple(tuple(row) for row in frozen.get("rows", ()))
    return Body(paragraphs=tuple(frozen.get("paragraphs", ())), head=tuple(frozen.get("head", ())), rows=rows)


def body_from_text(text: str) -> Body:
    """Return typed text as paragraphs; lines with bars or tabs become the table, head first."""
    paragraphs: list[str] = []
    rows: list[tuple[str, ...]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if "\t" in line or "|" in line:
            cells = line.strip().strip("|").replace("\t", "|").split("|")
            rows.append(tuple(cell.strip() for cell in cells))
        elif line.strip():
            paragraphs.append(line.strip())
    return Body(paragraphs=tuple(paragraphs), head=rows[0] if rows else (), rows=tuple(rows[1:]))


def body_faults(body: Body) -> dict[str, str]:
    """Return what is wrong with a body, by field."""
    if not body.paragraphs and not body.rows:
        return {"text": "This must be filled in."}
    if len(body.head) > MOST_COLUMNS or len(body.rows) > MOST_ROWS:
        return {"text": "The table is too large for a notice."}
    if any(len(row) != len(body.head) for row in body.rows):
        return {"text": "Every row of the table has as many cells as its head."}
    return {}


def length_warning(characters: int) -> str:
    """Return what is to be said about a length, or nothing."""
    if characters > MOST_CHARACTERS:
        return (
            "The text has more than 5000 characters; a document has no more (整治形式主义为基层减负若干规定)."
        )
    if characters > ADVISED_CHARACTERS:
        return "The text has more than 4000 characters; special reports have no more (整治形式主义为基层减负若干规定)."
    return ""


def refuse_length(characters: int, reason: str) -> None:
    """Refuse a text that is too long unless a reason stands beside it."""
    if characters > MOST_CHARACTERS and not reason.strip():
        raise Invalid(
            "Some fields need attention.",
            faults={"text": length_warning(characters), "length_reason": "This must be filled in."},
        )


def answer_due_on(day: date, workdays: int, calendar: Calendar) -> date:
    """Return the last working day on which an objection received on a day is answered in time."""
    return calendar.add_workdays(day, workdays)


def article_faults(articles: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what is wrong with the articles of a document, by field."""
    codes = [article.get("code", "").strip() for article in articles]
    if any(not code or any(mark in code for mark in " #/\t\n") or len(code) > 20 for code in codes):
        return {"articles": "Every article has a number without spaces."}
    if len(set(codes)) != len(codes):
        return {"articles": "An article stands twice."}
    return {}


def articles_from_text(text: str) -> list[dict[str, str]]:
    """Return typed articles: a line ``# number title`` begins one, what follows is its text."""
    articles: list[dict[str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith("#"):
            code, _, title = line.lstrip("# \u3000").partition(" ")
            articles.append({"code": code.strip(), "title": title.strip(), "text": ""})
        elif line.strip() and articles:
            articles[-1]["text"] = (articles[-1]["text"] + "\n" + line.strip()).strip()
        elif line.strip():
            articles.append({"code": "", "title": "", "text": line.strip()})
    return articles


# What a pack follows


def paper_of(definition: Definition) -> Follows | None:
    """Return the paper that a definition follows; one that is written in a line has its article after a space."""
    follows = getattr(definition, "follows", None)
    if isinstance(follows, str) and follows:
        document, _, article = follows.partition(" ")
        return Follows(document=document, article=article)
    return follows if isinstance(follows, Follows) else None


def document_named(pack: Pack, name: str) -> DocumentKind | None:
    """Return the pack's document that a definition names: by its code or by its title."""
    return pack.find(DocumentKind, name) or next(
        (each for each in pack.all(DocumentKind) if each.title.zh_hans == name), None
    )


KIND_TITLES: dict[str, Text | str] = {}


def name_kinds(titles: Mapping[str, Text | str]) -> None:
    """Say what kinds of definitions are called, so that a document names what follows it in words."""
    KIND_TITLES.update(titles)


@dataclass(frozen=True)
class Follower:
    """One definition that follows a document, and which of its articles: none means all of it."""

    kind: str
    definition: Definition
    articles: tuple[str, ...]


def followers_of(pack: Pack, document: str) -> list[Follower]:
    """Return the definitions of a pack that follow a document, by kind and code."""
    named = pack.find(DocumentKind, document)
    names = {document, named.title.zh_hans} if named is not None else {document}
    found = []
    for kind, held in sorted(pack.definitions.items()):
        for _, placed in sorted(held.items()):
            paper = paper_of(placed.definition)
            if paper is not None and paper.document in names:
                found.append(Follower(kind, placed.definition, named_articles(paper.article)))
    return found


def paper_faults(pack: Pack) -> list[Fault]:
    """Return which definitions of a pack name an article that their document does not have."""
    faults = []
    for kind, held in pack.definitions.items():
        for code, placed in held.items():
            paper = paper_of(placed.definition)
            document = document_named(pack, paper.document) if paper is not None else None
            if paper is None or document is None or not document.articles:
                continue
            known = {article_key(each.code) for each in document.articles}
            faults += [
                Fault(
                    placed.file,
                    pack.line_of(kind, code, "follows"),
                    "reference",
                    f"{document.title} has no article {article}",
                )
                for article in named_articles(paper.article)
                if article not in known
            ]
    return faults
