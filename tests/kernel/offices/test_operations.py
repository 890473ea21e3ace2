"""How an office begins, and who may not begin it; slips that serve once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.operations import (
    WrongSignIn,
    fresh_founding_code,
    fresh_start_codes,
    redeem_start_code,
)
from gangmu.kernel.access.queries import AccountActor, sign_ins
from gangmu.kernel.offices.operations import (
    FirstOfficer,
    begin_office,
    founding_code_for_terminal,
    printed_slips,
)
from gangmu.kernel.offices.queries import first_day, pack_offered, packs_offered
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.people.models import Person, Post
from gangmu.kernel.people.operations import assign_post, register_person
from gangmu.kernel.people.rules import NewPerson
from tests.conftest import NOW, Office

pytestmark = pytest.mark.db

STRANGER = Context(Stranger(), NOW)
TOP = NewOrg("330824", "中共开化县委员会", "committee", "county", date(2010, 1, 1))
OFFICER = FirstOfficer("姜敏", "jiangmin")
PASSWORD = "long enough 1"


def begin(code: str, context: Context = STRANGER, **given: Any) -> Account:
    wanted = {"pack": "base", "new": TOP, "officer": OFFICER, "password": PASSWORD, **given}
    return begin_office(context, code=code, **wanted)


def test_begin_office_founds_the_top_under_a_pack_with_an_officer_who_may_set_it_up(system: Context):
    account = begin(fresh_founding_code(system))

    root = Org.objects.get()
    acting = Context(AccountActor(account), NOW)
    assert (root.name, root.parent, pack_of(root.pk).name) == ("中共开化县委员会", None, "base")
    assert account.check_password(PASSWORD)
    assert [post.kind for post in Post.objects.all()] == ["officer"]
    assert all(acting.may(each, root.path) for each in ("imports.run", "access.manage", "packs.manage"))
    assert sorted(Grant.objects.filter(account=account).values_list("role", flat=True)) == [
        "officer",
        "operator",
    ]


def test_begin_office_leaves_the_site_to_others_if_the_officer_does_not_keep_it(system: Context):
    account = begin(fresh_founding_code(system), officer=replace(OFFICER, keeps_site=False))

    assert list(Grant.objects.filter(account=account).values_list("role", flat=True)) == ["officer"]


def test_founding_code_serves_once(system: Context):
    code = fresh_founding_code(system)
    begin(code)

    with pytest.raises(WrongSignIn):
        begin(code, new=replace(TOP, code="330825"), officer=FirstOfficer("别人", "bieren"))

    assert Org.objects.count() == 1


def test_founding_code_expires_after_a_day(system: Context):
    code = fresh_founding_code(system)

    with pytest.raises(WrongSignIn):
        begin(code, Context(Stranger(), NOW + timedelta(days=1, minutes=1)))

    assert not Org.objects.exists()


def test_five_wrong_founding_codes_shut_the_right_one_out_for_a_while(system: Context):
    code = fresh_founding_code(system)
    for _ in range(5):
        with pytest.raises(WrongSignIn):
            begin("AAAAA-AAAAA")

    with pytest.raises(WrongSignIn):
        begin(code)
    begin(code, Context(Stranger(), NOW + timedelta(minutes=16)))

    assert Org.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"pack": "nowhere"}, NotFound),
        ({"pack": "../base"}, NotFound),
        ({"password": "short"}, Invalid),
        ({"new": replace(TOP, kind="branch")}, Conflict),
        ({"new": replace(TOP, level="village9")}, Invalid),
        ({"officer": FirstOfficer("", "jiangmin")}, Invalid),
    ],
)
def test_begin_office_refuses_whole_and_keeps_the_code(system: Context, given: Any, refusal: type[Exception]):
    code = fresh_founding_code(system)

    with pytest.raises(refusal):
        begin(code, **given)

    assert (Org.objects.count(), Person.objects.count(), Account.objects.count()) == (0, 0, 1)
    begin(code)


def test_nobody_signs_in_as_the_site_itself_by_a_founding_code(system: Context):
    code = fresh_founding_code(system)

    with pytest.raises(WrongSignIn):
        redeem_start_code(STRANGER, login="system", code=code, password=PASSWORD)


def test_terminal_shows_no_code_once_somebody_has_an_account(system: Context):
    code = founding_code_for_terminal(system)
    begin(code)

    assert code
    assert founding_code_for_terminal(system) == ""


def test_packs_are_offered_in_words_those_of_the_data_folder_too(settings: Any, tmp_path: Any):
    own = tmp_path / "packs" / "kaihua"
    (own / "duty").mkdir(parents=True)
    (own / "pack.yaml").write_text('title: 开化\nversion: "1.0"\nextends: base\n', encoding="utf-8")
    broken = tmp_path / "packs" / "broken"
    broken.mkdir()
    (broken / "pack.yaml").write_text("titel: 错\n", encoding="utf-8")
    settings.GANGMU_DATA = tmp_path

    offers = {offer.name: offer for offer in packs_offered()}

    assert [str(title) for title in offers["kaihua"].duties] == [
        str(title) for title in offers["base"].duties
    ]
    assert [kind.code for kind in offers["kaihua"].org_kinds] == ["committee", "work_committee"]
    assert (offers["broken"].pack, bool(offers["broken"].fault)) == (None, True)
    with pytest.raises(NotFound):
        pack_offered("broken")


# --- slips ---------------------------------------------------------------------------------


def secretary(office: Office, org: Any, name: str) -> Account:
    person = register_person(office.system, org, NewPerson(name, status="full", full_on=date(2001, 7, 1)))
    assign_post(office.system, org, person=person, kind="secretary", day=date(2015, 1, 10), login=name)
    return Account.objects.get(login=name)


def test_printed_slips_serve_once_each_and_a_new_one_makes_the_old_one_useless(office: Office):
    holder = secretary(office, office.branch, "马建国")
    grants = list(sign_ins(office.system, office.town).values_list("pk", flat=True))
    [old] = printed_slips(office.system, office.town, grants=grants)
    [new] = printed_slips(office.system, office.town, grants=grants)

    with pytest.raises(WrongSignIn):
        redeem_start_code(STRANGER, login=holder.login, code=old.code, password=PASSWORD)
    redeem_start_code(STRANGER, login=holder.login, code=new.code, password=PASSWORD)
    with pytest.raises(WrongSignIn):
        redeem_start_code(STRANGER, login=holder.login, code=new.code, password=PASSWORD)

    assert old.code != new.code


def test_slip_expires_after_fourteen_days(office: Office):
    holder = secretary(office, office.branch, "马建国")
    every = sign_ins(office.system, office.town).values_list("pk", flat=True)
    [slip] = printed_slips(office.system, office.town, grants=every)

    with pytest.raises(WrongSignIn):
        redeem_start_code(
            Context(Stranger(), NOW + timedelta(days=14, minutes=1)),
            login=holder.login,
            code=slip.code,
            password=PASSWORD,
        )


def test_town_prints_slips_of_those_below_it_and_of_nobody_else(
    office: Office, acting: Callable[..., Context]
):
    secretary(office, office.branch, "马建国")
    far = secretary(office, office.far_branch, "李四")
    town = acting("town_officer", office.town)
    every = list(Grant.objects.values_list("pk", flat=True))

    slips = printed_slips(town, office.town, grants=every)

    assert "李四" not in {slip.grant.account.login for slip in slips}
    assert "马建国" in {slip.grant.account.login for slip in slips}
    with pytest.raises(NotAllowed):
        fresh_start_codes(town, org=office.other_town, accounts=[far.pk])
    with pytest.raises(NotAllowed):
        fresh_start_codes(town, org=office.town, accounts=[far.pk])


def test_town_prints_no_slip_for_an_account_that_holds_more_than_it_manages(
    office: Office, acting: Callable[..., Context]
):
    town = acting("town_officer", office.town)
    holder = secretary(office, office.branch, "马建国")
    Grant.objects.create(
        account=holder, role="officer", org=office.county, valid_from=date(2015, 1, 1), reason="test"
    )

    with pytest.raises(NotAllowed):
        printed_slips(
            town, office.town, grants=Grant.objects.filter(account=holder).values_list("pk", flat=True)
        )

    holder.refresh_from_db()
    assert holder.start_code == ""


def test_sign_ins_tell_who_has_no_slip_who_has_one_and_who_was_here(office: Office):
    waiting = secretary(office, office.branch, "马建国")
    printed = secretary(office, office.other_branch, "李四")
    fresh_start_codes(office.system, org=office.town, accounts=[printed.pk])
    here = secretary(office, office.far_branch, "王五")
    Account.objects.filter(pk=here.pk).update(last_login=NOW)

    found = {
        how: [grant.account_id for grant in sign_ins(office.system, office.county, how=how)]
        for how in ("never", "printed", "in")
    }

    assert found == {"never": [waiting.pk], "printed": [printed.pk], "in": [here.pk]}


def test_first_day_goes_on_step_by_step(office: Office, acting: Callable[..., Context]):
    officer = acting("officer", office.county)
    before = first_day(officer)
    holder = secretary(office, office.branch, "马建国")
    with_posts = first_day(officer)
    fresh_start_codes(office.system, org=office.town, accounts=[holder.pk])
    with_slips = first_day(officer)
    Account.objects.filter(pk=holder.pk).update(last_login=NOW)
    after = first_day(officer)

    steps = [
        (day.orgs, day.posts, day.slips, day.signed_in)
        for day in (before, with_posts, with_slips, after)
        if day
    ]
    assert steps == [
        (True, False, False, False),
        (True, True, False, False),
        (True, True, True, False),
        (True, True, True, True),
    ]
    assert first_day(acting("secretary", office.branch)) is None
