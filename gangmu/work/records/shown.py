"""What is known, in the shape in which programs get it; rooms above show values with the same."""

from datetime import date, datetime
from typing import Any

from ninja import Schema


class KnownOut(Schema):
    """One value that is known: about which day, from where, who answers for it, who entered it."""

    field: str
    value: Any = None
    day: date
    way: str
    source: str
    owner: str
    record_id: int | None
    entered_by_id: int
    entered_at: datetime
