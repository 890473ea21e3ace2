"""Rows of targets, letters, projects, lists, campaigns and the calendar."""

from decimal import Decimal
from typing import Any

from gangmu.work.programmes.operations.letters import accept_letter, issue_letters
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


def letter_of(office: Office) -> Any:
    """The first branch's letter, which its town hands on after accepting its own."""
    for issuer, org in ((office.county, office.town), (office.town, office.branch)):
        letter = issue_letters(
            own(office, somebody(office, f"signs{issuer.pk}", issuer, "officer")),
            issuer,
            kind="responsibility",
            year=2015,
            signed_by="书记",
            orgs=[org],
        )[0]
        if org.pk == office.town.pk:
            accept_letter(office.system, letter, name="镇党委书记")
    return letter


@call("programmes.issue_letters")
def _(office: Office) -> Call:
    given = {"issuer": office.county, "kind": "responsibility", "year": 2015, "signed_by": "书记"}
    return Call(given, office.county)


@call("programmes.accept_letter")
def _(office: Office) -> Call:
    return Call({"letter": letter_of(office), "name": "东庄书记"}, office.branch)


@call("programmes.withdraw_letter")
def _(office: Office) -> Call:
    return Call({"letter": letter_of(office), "reason": "写错了"}, office.town)


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
