"""What a field of a form, a record or a table is: declared once, read by everything."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.errors import Invalid
from gangmu.core.text import Text

FieldType = Literal[
    "text", "long_text", "number", "money", "date", "choice", "organization", "person", "file"
]


class Choice(BaseModel):
    """One of the values a choice field may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text


class FieldSpec(BaseModel):
    """One field, from which validation, form, API schema, template and column come.

    ``money`` is in yuan with two decimals, ``number`` has at most four; ``date`` is a
    local day. A ``file`` is never required (handbook R-BAN-4). ``of`` names the field of the
    dictionary whose value is asked for: all who ask for one share what is known. What ``stays``
    seldom changes: the form offers what the organization said last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Text
    type: FieldType = "text"
    required: bool = False
    help: Text | None = None
    sample: Text | None = None
    unit: Text | None = None
    choices: tuple[Choice, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    whole: bool = False
    max_length: int = Field(default=2000, ge=1, le=5000)
    of: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    stays: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> "FieldSpec":
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices belong to a field of type choice, and such a field has some")
        if self.type == "file" and self.required:
            raise ValueError("a file is never required (R-BAN-4: 政务移动互联网应用程序规范化管理办法)")
        if len({choice.code for choice in self.choices}) != len(self.choices):
            raise ValueError("two choices have one code")
        if self.stays and (self.of or self.type == "file"):
            raise ValueError("what the dictionary knows is offered anyway, and a file is never offered again")
        return self

    def parse(self, raw: Any) -> Any:
        """Return the value as it is kept in JSON, or None when nothing was given.

        Raises ``ValueError`` with an English sentence that doors translate. Numbers and
        money come back as decimal strings, dates as ISO text, organizations, persons
        and files as ids.
        """
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if self.required:
                raise ValueError("This must be filled in.")
            return None
        match self.type:
            case "text" | "long_text":
                return self._parse_text(raw)
            case "number" | "money":
                return self._parse_decimal(raw)
            case "date":
                return self._parse_date(raw)
            case "choice":
                if str(raw) not in {choice.code for choice in self.choices}:
                    raise ValueError("This is not one of the choices.")
                return str(raw)
            case _:
                try:
                    return int(raw)
                except (TypeError, ValueError):
                    raise ValueError("This is not something that can be chosen.") from None

    def _parse_text(self, raw: Any) -> str:
        text = str(raw).strip()
        if "\x00" in text:
            raise ValueError("This holds characters that cannot be kept.")
        if len(text) > self.max_length:
            raise ValueError("This is too long.")
        return text

    def _parse_decimal(self, raw: Any) -> str:
        text = str(raw).strip().translate(_HALF_WIDTH).replace(",", "")
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError("This is not a number.") from None
        if not value.is_finite() or abs(value) >= Decimal(10) ** 14:
            raise ValueError("This is not a number.")
        places = 2 if self.type == "money" else 4
        if value != value.quantize(Decimal(1).scaleb(-places)):
            raise ValueError("This has too many decimal places.")
        if self.whole and value != value.to_integral_value():
            raise ValueError("This must be a whole number.")
        if self.minimum is not None and value < self.minimum:
            raise ValueError("This is below the least that is allowed.")
        if self.maximum is not None and value > self.maximum:
            raise ValueError("This is above the most that is allowed.")
        return format(value, "f")

    def _parse_date(self, raw: Any) -> str:
        if isinstance(raw, date):
            return raw.isoformat()[:10]
        text = str(raw).strip().translate(_HALF_WIDTH)
        for mark in ("年", "月", "/", "."):
            text = text.replace(mark, "-")
        parts = text.rstrip("日-").split("-")
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day).isoformat()
        except (TypeError, ValueError):
            raise ValueError("This is not a date.") from None


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．－，／", "0123456789.-,/")


def parse_fields(fields: tuple[FieldSpec, ...], raw: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a form, or refuse with every fault beside its field.

    Keys that no field has are refused: nothing is taken in silently.
    """
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for spec in fields:
        try:
            values[spec.code] = spec.parse(raw.get(spec.code))
        except ValueError as fault:
            faults[spec.code] = str(fault)
    for key in raw.keys() - {spec.code for spec in fields}:
        faults[key] = "There is no such field."
    if faults:
        raise Invalid("Some fields need attention.", faults=faults)
    return values
