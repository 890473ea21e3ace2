"""Rows of targets, letters, projects, lists, campaigns and the calendar."""

from decimal import Decimal
from typing import Any

from gangmu.work.programmes.operations.targets import decompose_target, propose_change, set_target
from tests.conftest import Office
from tests.site.matrix.call import Call, call, own, somebody

METRIC = {"programme": "yearly_goals", "metric": "committee_meetings", "year": 2015}


def target_of(office: Office, org: Any = None) -> Any:
    """A target of the first branch, which nobody above has given."""
    return set_target(office.system, org or office.branch, **METRIC, value=Decimal(12))  # type: ignore[arg-type]


def part_of(office: Office) -> Any:
    """The first branch's part of its town's target."""
    parts = {office.branch.pk: Decimal(7), office.other_branch.pk: Decimal(5)}
    return decompose_target(office.system, target_of(office, office.town), parts=parts)[0]


def change_of(office: Office, target: Any = None) -> Any:
    """A wish of the first branch for another target."""
    return propose_change(
        own(office, somebody(office, "wisher")),
        target or part_of(office),
        value=Decimal(6),
        reason="东庄支部只能开六次",
    )


@call("programmes.set_target")
def _(office: Office) -> Call:
    return Call({"org": office.branch, **METRIC, "value": Decimal(12)}, office.branch)


@call("programmes.decompose_target")
def _(office: Office) -> Call:
    parts = {office.branch.pk: Decimal(7), office.other_branch.pk: Decimal(5)}
    return Call({"target": target_of(office, office.town), "parts": parts}, office.town)


@call("programmes.propose_change")
def _(office: Office) -> Call:
    return Call({"target": target_of(office), "value": Decimal(10), "reason": "少一次"}, office.branch)


@call("programmes.withdraw_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office)}, office.branch)


@call("programmes.approve_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office)}, office.town)


@call("programmes.refuse_change")
def _(office: Office) -> Call:
    return Call({"change": change_of(office), "reason": "不调整"}, office.town)
