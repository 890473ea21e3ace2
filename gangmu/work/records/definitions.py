"""What a pack may say about records: their fields, and which of them are counted."""

from typing import Literal

from pydantic import Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.fields import FieldSpec
from gangmu.core.text import Text

NUMERIC = ("number", "money")


class RecordKind(Definition):
    """A kind of record: what is written down once and read by all who need it.

    ``entry`` says what one record is: an ``event`` happens on a day and may happen often;
    a ``report`` stands for a whole period; a ``stock`` is how much there is on a day, and
    the newest one stands until the next. ``day_field`` names the field of a date in which
    an event or a stock tells its day. ``facts`` names the fields of numbers that are
    counted; an event with ``counts_as`` is itself counted once.
    """

    entry: Literal["event", "report", "stock"] = "event"
    every: Literal["month", "quarter", "half", "year"] = "month"
    day_field: str = ""
    fields: tuple[FieldSpec, ...] = Field(min_length=1)
    facts: tuple[str, ...] = ()
    counts_as: Literal["", "meeting.held"] = ""
    help: Text | None = None
    follows: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> "RecordKind":
        by_code = {spec.code: spec for spec in self.fields}
        if len(by_code) != len(self.fields):
            raise ValueError("two fields have one code")
        for code in self.facts:
            if code not in by_code or by_code[code].type not in NUMERIC:
                raise ValueError(f"{code} is no field of a number or of money, so it cannot be counted")
        if self.day_field and (self.day_field not in by_code or by_code[self.day_field].type != "date"):
            raise ValueError(f"{self.day_field} is no field of a date")
        if self.entry == "report" and self.day_field:
            raise ValueError("a report stands for a period and tells no day")
        if self.day_field and not by_code[self.day_field].required:
            raise ValueError(f"{self.day_field} tells the day, so it is required")
        if self.counts_as and self.entry != "event":
            raise ValueError("only an event is counted once")
        return self

    def field(self, code: str) -> FieldSpec:
        """Return one of the fields."""
        return next(spec for spec in self.fields if spec.code == code)
