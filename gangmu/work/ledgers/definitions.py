"""What a pack may say about ledgers: whose rows, which columns, entered at which level."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.text import Text


class LedgerKind(Definition):
    """A standing ledger (台账): a view of what is known, with a row for each organization of a level.

    ``record`` is the kind of record that a row is written down with, and ``columns`` those of
    its fields that are shown, all of the dictionary; left out, all that are. Organizations of
    ``level`` and, if given, of these ``kinds`` and ``domains`` have a row; every level above
    sees their sums and their rows. ``headings`` says what else a column of a sheet may be
    headed, by field.
    """

    record: str
    level: Literal["nation", "province", "prefecture", "county", "township", "village", "group"]
    kinds: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    headings: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    follows: str = ""
    help: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "LedgerKind":
        if len(set(self.columns)) != len(self.columns):
            raise ValueError("a column stands twice")
        if self.columns and self.headings.keys() - set(self.columns):
            raise ValueError("headings are given for what is no column")
        return self
