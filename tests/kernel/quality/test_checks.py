"""Every check finds its breach, where it stands, and passes over what is nearly one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from gangmu.core.doubts import CHECKS, Found
from gangmu.kernel.access.models import Account, Delegation, Grant, Token
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.orgs.models import Division, Org, OrgLink, OrgSpan, Succession, Unit
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.kernel.people.models import Household, Membership, Person, Post
from gangmu.kernel.quality.queries import found_by, look_at
from gangmu.work.plans.models import Order, Task
from gangmu.work.records.models import KnownValue, Record
from tests.conftest import BEGIN, NOW, Office

TODAY = date(2015, 10, 8)
Make = Callable[[Office], Any]
_numbers = count(1)


@dataclass(frozen=True)
class Case:
    """A breach, the organization at which it is found, and what is nearly one."""

    breach: Make
    at: str
    near: Make | None = None
    count: int = 1


def _org(office: Office, pk: Any, **changed: Any) -> None:
    Org.objects.filter(pk=pk.pk).update(**changed)


def _span(org: Any, **changed: Any) -> None:
    OrgSpan.objects.filter(org=org).update(**changed)


def _child(org: Any, **given: Any) -> Org:
    """An organization written past the operations, as nobody should."""
    number = next(_numbers)
    values = {
        "code": f"X{number}",
        "name": f"中共第{number}组支部委员会",
        "level": "village",
        "kind": "branch",
    }
    values |= {"domain": "village", "founded_on": BEGIN, "path": "", **given}
    made = Org.objects.create(parent=org, **values)
    made.path = f"{org.path}{made.pk}/"
    made.save()
    copied = {name: getattr(made, name) for name in ("name", "path", "level", "kind", "domain")}
    OrgSpan.objects.create(
        org=made, parent=org, valid_from=made.founded_on, valid_to=made.closed_on, **copied
    )
    return made


def _unit(under: Any, **given: Any) -> Unit:
    values = {
        "code": f"U{next(_numbers)}",
        "name": "东庄小学",
        "kind": "school",
        "valid_from": TODAY,
        **given,
    }
    return Unit.objects.create(under=under, **values)


def _link(office: Office, **given: Any) -> OrgLink:
    values = {"kind": "guides", "source": office.town, "target": office.branch, "valid_from": BEGIN, **given}
    return OrgLink.objects.create(**values)


def _person(org: Any, **given: Any) -> Person:
    number = next(_numbers)
    values = {"name": f"马{number}", "pinyin": f"ma{number}", "initials": "m", "birth_year": 1970}
    values |= {"joined_on": date(2000, 7, 1), "full_on": date(2001, 7, 1), "id_print": f"p{number}"}
    values |= {"id_sealed": b"x", **given}
    return Person.objects.create(org=org, **values)


def _member(org: Any, status: str = "full", since: date = BEGIN, at: Any = None, **given: Any) -> Person:
    person = _person(org, **given)
    Membership.objects.create(person=person, org=at or org, status=status, valid_from=since)
    return person


def _transferred(office: Office) -> Person:
    """A member of the second branch who was one of the first."""
    person = _member(office.other_branch, since=TODAY)
    Membership.objects.create(
        person=person, org=office.branch, status="full", valid_from=BEGIN, valid_to=TODAY
    )
    return person


def _post(org: Any, kind: str = "secretary", since: date = BEGIN, person: Any = None, **given: Any) -> Post:
    return Post.objects.create(org=org, kind=kind, valid_from=since, person=person or _member(org), **given)


def _house(org: Any, **given: Any) -> Household:
    values = {"door": f"{next(_numbers)}", "size": 4, "valid_from": BEGIN, **given}
    if "head" not in values:
        values["head"] = _member(org)
    return Household.objects.create(org=org, **values)


def _account(**given: Any) -> Account:
    return Account.objects.create(login=f"a{next(_numbers)}", name="马某", **given)


def _grant(org: Any, role: str = "secretary", **given: Any) -> Grant:
    values = {"account": given.pop("account", None) or _account(), "valid_from": BEGIN, "reason": "任职"}
    return Grant.objects.create(org=org, role=role, **(values | given))


def _token(org: Any, days: int, account: Any = None) -> Token:
    grant = _grant(org, account=account)
    until = NOW + timedelta(days=days)
    return Token.objects.create(
        account=grant.account, name="数据接口", digest=str(next(_numbers)), made_at=NOW, expires_at=until
    )


def _lend(org: Any, days: int, **taker: Any) -> None:
    giver = _grant(org).account
    until = TODAY + timedelta(days=days)
    Delegation.objects.create(
        giver=giver, taker=_account(**taker), valid_from=TODAY, valid_to=until, reason="出差"
    )


def _fact(org: Any, value: float | None = 1, day: date = date(2015, 9, 30), **given: Any) -> Fact:
    values = {
        "fact": f"f{next(_numbers)}",
        "code": "record.value",
        "item": "basics.households",
        "source": "record:1",
    }
    written = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    values |= {"written_at": written, "known_at": written, **given}
    return Fact.objects.create(
        org=org, day=day, value=None if value is None else Decimal(str(value)), **values
    )


def _record(office: Office, org: Any, day: date = date(2015, 9, 10), **given: Any) -> Record:
    pack = pack_version_of(office.county.pk)
    values = {
        "kind": "meeting_record",
        "values": {},
        "entered_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
    }
    values |= given
    return Record.objects.create(
        org=org, day=day, pack=pack, answered_for=org, entered_by_id=office.system.account, **values
    )


LONG = "学习传达上级会议精神，研究部署本月重点任务，明确分工和完成时限。"


def _meeting(office: Office, org: Any, text: str = LONG, day: date = date(2015, 9, 10)) -> Record:
    values = {"held_on": day.isoformat(), "agenda": text, "attended": 5, "should_attend": 6}
    return _record(office, org, day, values=values)


def _known(office: Office, org: Any, value: Any, **given: Any) -> KnownValue:
    values = {"field": "households", "day": TODAY, "way": "department", "source": "统计局", "owner": "统计局"}
    values |= {"entered_at": NOW, "current": True, "amount": None, **given}
    return KnownValue.objects.create(org=org, value=value, entered_by_id=office.system.account, **values)


def _order(office: Office, **given: Any) -> Order:
    values = {
        "duty": "monthly_order",
        "period": "2015-10",
        "title": "月度任务",
        "answer_kind": "meeting_record",
    }
    values |= {"review": "parent", "minutes": 15, "state": "issued", "issued_at": NOW, "issued_on": TODAY}
    values |= {"due_on": date(2015, 10, 30), **given}
    pack = pack_version_of(office.county.pk)
    return Order.objects.create(issuer=office.county, pack=pack, issued_by_id=office.system.account, **values)


def _task(office: Office, org: Any, order: Order | None = None, **given: Any) -> Task:
    order = order or _order(office)
    values = {"path": org.path, "parent": org.parent, "due_on": order.due_on, "duty": order.duty}
    return Task.objects.create(order=order, org=org, period=order.period, **(values | given))


def _close(org: Any, day: date = date(2015, 5, 1)) -> None:
    Org.objects.filter(pk=org.pk).update(closed_on=day)
    OrgSpan.objects.filter(org=org).update(valid_to=day)


def _same_figures(office: Office, alike: int, others: int, value: float = 37) -> None:
    for number in range(alike + others):
        _fact(_child(office.town), value if number < alike else 100 + number)


def _figures_of_months(org: Any, values: list[float]) -> None:
    for number, value in enumerate(values):
        _fact(org, value, date(2015, number + 1, 28))


def _round_figures(office: Office, round_: int, others: int) -> None:
    for number in range(round_ + others):
        org = office.branch if number % 2 else office.other_branch
        value = 10 + 5 * (number + 1) if number < round_ else 11 + 5 * number
        _fact(org, value, item="basics.residents", day=date(2015, 1 + number % 9, 1 + number % 28))


def _late_figures(office: Office, late: int, others: int) -> None:
    for number in range(late + others):
        made = _fact(_child(office.town), 20 + number, date(2015, 6, 30))
        day = datetime(2015, 9, 3, tzinfo=UTC) if number < late else datetime(2015, 7, 3, tzinfo=UTC)
        Fact.objects.filter(pk=made.pk).update(written_at=day)


def _sitting(office: Office, months: int) -> None:
    for number in range(months):
        for day in (3, 20):
            made = _record(office, office.branch, date(2015, number + 1, day))
            Record.objects.filter(pk=made.pk).update(entered_at=datetime(2015, 9, 9, tzinfo=UTC))


def _members(org: Any, number: int, status: str = "full") -> None:
    for _ in range(number):
        _member(org, status)


def _gap(office: Office, until: date, begins: date) -> None:
    person = _person(office.branch)
    Membership.objects.create(
        person=person, org=office.branch, status="full", valid_from=BEGIN, valid_to=until
    )
    Membership.objects.create(person=person, org=office.branch, status="full", valid_from=begins)


def _two_ways(office: Office, other: float) -> None:
    record = _record(office, office.branch, kind="village_basics")
    _known(office, office.branch, 100, amount=1_000_000, way="record", record=record, current=False)
    _known(office, office.branch, other, amount=int(other * 10_000))


def _division(code: str, name: str, parent: str = "") -> Division:
    return Division.objects.create(code=code, name=name, parent_code=parent, level="village")


def _areas(office: Office, *, village: bool) -> None:
    town, east = _division("990100101000", "河口镇"), _division("990100101201", "东庄村", "990100101000")
    _org(office, office.town, area=town)
    if village:
        _org(office, office.branch, area=east)


def _some_without_area(office: Office, having: int) -> None:
    for number in range(having):
        _child(
            office.town, level="township", kind="committee", area=_division(f"99{number}", f"第{number}片")
        )
    _child(office.town, level="township", kind="committee")


CASES: dict[str, Case] = {
    "tree.closed_parent": Case(
        lambda o: _close(o.other_town), "far_branch", near=lambda o: _close(o.other_town, date(2016, 1, 1))
    ),
    "tree.wrong_path": Case(lambda o: _org(o, o.branch, path=f"{o.county.path}{o.branch.pk}/"), "branch"),
    "tree.level_above_parent": Case(
        lambda o: _org(o, o.branch, level="county"),
        "branch",
        near=lambda o: _org(o, o.branch, level="township"),
    ),
    "tree.unknown_level": Case(lambda o: _org(o, o.branch, level="hamlet"), "branch"),
    "tree.unknown_kind": Case(lambda o: _org(o, o.branch, kind="lodge"), "branch"),
    "tree.unknown_domain": Case(lambda o: _org(o, o.branch, domain="moon"), "branch"),
    "tree.no_domain": Case(lambda o: _org(o, o.branch, domain=""), "branch"),
    "tree.same_name": Case(
        lambda o: _org(o, o.branch, name="中共西庄村支部委员会"),
        "branch",
        near=lambda o: _org(o, o.far_branch, name="中共西庄村支部委员会"),
        count=2,
    ),
    "tree.odd_name": Case(
        lambda o: _org(o, o.branch, name="中共东庄村  支部委员会"),
        "branch",
        near=lambda o: _org(o, o.branch, name="中共东庄村（新）支部委员会"),
    ),
    "tree.founded_later": Case(
        lambda o: _org(o, o.branch, founded_on=date(2015, 10, 9)),
        "branch",
        near=lambda o: _org(o, o.branch, founded_on=TODAY),
    ),
    "tree.founded_before_parent": Case(
        lambda o: _span(o.other_town, valid_from=date(2014, 3, 1)),
        "far_branch",
    ),
    "tree.empty_whole": Case(
        lambda o: _org(o, o.branch, kind="general_branch"),
        "branch",
        near=lambda o: (_org(o, o.branch, kind="general_branch"), _child(o.branch)),
    ),
    "tree.two_of_one_area": Case(
        lambda o: (_areas(o, village=True), _child(o.town, area_id="990100101201")),
        "branch",
        count=2,
        near=lambda o: _areas(o, village=True),
    ),
    "tree.no_area": Case(lambda o: _some_without_area(o, 2), "", near=lambda o: _some_without_area(o, 1)),
    "tree.area_without_org": Case(
        lambda o: _areas(o, village=False), "town", near=lambda o: _areas(o, village=True)
    ),
    "tree.spans_overlap": Case(
        lambda o: _again(o.branch, date(2014, 6, 1), ends=date(2014, 7, 1)),
        "branch",
        near=lambda o: _again(o.branch, date(2014, 6, 1), ends=date(2014, 6, 1)),
    ),
    "tree.span_gap": Case(
        lambda o: _again(o.branch, date(2014, 6, 1), ends=date(2014, 5, 1)),
        "branch",
        near=lambda o: _again(o.branch, date(2014, 6, 1), ends=date(2014, 6, 1)),
    ),
    "tree.span_differs": Case(lambda o: _span(o.branch, name="中共东庄支部委员会"), "branch"),
    "tree.no_span": Case(lambda o: OrgSpan.objects.filter(org=o.branch).delete(), "branch"),
    "tree.open_span_of_closed": Case(
        lambda o: _org(o, o.branch, closed_on=date(2015, 5, 1)), "branch", near=lambda o: _close(o.branch)
    ),
    "tree.closed_span_of_open": Case(lambda o: _span(o.branch, valid_to=date(2015, 5, 1)), "branch"),
    "tree.merged_but_open": Case(
        lambda o: _succession(o.branch, o.other_branch),
        "branch",
        near=lambda o: (_close(o.branch), _succession(o.branch, o.other_branch)),
    ),
    "tree.heir_is_gone": Case(
        lambda o: (_close(o.branch), _close(o.other_branch), _succession(o.branch, o.other_branch)),
        "branch",
        near=lambda o: (
            _close(o.branch),
            _close(o.other_branch),
            _succession(o.branch, o.other_branch),
            _succession(o.other_branch, o.far_branch),
        ),
    ),
    "tree.unit_waits": Case(
        lambda o: _unit(o.town, valid_from=date(2015, 4, 10)),
        "town",
        near=lambda o: (
            _unit(o.town, valid_from=date(2015, 4, 11)),
            _unit(o.town, org=o.branch, valid_from=BEGIN),
        ),
    ),
    "tree.unit_under_closed": Case(lambda o: (_unit(o.far_branch), _close(o.far_branch)), "far_branch"),
    "tree.unit_of_closed": Case(lambda o: (_unit(o.town, org=o.branch), _close(o.branch)), "town"),
    "tree.unit_twice": Case(
        lambda o: (_unit(o.town), _unit(o.town)),
        "town",
        count=2,
        near=lambda o: (_unit(o.town), _unit(o.other_town)),
    ),
    "tree.unit_kind": Case(lambda o: _unit(o.town, kind="moon"), "town", near=lambda o: _unit(o.town)),
    "tree.link_to_closed": Case(
        lambda o: (_link(o), _close(o.branch)),
        "town",
        near=lambda o: (_link(o, valid_to=date(2015, 5, 1)), _close(o.branch)),
    ),
    "tree.link_twice": Case(
        lambda o: (_link(o), _link(o)),
        "town",
        count=2,
        near=lambda o: (_link(o), _link(o, target=o.far_branch)),
    ),
    "tree.link_kind": Case(lambda o: _link(o, kind="moon"), "town"),
    "people.too_few_full": Case(
        lambda o: _members(o.branch, 2), "branch", near=lambda o: _members(o.branch, 3)
    ),
    "people.nobody": Case(
        lambda o: None,
        "",
        near=lambda o: [_member(each) for each in (o.branch, o.other_branch, o.far_branch)],
        count=3,
    ),
    "people.too_many": Case(
        lambda o: _members(o.branch, 51), "branch", near=lambda o: _members(o.branch, 50)
    ),
    "people.above_branches": Case(
        lambda o: (_org(o, o.branch, kind="general_branch"), _member(o.branch)),
        "branch",
        near=lambda o: _member(o.branch),
    ),
    "people.vacant": Case(
        lambda o: _held_all(o, but=o.branch, until=date(2015, 7, 9)),
        "branch",
        near=lambda o: _held_all(o, but=o.branch, until=date(2015, 7, 10)),
    ),
    "people.too_many_holders": Case(
        lambda o: (_post(o.branch), _post(o.branch)),
        "branch",
        near=lambda o: (_post(o.branch), _post(o.branch, valid_to=TODAY)),
    ),
    "people.term_overdue": Case(
        lambda o: _post(o.branch, since=date(2010, 10, 6)),
        "branch",
        near=lambda o: _post(o.branch, since=date(2010, 10, 9)),
    ),
    "people.post_of_other_kind": Case(
        lambda o: _post(o.branch, "officer"), "branch", near=lambda o: _post(o.county, "officer")
    ),
    "people.post_at_closed": Case(lambda o: (_post(o.branch), _close(o.branch)), "branch"),
    "people.holder_left": Case(
        lambda o: _post(o.branch, person=_member(o.branch, "deceased")),
        "branch",
        near=lambda o: _post(o.branch, person=_member(o.branch, "full")),
    ),
    "people.holder_not_full": Case(
        lambda o: _post(o.branch, person=_member(o.branch, "probationary")),
        "branch",
        near=lambda o: _post(o.branch, "village_director", person=_member(o.branch, "probationary")),
    ),
    "people.members_at_closed": Case(
        lambda o: (_member(o.branch), _close(o.branch)),
        "branch",
        near=lambda o: (_member(o.branch, "deceased"), _close(o.branch)),
    ),
    "people.kept_elsewhere": Case(
        lambda o: _member(o.other_branch, at=o.branch),
        "branch",
        near=lambda o: (_member(o.branch), _member(o.other_branch, "deceased", at=o.branch)),
    ),
    "people.joined_young": Case(
        lambda o: _member(o.branch, birth_year=1983),
        "branch",
        near=lambda o: _member(o.branch, birth_year=1982),
    ),
    "people.odd_birth_year": Case(
        lambda o: _member(o.branch, birth_year=1904),
        "branch",
        near=lambda o: _member(o.branch, birth_year=1905),
    ),
    "people.joined_later": Case(
        lambda o: _member(o.branch, full_on=date(2015, 10, 9)),
        "branch",
        near=lambda o: _member(o.branch, full_on=TODAY),
    ),
    "people.full_too_soon": Case(
        lambda o: _member(o.branch, full_on=date(2001, 6, 30)), "branch", near=lambda o: _member(o.branch)
    ),
    "people.days_missing": Case(
        lambda o: _member(o.branch, full_on=None),
        "branch",
        near=lambda o: _member(o.branch, "probationary", full_on=None),
    ),
    "people.long_probation": Case(
        lambda o: _member(o.branch, "probationary", date(2013, 10, 5)),
        "branch",
        near=lambda o: _member(o.branch, "probationary", date(2013, 10, 6)),
    ),
    "people.no_id_number": Case(
        lambda o: _member(o.branch, id_print=None, id_sealed=None),
        "branch",
        near=lambda o: _person(o.branch, id_print=None, id_sealed=None),
    ),
    "people.twice": Case(
        lambda o: (_member(o.branch, name="马明"), _member(o.branch, name="马明")),
        "branch",
        count=2,
        near=lambda o: (_member(o.branch, name="马明"), _member(o.branch, name="马明", birth_year=1971)),
    ),
    "people.shared_telephone": Case(
        lambda o: [_member(o.branch, telephone_print="t") for _ in range(4)],
        "branch",
        count=4,
        near=lambda o: [_member(o.branch, telephone_print="t") for _ in range(3)],
    ),
    "people.memberships_overlap": Case(
        lambda o: _gap(o, date(2015, 5, 1), date(2015, 4, 1)),
        "branch",
        near=lambda o: _gap(o, date(2015, 5, 1), date(2015, 5, 1)),
    ),
    "people.membership_gap": Case(
        lambda o: _gap(o, date(2015, 5, 1), date(2015, 6, 1)),
        "branch",
        near=lambda o: _gap(o, date(2015, 5, 1), date(2015, 5, 1)),
    ),
    "people.kept_for_nothing": Case(
        lambda o: _person(o.branch), "branch", near=lambda o: _house(o.branch, head=_person(o.branch))
    ),
    "people.account_of_gone": Case(
        lambda o: _account(person=_member(o.branch, "deceased").pk),
        "branch",
        near=lambda o: (
            _account(person=_member(o.branch, "deceased").pk, is_active=False),
            _account(person=_member(o.branch).pk),
        ),
    ),
    "people.role_where_left": Case(
        lambda o: _grant(o.branch, "member", account=_account(person=_transferred(o).pk)),
        "branch",
        near=lambda o: (
            _grant(o.branch, source="people.Post:1", account=_account(person=_transferred(o).pk)),
            _grant(o.other_branch, "member", account=_account(person=_transferred(o).pk)),
            _grant(o.branch, "member", account=_account(person=_member(o.branch).pk)),
        ),
    ),
    "people.no_head": Case(lambda o: _house(o.branch, head=None), "branch", near=lambda o: _house(o.branch)),
    "people.large_household": Case(
        lambda o: _house(o.branch, size=16), "branch", near=lambda o: _house(o.branch, size=15)
    ),
    "people.head_twice": Case(
        lambda o: [_house(o.branch, head=head) for head in [_member(o.branch)] * 2],
        "branch",
        count=2,
        near=lambda o: [_house(o.branch), _house(o.branch)],
    ),
    "people.head_gone": Case(
        lambda o: _house(o.branch, head=_member(o.branch, "deceased")),
        "branch",
        near=lambda o: _house(o.branch),
    ),
    "accounts.at_closed": Case(
        lambda o: (_grant(o.branch), _close(o.branch)),
        "branch",
        near=lambda o: (_grant(o.branch, valid_to=TODAY), _close(o.branch)),
    ),
    "accounts.unknown_role": Case(
        lambda o: _grant(o.branch, "wizard"), "branch", near=lambda o: _grant(o.branch)
    ),
    "accounts.twice": Case(
        lambda o: [_grant(o.branch, account=account) for account in [_account()] * 2],
        "branch",
        near=lambda o: (_grant(o.branch), _grant(o.branch)),
    ),
    "accounts.no_factor": Case(
        lambda o: _grant(o.county, "officer"),
        "county",
        near=lambda o: (_grant(o.county, "officer", account=_account(factor_since=NOW)), _grant(o.branch)),
    ),
    "accounts.shut": Case(
        lambda o: _grant(o.branch, account=_account(is_active=False)),
        "branch",
        near=lambda o: _grant(o.branch),
    ),
    "accounts.nobody": Case(
        lambda o: [_grant(each) for each in (o.county, o.town, o.other_town, o.branch, o.far_branch)],
        "other_branch",
        count=-5,
        near=None,
    ),
    "accounts.everywhere": Case(
        lambda o: _grant(None, "operator"), "county", near=lambda o: _grant(o.county, "operator")
    ),
    "accounts.long_delegation": Case(
        lambda o: _lend(o.branch, 181), "branch", near=lambda o: _lend(o.branch, 180)
    ),
    "accounts.lent_to_shut": Case(
        lambda o: _lend(o.branch, 10, is_active=False), "branch", near=lambda o: _lend(o.branch, 10)
    ),
    "accounts.long_token": Case(
        lambda o: _token(o.branch, 367), "branch", near=lambda o: _token(o.branch, 366)
    ),
    "accounts.token_of_shut": Case(
        lambda o: _token(o.branch, 30, _account(is_active=False)),
        "branch",
        near=lambda o: _token(o.branch, 30),
    ),
    "accounts.idle": Case(
        lambda o: _grant(o.branch, valid_to=date(2015, 5, 1)),
        "branch",
        near=lambda o: [
            (
                _grant(o.branch, account=account, valid_to=date(2015, 5, 1)),
                _grant(o.far_branch, account=account),
            )
            for account in [_account()]
        ],
    ),
    "figures.of_no_time": Case(
        lambda o: (_fact(o.branch, day=date(2015, 5, 1)), _close(o.branch)),
        "branch",
        near=lambda o: (_fact(o.branch, day=date(2015, 4, 30)), _close(o.branch)),
    ),
    "figures.in_future": Case(
        lambda o: _fact(o.branch, day=date(2015, 10, 9)),
        "branch",
        near=lambda o: (_fact(o.branch, day=TODAY), _fact(o.branch, day=date(2015, 10, 31), code="task.due")),
    ),
    "figures.negative": Case(lambda o: _fact(o.branch, -1), "branch", near=lambda o: _fact(o.branch, 0)),
    "figures.replaced_twice": Case(
        lambda o: [_fact(o.branch, replaces=old.fact) for old in [_fact(o.branch)] * 2],
        "branch",
        near=lambda o: _fact(o.branch, replaces=_fact(o.branch).fact),
    ),
    "figures.replaces_nothing": Case(
        lambda o: _fact(o.branch, replaces="gone"),
        "branch",
        near=lambda o: _fact(o.branch, replaces=_fact(o.branch).fact),
    ),
    "figures.alike": Case(
        lambda o: _same_figures(o, 6, 4),
        "town",
        near=lambda o: (_same_figures(o, 5, 4), _same_figures(o, 6, 0, value=9)),
    ),
    "figures.late_in_bulk": Case(
        lambda o: _late_figures(o, 8, 2), "town", near=lambda o: _late_figures(o, 7, 3)
    ),
    "figures.round": Case(
        lambda o: _round_figures(o, 30, 20), "town", near=lambda o: _round_figures(o, 29, 21)
    ),
    "figures.copied": Case(
        lambda o: _figures_of_months(o.branch, [11, 37, 37, 37, 37, 37, 37]),
        "branch",
        near=lambda o: _figures_of_months(o.branch, [37, 11, 37, 37, 37, 37, 37]),
    ),
    "figures.jump": Case(
        lambda o: _figures_of_months(o.branch, [10, 11, 12, 111]),
        "branch",
        near=lambda o: _figures_of_months(o.branch, [10, 11, 12, 110]),
    ),
    "records.copied": Case(
        lambda o: [_meeting(o, each) for each in (o.branch, o.other_branch, _child(o.town))],
        "town",
        near=lambda o: [_meeting(o, each) for each in (o.branch, o.other_branch, o.far_branch)],
    ),
    "records.own_copy": Case(
        lambda o: (_meeting(o, o.branch), _meeting(o, o.branch, day=date(2015, 9, 20))),
        "branch",
        near=lambda o: (_meeting(o, o.branch), _meeting(o, o.branch, LONG + "另", date(2015, 9, 20))),
    ),
    "records.of_no_time": Case(
        lambda o: (_record(o, o.branch, date(2015, 5, 1)), _close(o.branch)),
        "branch",
        near=lambda o: (_record(o, o.branch, date(2015, 4, 30)), _close(o.branch)),
    ),
    "records.in_future": Case(
        lambda o: _record(o, o.branch, date(2015, 10, 9)),
        "branch",
        near=lambda o: _record(o, o.branch, TODAY),
    ),
    "records.unknown_kind": Case(
        lambda o: _record(o, o.branch, kind="moon"), "branch", near=lambda o: _meeting(o, o.branch)
    ),
    "records.missing_field": Case(
        lambda o: _record(o, o.branch), "branch", near=lambda o: _record(o, o.branch, kind="moon")
    ),
    "records.out_of_bounds": Case(
        lambda o: _record(o, o.branch, values={"attended": -1}),
        "branch",
        near=lambda o: _record(o, o.branch, values={"attended": 0}),
    ),
    "records.many_versions": Case(lambda o: _versions(o, 4), "branch", near=lambda o: _versions(o, 3)),
    "records.in_one_sitting": Case(lambda o: _sitting(o, 3), "branch", near=lambda o: _sitting(o, 2)),
    "records.stale": Case(
        lambda o: _known(o, o.branch, 100, day=date(2014, 10, 1)),
        "branch",
        near=lambda o: _known(o, o.branch, 100, day=date(2014, 11, 1)),
    ),
    "records.beyond": Case(
        lambda o: _known(o, o.branch, -3), "branch", near=lambda o: _known(o, o.branch, 3)
    ),
    "records.unknown_field": Case(
        lambda o: _known(o, o.branch, 3, field="moon"), "branch", near=lambda o: _known(o, o.branch, 3)
    ),
    "records.sources_differ": Case(lambda o: _two_ways(o, 112), "branch", near=lambda o: _two_ways(o, 110)),
    "orders.half_issued": Case(
        lambda o: _order(o, state="issuing", issued_at=NOW - timedelta(days=2)),
        "county",
        near=lambda o: _order(o, state="issuing"),
    ),
    "orders.not_closed": Case(
        lambda o: _order(o, period="2015-07"),
        "county",
        near=lambda o: (
            _order(o, period="2015-08"),
            _order(o, duty="theme_day", period="2015-07", state="closed"),
        ),
    ),
    "orders.unknown_duty": Case(lambda o: _order(o, duty="moon"), "county", near=_order),
    "tasks.open_of_closed": Case(
        lambda o: (_task(o, o.branch), _close(o.branch)),
        "branch",
        near=lambda o: (_task(o, o.branch, state="accepted"), _close(o.branch)),
    ),
    "tasks.review_waits": Case(
        lambda o: _task(o, o.branch, state="answered", answered_on=date(2015, 9, 16)),
        "town",
        near=lambda o: _task(o, o.branch, state="answered", answered_on=date(2015, 9, 17)),
    ),
    "tasks.returned_often": Case(
        lambda o: _task(o, o.branch, returns=3), "branch", near=lambda o: _task(o, o.branch, returns=2)
    ),
    "tasks.answered_before_issue": Case(
        lambda o: _task(o, o.branch, answered_on=date(2015, 10, 7)),
        "branch",
        near=lambda o: _task(o, o.branch, answered_on=TODAY),
    ),
}


def _again(org: Any, day: date, *, ends: date) -> None:
    """A second span from a day on, the first ending on another."""
    first = OrgSpan.objects.get(org=org)
    OrgSpan.objects.filter(pk=first.pk).update(valid_to=ends)
    first.pk, first.valid_from, first.valid_to = None, day, None
    first.save(force_insert=True)


def _succession(before: Any, after: Any) -> None:
    Succession.objects.create(before=before, after=after, way="merged", day=date(2015, 5, 1))


def _held_all(office: Office, *, but: Any, until: date) -> None:
    for each in (
        office.county,
        office.town,
        office.other_town,
        office.branch,
        office.other_branch,
        office.far_branch,
    ):
        _post(each, since=BEGIN, valid_to=until if each == but else None)


def _versions(office: Office, number: int) -> None:
    last = origin = _record(office, office.branch)
    for version in range(2, number + 1):
        Record.objects.filter(pk=last.pk).update(standing=False)
        last = _record(office, office.branch, version=version, origin=origin, replaces=last)


DEFINITIONS = {code for code, check in CHECKS.items() if check.group == "definitions"}


def _found(office: Office, code: str) -> dict[tuple[int, str], Found]:
    return found_by(CHECKS[code], look_at(office.county, TODAY))


def test_every_check_of_data_has_its_breach() -> None:
    assert set(CASES) == set(CHECKS) - DEFINITIONS


def test_there_are_more_than_sixty_checks() -> None:
    assert len(CHECKS) >= 60


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_check_finds_its_breach_where_it_stands(office: Office, code: str) -> None:
    case = CASES[code]
    before = _found(office, code)

    case.breach(office)

    found = list(_found(office, code).values())
    assert len(found) == (case.count if case.count > 0 else len(before) + case.count)
    if case.at:
        assert getattr(office, case.at).pk in {each.org for each in found}


@pytest.mark.parametrize("code", sorted(code for code, case in CASES.items() if case.near))
def test_a_check_passes_over_what_is_nearly_a_breach(office: Office, code: str) -> None:
    near = CASES[code].near
    assert near is not None

    near(office)

    assert _found(office, code) == {}


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_what_a_check_says_fills_its_sentence(office: Office, code: str) -> None:
    case = CASES.get(code)
    if case is not None:
        case.breach(office)
    check = CHECKS[code]

    for found in _found(office, code).values():
        for words in (check.says.zh_hans, check.says.en):
            assert words % {name: str(value) for name, value in found.params.items()}


def test_imagined_organization_is_not_asked_for_a_published_division(office: Office) -> None:
    _some_without_area(office, 2)
    Org.objects.filter(area=None).update(fictional=True)

    assert found_by(CHECKS["tree.no_area"], look_at(office.county, TODAY)) == {}
