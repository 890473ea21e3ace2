"""What a pack may say about records: their fields, and which of them are counted."""

from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.fields import Choice, FieldSpec
from gangmu.core.text import Text

NUMERIC = ("number", "money")


class FieldKind(Definition):
    """A field of the dictionary: something about an organization that is asked for once.

    ``owner`` is the department that answers for it, ``source`` where it is taken from.
    ``valid`` is how many months a value may be relied on; 0 is until it changes. Whoever asks
    with ``of`` and the code of this field shares one value, and is offered what is known.
    """

    type: Literal["text", "long_text", "number", "money", "date", "choice"] = "number"
    unit: Text | None = None
    choices: tuple[Choice, ...] = ()
    whole: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int = Field(default=2000, ge=1, le=5000)
    owner: Text
    source: Text | None = None
    valid: int = Field(default=12, ge=0, le=240)
    help: Text | None = None

    @model_validator(mode="after")
    def _sound(self) -> "FieldKind":
        self.spec()
        return self

    def spec(self) -> FieldSpec:
        """Return the field as a form or a sheet asks for it."""
        return FieldSpec(
            code=self.code,
            title=self.title,
            type=self.type,
            unit=self.unit,
            choices=self.choices,
            whole=self.whole,
            minimum=self.minimum,
            maximum=self.maximum,
            max_length=self.max_length,
            help=self.help,
            of=self.code,
        )


class RecordKind(Definition):
    """A kind of record: what is written down once and read by all who need it.

    ``entry`` says what one record is: an ``event`` happens on a day and may happen often;
    a ``report`` stands for a whole period; a ``stock`` is how much there is on a day, and
    the newest one stands until the next. ``day_field`` names the field of a date in which
    an event or a stock tells its day. ``facts`` names the fields of numbers that are
    counted; an event with ``counts_as`` is itself counted once. What stands of an ``open`` kind
    may be read by everybody of the place, to learn from it: it asks for no person and no file.
    """

    entry: Literal["event", "report", "stock"] = "event"
    every: Literal["month", "quarter", "half", "year"] = "month"
    day_field: str = ""
    fields: tuple[FieldSpec, ...] = Field(min_length=1)
    facts: tuple[str, ...] = ()
    counts_as: Literal["", "meeting.held"] = ""
    open: bool = False
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
        shared = [spec.of for spec in self.fields if spec.of]
        if len(set(shared)) != len(shared):
            raise ValueError("two fields ask for one field of the dictionary")
        return self

    @property
    def shared(self) -> dict[str, str]:
        """The fields that ask for one of the dictionary: its code there by its code here."""
        return {spec.code: spec.of for spec in self.fields if spec.of}

    @property
    def staying(self) -> tuple[str, ...]:
        """The fields that are offered as they were said last."""
        return tuple(spec.code for spec in self.fields if spec.stays)

    def field(self, code: str) -> FieldSpec:
        """Return one of the fields."""
        return next(spec for spec in self.fields if spec.code == code)
