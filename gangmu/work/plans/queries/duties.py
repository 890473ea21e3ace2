"""What an organization's pack asks for, and when."""

from gangmu.core.calendar import Calendar
from gangmu.core.errors import Invalid, NotFound
from gangmu.core.periods import Period
from gangmu.core.text import Text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.plans.definitions import AccountKind, DutyKind
from gangmu.work.plans.models import Order
from gangmu.work.records.definitions import RecordKind

CALENDAR = Calendar()
"""The working days that are installed with the product."""


def duties_of(org: Org) -> tuple[DutyKind, ...]:
    """Return the duties that are in force where an organization stands, by code."""
    return pack_of(org.root_id).all(DutyKind)


def duty_of(org: Org, code: str) -> DutyKind:
    """Return one duty as it is now; an unknown code refuses."""
    duty = pack_of(org.root_id).find(DutyKind, code)
    if duty is None:
        raise NotFound("There is no such duty here.")
    return duty


def duty_of_order(order: Order) -> DutyKind:
    """Return the duty of an order as it was when it was issued."""
    duty = pack_by_version(order.pack).find(DutyKind, order.duty)
    if duty is None:
        raise NotFound("There is no such duty here.")
    return duty


def record_kind_of(order: Order) -> RecordKind:
    """Return the kind of record that answers an order, as it was when it was issued."""
    kind = pack_by_version(order.pack).find(RecordKind, order.answer_kind)
    if kind is None:
        raise NotFound("There is no such kind of record here.")
    return kind


def account_kind(org: Org) -> AccountKind:
    """Return how accounts are shown where an organization stands."""
    kinds = pack_of(org.root_id).all(AccountKind)
    return kinds[0] if kinds else AccountKind.model_validate({"code": "account", "title": "晒账单"})


def parsed_period(written: str) -> Period:
    """Return a period as it is written, or refuse."""
    try:
        return Period.parse(written)
    except ValueError:
        raise Invalid(
            "This is no period.", faults={"period": "Write it as 2025-07, 2025Q3 or 2025."}
        ) from None


def duty_titles(org: Org) -> dict[str, Text]:
    """Return what duties are called where an organization stands."""
    return {duty.code: duty.title for duty in duties_of(org)}
