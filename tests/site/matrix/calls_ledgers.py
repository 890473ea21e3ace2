"""Rows of ledgers, and of taking records back."""

from datetime import date
from typing import Any

from gangmu.work.ledgers.operations import GivenValue
from gangmu.work.records.operations import write_record
from tests.conftest import Office
from tests.site.matrix.call import Call, call
from tests.site.matrix.calls_plans import record_of

SUPPORT = {"counted_on": "2015-10-08", "support_unit": "东庄税务所", "support_cadres": "3"}


def support_of(office: Office) -> Any:
    """What the first branch wrote down of its support."""
    return write_record(office.system, office.branch, kind="village_support", values=SUPPORT)


@call("ledgers.put_values")
def _(office: Office) -> Call:
    value = GivenValue(office.branch.code, "support_cadres", "2", date(2015, 10, 8))
    given = {"top": office.branch, "ledger": "village_support", "owner": "组织部", "values": [value]}
    return Call(given, office.branch)


@call("records.take_back_records")
def _(office: Office) -> Call:
    return Call({"top": office.branch, "records": [record_of(office).pk]}, office.branch)
