"""A self-check is its organization's own: nobody above gets it, and it reaches no fact, score, log or export."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

import gangmu
from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotAllowed, NotFound
from gangmu.core.periods import Period
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.parquet import export_facts
from gangmu.kernel.inbox.models import Item
from gangmu.results.assessment.assess import assess
from gangmu.results.assessment.engine import Job
from gangmu.work.records.models import Record
from gangmu.work.selfchecks.models import SelfCheck
from gangmu.work.selfchecks.operations import Mark, drop_check, keep_check, show_check
from gangmu.work.selfchecks.queries import own_self_checks, self_check_of, shown_self_checks
from gangmu.work.standards.models import Claim
from tests.conftest import Office
from tests.site.matrix.test_routes import (
    ENDPOINTS,
    PAGES,
    QUERIES,
    account_with,
    address,
    browser,
    program,
    text_in,
    with_everything,
)

SECRET = "只给自己看的话"
MARKS = [
    Mark("assembly", met=False, note=SECRET),
    Mark("lecture", met=True, note=SECRET),
]
BASICS = "branch_basics"


@pytest.fixture
def secretary(acting: Any, office: Office) -> Context:
    return acting("secretary", office.branch)  # type: ignore[no-any-return]


def test_keep_check_is_read_by_its_organization_alone(
    office: Office, acting: Any, secretary: Context
) -> None:
    keep_check(secretary, office.branch, kind=BASICS, marks=MARKS)

    own = self_check_of(secretary, office.branch, BASICS)
    assert own is not None
    assert own.marks["assembly"] == {"met": False, "note": SECRET}
    above = [
        acting("town_officer", office.town),
        acting("officer", office.county),
        acting("leader", office.county),
        acting("auditor", office.county),
        acting("secretary", office.other_branch),
        office.system,
    ]
    for reader in above:
        assert not own_self_checks(reader).exists()
        assert self_check_of(reader, office.branch, BASICS) is None
        assert not shown_self_checks(reader).exists()


def test_keep_check_is_refused_to_who_only_stands_above(office: Office, acting: Any) -> None:
    for role, org in (("town_officer", office.town), ("officer", office.county)):
        with pytest.raises(NotAllowed):
            keep_check(acting(role, org), office.branch, kind=BASICS, marks=MARKS)
    with pytest.raises(NotAllowed):
        keep_check(office.system, office.branch, kind=BASICS, marks=MARKS)
    assert not SelfCheck.objects.exists()


def test_keep_check_is_refused_for_what_the_standard_has_not(office: Office, secretary: Context) -> None:
    with pytest.raises(Invalid):
        keep_check(secretary, office.branch, kind=BASICS, marks=[Mark("no_such", met=True)])
    with pytest.raises(NotFound):
        keep_check(secretary, office.branch, kind="no_such", marks=[])
    with pytest.raises(NotFound):
        show_check(secretary, office.branch, kind=BASICS, shown=True)


def test_show_check_lets_those_above_read_it_until_it_is_hidden(
    office: Office, acting: Any, secretary: Context
) -> None:
    town, neighbour = acting("town_officer", office.town), acting("town_officer", office.other_town)
    keep_check(secretary, office.branch, kind=BASICS, marks=MARKS)

    show_check(secretary, office.branch, kind=BASICS, shown=True)
    assert shown_self_checks(town).count() == 1
    assert not shown_self_checks(neighbour).exists()
    with pytest.raises(NotAllowed):
        show_check(town, office.branch, kind=BASICS, shown=False)

    show_check(secretary, office.branch, kind=BASICS, shown=False)
    assert not shown_self_checks(town).exists()
    drop_check(secretary, office.branch, kind=BASICS)
    assert not SelfCheck.objects.exists()


def test_the_log_says_neither_whose_self_check_it_is_nor_what_is_in_it(
    office: Office, secretary: Context
) -> None:
    before = set(Entry.objects.values_list("pk", flat=True))

    keep_check(secretary, office.branch, kind=BASICS, marks=MARKS)
    show_check(secretary, office.branch, kind=BASICS, shown=False)
    drop_check(secretary, office.branch, kind=BASICS)

    written = list(Entry.objects.exclude(pk__in=before))
    assert [each.verb for each in written] == [
        "selfchecks.keep_check",
        "selfchecks.show_check",
        "selfchecks.drop_check",
    ]
    for entry in written:
        told = json.dumps([entry.actor, entry.subject, entry.payload], ensure_ascii=False)
        assert (entry.account, entry.actor, entry.org, entry.path, entry.subject) == (None, "", None, "", "")
        assert SECRET not in told
        assert BASICS not in told
        assert f":{office.branch.pk}" not in told.replace("hmac-sm3:", "")


def _facts(office: Office) -> None:
    """Something that is counted: each branch answered some of what it owed."""
    for at, org in enumerate((office.branch, office.other_branch, office.far_branch)):
        for code, value in (("task.due", 4), ("task.answered", 4 - at), ("task.on_time", 3 - at)):
            Fact.objects.create(
                fact=f"{office.county.pk}-{at}-{code}",
                org=org,
                day="2015-03-31",
                code=code,
                item="monthly_order",
                value=value,
                source=f"task:{at}",
                written_at=office.system.now,
                known_at=office.system.now,
            )


def _outcome(office: Office, pack: Path, folder: Path) -> tuple[Any, list[bytes]]:
    """What a round would read, byte by byte, and what the engine makes of it."""
    export_facts(office.system, Period.parse("2015"), folder / "data")
    files = [each.read_bytes() for each in sorted((folder / "data").rglob("*.parquet"))]
    job = Job(pack=pack, data=folder / "data", out=folder / "out", period=Period.parse("2015"))
    return assess(job)["results"], files


def test_a_world_with_self_checks_has_the_facts_and_scores_of_one_without(
    office: Office, secretary: Context, tmp_path: Path
) -> None:
    pack = tmp_path / "pack"
    for kind, code, text in (
        ("indicator", "on_time", "numerator: {sum: task.on_time}\ndenominator: {sum: task.due}\n"),
        ("indicator", "met", "numerator: {last: standard.met, empty: 0}\n"),
        (
            "scorecard",
            "card",
            (
                "lines:\n  - {indicator: on_time, points: 60, rule: {linear: [0, 1]}}\n"
                "  - {indicator: met, points: 40, rule: {linear: [0, 1]}}\nstars:\n  - {stars: 1, at_least: 0}\n"
            ),
        ),
    ):
        (pack / kind).mkdir(parents=True, exist_ok=True)
        (pack / kind / f"{code}.yaml").write_text(text, encoding="utf-8")
    _facts(office)
    without = _outcome(office, pack, tmp_path / "without")
    assert without[0]["scores"]

    keep_check(secretary, office.branch, kind=BASICS, marks=MARKS)
    show_check(secretary, office.branch, kind=BASICS, shown=True)

    assert _outcome(office, pack, tmp_path / "with") == without
    assert not Fact.objects.filter(code__startswith="standard.").exists()
    assert not Claim.objects.exists()
    assert not Record.objects.exists()
    assert not Item.objects.exists()


READ = [route for route in PAGES + ENDPOINTS if route.door and route.method.upper() == "GET"]


def test_no_page_and_no_endpoint_tells_anybody_else_of_it(office: Office) -> None:
    """Every address of the site is asked by one who may do everything at the county, and by an auditor."""
    with_everything(office)
    keeper = account_with(office, "keeper", "secretary", office.branch)
    context = Context(AccountActor(keeper), datetime.now(UTC))
    keep_check(context, office.branch, kind=BASICS, marks=MARKS)
    readers = [
        account_with(office, "above", "everything", office.county),
        account_with(office, "auditor", "auditor", office.county),
    ]
    assert SECRET in text_in(browser(keeper).get(f"/self-checks/{office.branch.pk}/{BASICS}"))
    doors = [(browser(each), program(each)) for each in readers]
    told, asked = [], 0
    for route in READ:
        if "check_id" in route.parameters:  # a sample of that is one that is shown
            continue
        with transaction.atomic():
            path = address(route, office) + QUERIES.get(route.name, "")
            for signed_in, headers in doors:
                client = Client(headers=headers) if route.path.startswith("/api") else signed_in
                told += [route.name] if SECRET in text_of(client.get(path)) else []
                asked += 1
            transaction.set_rollback(True)

    assert told == []
    assert asked > 250


def text_of(answer: Any) -> str:
    """Return what an answer says, also one that streams."""
    return (
        b"".join(answer.streaming_content).decode(errors="replace") if answer.streaming else text_in(answer)
    )


ROOM = Path(gangmu.__file__).parent / "work" / "selfchecks"


def test_the_room_names_neither_facts_nor_claims_nor_records() -> None:
    named = {
        node.module
        for file in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert len(named) > 15
    forbidden = ("gangmu.kernel.facts", "gangmu.results", "gangmu.work.records", "gangmu.kernel.inbox.op")

    assert sorted(name for name in named if name.startswith(forbidden)) == []


def test_no_other_room_names_the_self_check() -> None:
    named = [
        str(file.relative_to(ROOM.parents[1]))
        for file in ROOM.parents[1].rglob("*.py")
        if "selfchecks" in file.read_text(encoding="utf-8") and ROOM not in file.parents
    ]

    assert sorted(named) == ["site/api.py", "site/settings.py", "site/urls.py"]


def test_nothing_else_in_the_database_points_at_a_self_check() -> None:
    pointing = [
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.related_model is SelfCheck and model is not SelfCheck and not field.auto_created
    ]

    assert pointing == []
    assert SelfCheck in apps.get_models()
