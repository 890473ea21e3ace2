"""What a rule against formalism says, and how it recognizes a breach."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from gangmu.core.text import Text

Effect = Literal["block", "warn"]
Certainty = Literal["A", "B", "C", "D", "ours"]
LooksAt = Literal["definition", "text", "indicator", "use"]


class Wordings(BaseModel):
    """What a rule looks for in written text; each entry is a regular expression.

    ``block`` and ``warn`` are demands, which a refusal of the same thing is not;
    ``literal`` is forbidden as it stands, ``literal_warn`` doubtful as it stands. ``unless``
    are honest wordings around them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    block: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    literal_warn: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Features(BaseModel):
    """What a rule looks for in a definition: its fields, keys, rhythm, days and minutes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field_words: tuple[str, ...] = ()
    field_parts: tuple[str, ...] = ()
    required_words: tuple[str, ...] = ()
    required_parts: tuple[str, ...] = ()
    required_types: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    same_day: bool = False
    fewest_workdays: int = 0
    most_minutes: dict[str, int] = {}
    frequent_parts: tuple[str, ...] = ()
    frequent_every: tuple[str, ...] = ()
    approved_parts: tuple[str, ...] = ()
    approved_keys: tuple[str, ...] = ()


class GuardRule(BaseModel):
    """One rule: the paper it stands on, how sure that is, what it looks at, what follows.

    ``urgent``: emergencies are excepted; ``willing``: what is offered and not asked for is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: Text
    does: Text
    document: str
    article: str
    certainty: Certainty
    effective_from: date
    looks_at: tuple[LooksAt, ...]
    overridable: bool = True
    urgent: bool = False
    willing: bool = False
    text: Wordings = Wordings()
    definition: Features = Features()
    most_characters: int = 0
    advised_characters: int = 0

    @property
    def source(self) -> str:
        """The paper and its article, as they are cited."""
        return f"《{self.document}》{self.article}"


class Grammar(BaseModel):
    """How a refusal of a demand is told from the demand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    against: tuple[str, ...]
    reach: tuple[str, ...]
    bare: tuple[str, ...]
    punished: tuple[str, ...]
    turned: tuple[str, ...]
    frames: tuple[str, ...]
    demands: tuple[str, ...]
    after: tuple[str, ...]
    feigned: tuple[str, ...]
    willing: tuple[str, ...]
    urgent: tuple[str, ...]


class Example(BaseModel):
    """A text, a definition with its kind, the files of a pack, or a text of so many letters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    letters: int = 0
    kind: str = ""
    definition: dict[str, Any] = {}
    pack: dict[str, str] = {}


class Examples(BaseModel):
    """What breaks a rule, what nearly does, and what people honestly write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    breach: tuple[Example, ...]
    near_miss: tuple[Example, ...]
    honest: tuple[Example, ...]


class RuleBook(BaseModel):
    """All rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[GuardRule, ...]
