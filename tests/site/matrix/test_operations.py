"""Every operation is tried by everybody who may not, and by one who may."""

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import NotAllowed, NotSignedIn, Refusal
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.operations import ANYONE, CATALOGUE, OWN
from tests.conftest import Office
from tests.site.matrix.calls import CALLS
from tests.site.matrix.found import modules_of
from tests.site.matrix.seats import holder, refused_seats, with_single_roles


def every_operation() -> list[str]:
    """Import every room's operations, so that none is missing from the catalogue."""
    assert len(list(modules_of("operations"))) > 10
    assert len(CATALOGUE) > 30
    return sorted(CATALOGUE)


VERBS = every_operation()


def rows() -> dict[str, int]:
    """Count the rows of every table, to see that a refusal wrote nothing."""
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_every_operation_has_its_row_in_the_matrix() -> None:
    assert sorted(CALLS) == VERBS


def allowed(verb: str, context: Context, given: dict[str, Any]) -> bool:
    """Try, and tell whether the permission was enough; whatever happened is undone."""
    try:
        with transaction.atomic():
            CATALOGUE[verb].function(context, **given)
            transaction.set_rollback(True)
    except (NotAllowed, NotSignedIn):
        return False
    except Refusal:
        return True
    return True


@pytest.mark.parametrize("verb", [verb for verb in VERBS if CATALOGUE[verb].permission not in (ANYONE, OWN)])
def test_operation_is_for_holders_here_and_now_alone(verb: str, office: Office) -> None:
    permission = CATALOGUE[verb].permission
    with_single_roles(office, {permission, "notices.view", *NEEDED.get(verb, ())})
    call = CALLS[verb](office)
    seats = list(refused_seats(office, permission, call.place))
    before, entries = rows(), Entry.objects.count()

    wrongly = [seat.name for seat in seats if allowed_and_left(verb, seat.context, call.given)]

    assert wrongly == []
    assert (rows(), Entry.objects.count()) == (before, entries)
    if call.place is None:
        assert allowed(verb, office.system, call.given)
    else:
        seat = holder(office, permission, call.place)
        for needed in NEEDED.get(verb, ()):
            Grant.objects.create(
                account=seat.account,
                role="only_" + needed.replace(".", "_"),
                org=call.place,
                valid_from=seat.context.today,
                reason="matrix",
            )
        assert allowed(
            verb, Context(AccountActor(Account.objects.get(login="holder")), seat.context.now), call.given
        )


POSTING = ("people.view", "access.manage", "access.grant")
"""A post gives its holder an account and a role."""

NEEDED: dict[str, tuple[str, ...]] = {
    "honours.begin_contest_publicity": ("notices.publish",),
    "honours.confer_honours": ("notices.publish",),
    "assessment.begin_publicity": ("notices.publish",),
    "assessment.publish_round": ("notices.publish",),
    "reports.publish_report": ("notices.publish",),
    "reports.change_report": ("orgs.view", "reports.view", "plans.view"),
    "reports.count_figures": ("orgs.view", "reports.view", "plans.view"),
    "reports.freeze_report": ("orgs.view", "reports.view", "plans.view"),
    "plans.report_task": ("records.write",),
    "plans.answer_tasks": ("records.write",),
    "plans.answer_on_paper": ("records.write",),
    "plans.take_back_paper": ("records.write",),
    **dict.fromkeys(("plans.pass_task", "plans.pass_on"), ("orgs.view",)),
    "plans.remind_ticked": ("inbox.post",),
    "people.assign_post": POSTING,
    "people.assign_posts": POSTING,
    "people.end_post": ("access.grant",),
    "people.handover_post": POSTING,
    "people.withdraw_posts": ("access.grant",),
    "people.register_household": ("people.view",),
    "people.move_household": ("people.view",),
    **dict.fromkeys(
        (
            "imports.begin_import",
            "imports.confirm_import",
            "imports.write_rows",
            "imports.undo_import",
            "imports.take_back_rows",
        ),
        ("people.manage",),
    ),
}
"""Further permissions that an operation needs, because it calls another one."""


def allowed_and_left(verb: str, context: Context, given: dict[str, Any]) -> bool:
    """Try without undoing anything: a refusal must leave nothing behind by itself."""
    try:
        CATALOGUE[verb].function(context, **given)
    except (NotAllowed, NotSignedIn):
        return False
    except Refusal:
        return True
    return True


@pytest.mark.parametrize("verb", [verb for verb in VERBS if CATALOGUE[verb].permission == OWN])
def test_operation_on_ones_own_things_is_for_their_owner(verb: str, office: Office) -> None:
    call = CALLS[verb](office)
    before = rows()
    other = Account.objects.create(login="other", name="other", password="!")

    with pytest.raises(NotSignedIn):
        CATALOGUE[verb].function(Context(Stranger(), office.system.now), **call.given)
    assert call.owner is not None
    Account.objects.filter(pk=other.pk).delete()
    assert rows() == before
    assert allowed(verb, Context(AccountActor(call.owner), office.system.now), call.given)


OTHERS_THINGS = {"access.end_session", "access.take_back_roles", "access.revoke_token"}
"""Operations that are given a thing which belongs to somebody."""


@pytest.mark.parametrize("verb", sorted(OTHERS_THINGS))
def test_operation_refuses_what_belongs_to_another(verb: str, office: Office) -> None:
    call = CALLS[verb](office)
    other = Account.objects.create(login="other", name="other", password="!")

    with pytest.raises(NotAllowed):
        CATALOGUE[verb].function(Context(AccountActor(other), office.system.now), **call.given)


@pytest.mark.parametrize("verb", [verb for verb in VERBS if CATALOGUE[verb].permission == ANYONE])
def test_operation_for_anyone_needs_no_account(verb: str, office: Office, settings: Any) -> None:
    settings.GANGMU_DEMO = True
    call = CALLS[verb](office)

    assert allowed(verb, Context(Stranger(), office.system.now), call.given)
