"""Rows of the rules against formalism: exceptions from them."""

from datetime import date
from typing import Any

from gangmu.kernel.guard import operations as guard
from tests.conftest import Office
from tests.site.matrix.call import Call, call

SAID = {
    "rule": "R-GROUP",
    "what": "notice",
    "reason": "防汛值守需要",
    "answerable": "王某",
    "paper": "安办〔2015〕3号",
    "valid_to": date(2015, 10, 31),
}


def override_of(office: Office) -> Any:
    """An exception of the first branch, to the end of the month."""
    return guard.override_rule(office.system, office.branch, **SAID)


@call("guard.override_rule")
def override_rule(office: Office) -> Call:
    """Make an exception at the first branch."""
    return Call({"org": office.branch, **SAID}, office.branch)


@call("guard.end_override")
def end_override(office: Office) -> Call:
    """End it."""
    return Call({"override": override_of(office), "reason": "汛期结束"}, office.branch)
