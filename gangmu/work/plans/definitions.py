"""What a pack may say about duties: who owes what, by which paper, when; and how it is accounted for."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from gangmu.core.asked import AskedOf
from gangmu.core.days import DayRule
from gangmu.core.definition import Definition
from gangmu.core.papers import Follows
from gangmu.core.text import Text

Share = Annotated[Decimal, Field(ge=0, le=1)]
Every = Literal["month", "quarter", "half", "year", "once"]


class DutyKind(Definition):
    """What is owed again and again: by whom, when, by which paper, answered with which record.

    ``answer`` is the kind of record that answers it: any record of that kind and period
    serves, whoever asked first. ``minutes`` is what the author thinks it takes. ``review``
    says who looks at an answer: the parent of who answered, the issuer, or nobody. A contest
    or quota names the paper that approved it and its last day; no order goes out after that.
    One that belongs to a ``campaign`` is issued while that runs, and its due day lies within it.
    ``remind`` are the working days before the due day on which a kind line begins to stand on the
    screen of the day; nought says nothing beforehand. ``carries`` says what becomes of a task that is open when its period closes: noted as missing
    (``never``), carried over once where the issuer says so (``issuer``), or always.
    """

    follows: Follows
    every: Every = "month"
    issue_on: DayRule = DayRule(first_workday_of="period")
    due_on: DayRule = DayRule(last_workday_of="period")
    asked_of: AskedOf
    answer: str
    minutes: int = Field(ge=1, le=2400)
    review: Literal["parent", "none", "issuer"] = "parent"
    carries: Literal["never", "issuer", "always"] = "issuer"
    approved_by: str = ""
    expires_on: date | None = None
    campaign: str = ""
    remind: int = Field(default=0, ge=0, le=10)
    help: Text | None = None
    sample: Text | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "DutyKind":
        if self.issue_on.workdays_after_issue is not None:
            raise ValueError("the day of issuing cannot be counted from itself")
        return self


class TaskRules(Definition):
    """The clocks of what may be said back to an order, in working days.

    An issuer answers a request for a later day within ``extension_answer``; silence then
    ``grants`` or ``refuses`` it, and no more than ``extension_most`` working days are given at
    once. A dispute is answered within ``dispute_answer``, else it goes to the arbiter, who
    decides within ``dispute_arbiter``.
    """

    extension_answer: int = Field(default=2, ge=1, le=10)
    extension_silence: Literal["grants", "refuses"] = "grants"
    extension_most: int = Field(default=22, ge=1, le=250)
    dispute_answer: int = Field(default=3, ge=1, le=10)
    dispute_arbiter: int = Field(default=5, ge=1, le=30)


class AccountKind(Definition):
    """How the month's account (晒账单) is shown: how many of the best are named to all.

    ``lights`` are the shares answered from which a place is shown green, and from which yellow.
    """

    best_named: int = Field(default=3, ge=0, le=20)
    lights: tuple[Share, Share] = (Decimal("0.9"), Decimal("0.75"))

    @model_validator(mode="after")
    def _in_order(self) -> "AccountKind":
        if self.lights[0] < self.lights[1]:
            raise ValueError("green begins above yellow")
        return self
