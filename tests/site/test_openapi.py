"""The API as programs see it: a snapshot a room, names that are operations and queries, one form of refusal.

A change of the API is meant or it is a mistake; when it is meant, write the snapshots anew:
``python -m tests.site.test_openapi`` from the root of the repository, and commit them with
the change.
"""

import inspect
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gangmu.frame.doors import ENDPOINTS
from gangmu.kernel.audit.operations import CATALOGUE
from gangmu.site.api import api
from tests.conftest import Office
from tests.site.matrix.test_operations import VERBS
from tests.site.matrix.test_queries import QUERIES
from tests.site.matrix.test_routes import account_with, api_routes, program, with_everything

SNAPSHOTS = Path(__file__).parent / "snapshots"


def rooms() -> dict[str, dict[str, Any]]:
    """Return what each room's endpoints take and give, with the shapes that they name."""
    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    found: dict[str, dict[str, Any]] = {}
    for path, methods in schema["paths"].items():
        for method, endpoint in methods.items():
            room = found.setdefault(endpoint["operationId"].split(".")[0], {"endpoints": {}, "shapes": {}})
            room["endpoints"][f"{method.upper()} {path}"] = endpoint
            _add_shapes(endpoint, schema["components"]["schemas"], room["shapes"])
    return found


def _add_shapes(part: Any, known: dict[str, Any], shapes: dict[str, Any]) -> None:
    if isinstance(part, list):
        for each in part:
            _add_shapes(each, known, shapes)
    if not isinstance(part, dict):
        return
    name = str(part.get("$ref", "")).removeprefix("#/components/schemas/")
    if name and name not in shapes:
        shapes[name] = known[name]
        _add_shapes(known[name], known, shapes)
    for each in part.values():
        _add_shapes(each, known, shapes)


def text_of(room: dict[str, Any]) -> str:
    """Return a room's snapshot as it stands in its file."""
    return json.dumps(room, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def update() -> None:
    """Write every room's snapshot anew; those of rooms that are gone go."""
    for old in SNAPSHOTS.glob("*.json"):
        old.unlink()
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, room in rooms().items():
        (SNAPSHOTS / f"{name}.json").write_text(text_of(room), encoding="utf-8")


def test_api_is_as_its_snapshots_say() -> None:
    kept = {file.stem: file.read_text(encoding="utf-8") for file in SNAPSHOTS.glob("*.json")}

    assert {name: text_of(room) for name, room in rooms().items()} == kept


READS_WITHOUT_CONTEXT = {
    "assessment.groups_to_sign": "of a round that was found within reach, for the office that leads it",
    "assessment.reviews_of": "of a round that was found within reach, for those who review",
    "assessment.runs_of": "of a round that was found within reach, for the office that leads it",
    "assessment.two_beside": "of two results that were found within reach",
    "standards.adoptions_of": "of a template that was found within the reader's place",
    "standards.lines_of": "of a claim that was found within reach",
    "burden.approved_forms": "what the pack says of an organization that was found within reach",
    "desk.operations": "the catalogue of operations, which tells nothing about anybody",
    "honours.panel_of": "the panel of a contest that was found within reach",
    "honours.rechecks_of": "the re-checks of an honour that was found within reach",
    "ledgers.ledgers_of": "what the pack says of an organization that was found within reach",
    "reports.sentences_of": "what the pack says of an organization that was found within reach",
    "files.bytes_of": "the bytes of a file that was found within reach",
    "guard.all_rules": "the rules, which tell nothing about anybody",
    "guard.standing_overrides": "exceptions, which everybody may read",
    "imports.rows_of": "the rows of an import that was found within reach",
    "packs.definitions": "what the pack says to all whom it rules",
    "packs.schema": "how a pack is written, which tells nothing about anybody",
    "plans.duties_of": "what the pack says of an organization that was found within reach",
    "plans.duty_of": "what the pack says of an organization that was found within reach",
    "plans.history_of": "the steps of a task that was found within reach",
}
"""Endpoints that are named after a query which takes no context, and why."""


SEVERAL = {
    "imports.read_import": "begins an import, stages its rows and judges them",
    "quality.look_through": "notes what one check finds, two thousand doubts at once",
}
"""Writing endpoints that are several operations, which check the permission each, and why."""


def test_no_endpoint_stands_behind_another() -> None:
    calls = Counter(
        (prefix.rstrip("/") + path, method)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    )

    assert len(calls) > 100
    assert [call for call, times in calls.items() if times > 1] == []


def test_every_endpoint_is_called_as_an_operation_or_a_query() -> None:
    names = set(ENDPOINTS)

    assert sorted(names - set(VERBS) - set(QUERIES) - set(READS_WITHOUT_CONTEXT) - set(SEVERAL)) == []
    assert set(READS_WITHOUT_CONTEXT) <= names


ASKED_WITH_A_BODY = {"guard.findings_in": "a text is too long for an address; nothing is written"}
"""Endpoints that read and are asked by POST, and why."""


def test_writing_endpoints_are_operations_and_reading_ones_are_not() -> None:
    wrong = [
        str(route)
        for route in api_routes()
        if route.name not in ASKED_WITH_A_BODY
        and (route.name in CATALOGUE or route.name in SEVERAL) != (route.method.upper() != "GET")
    ]

    assert wrong == []


NOT_OVER_THE_API: dict[str, str] = {
    "quality.note_doubts": "what the site itself finds as it looks through",
    "programmes.make_feed": "its secret is shown once, on the page of one's own addresses",
    "programmes.revoke_feed": "as above",
    "access.begin_session": "a browser's sign-in page",
    "access.change_password": "a browser's account page",
    "access.confirm_demo_session": "a demonstration's sign-in page",
    "access.confirm_second_factor": "a browser's sign-in page",
    "access.end_session": "a browser's account page",
    "access.give_start_code": "the printed slip alone shows the code",
    "access.give_founding_code": "the terminal alone shows the code",
    "access.give_start_codes": "the printed slips alone show the codes",
    "access.grant_roles": "bulk: the demo and imports",
    "access.make_token": "a person makes tokens, not a token",
    "access.note_failed_sign_in": "part of signing in",
    "access.open_accounts": "bulk: the demo and imports",
    "access.redeem_start_code": "a browser's sign-in page",
    "access.set_second_factor": "a browser's sign-in page",
    "burden.note_asking": "part of issuing an order",
    "burden.withdraw_asking": "part of withdrawing an order",
    "access.spend_founding_code": "the first page of an empty site",
    "access.withdraw_grants": "part of undoing a sheet",
    "assessment.keep_results": "part of a run, a batch each",
    "facts.note_export": "part of the command that takes facts out",
    "files.attach_files": "part of what refers to the files",
    **dict.fromkeys(
        (
            "imports.begin_import",
            "imports.finish_import",
            "imports.finish_reading",
            "imports.finish_undoing",
            "imports.note_faults",
            "imports.stage_rows",
            "imports.stop_undoing",
            "imports.take_back_rows",
            "imports.write_rows",
        ),
        "a step of reading, confirming or undoing a sheet",
    ),
    "inbox.finish_items": "other rooms' operations",
    "inbox.mark_digests_sent": "the site's own work",
    "inbox.post_items": "other rooms' operations",
    "inbox.write_digests": "the site's own work",
    "orgs.load_divisions": "the published divisions, by command",
    "packs.take_pack": "a pack comes by command",
    "people.withdraw_posts": "part of undoing a sheet",
    "packs.use_pack": "a pack comes by command",
    "plans.answer_on_paper": "rows of a sheet, which comes in as an import",
    "plans.take_back_paper": "part of undoing a sheet",
    "records.take_back_records": "part of undoing a sheet",
}
"""Operations that no program calls over the API, and why."""


def test_every_operation_is_reachable_over_the_api_or_says_why_not() -> None:
    with_api = {name.split(".")[0] for name in ENDPOINTS}
    missing = {verb for verb in VERBS if verb.split(".")[0] in with_api} - set(ENDPOINTS)

    assert sorted(missing - set(NOT_OVER_THE_API)) == []
    assert sorted(set(NOT_OVER_THE_API) & set(ENDPOINTS)) == []
    assert sorted(set(NOT_OVER_THE_API) - set(VERBS)) == []


def test_every_list_of_the_api_has_a_cursor_and_a_limit() -> None:
    endless = []
    for _, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                models = [model for model in operation.response_models.values() if model is not None]
                listed = any(
                    "list[" in str(model.__annotations__.get("response", "")).lower() for model in models
                )
                parameters = set(inspect.signature(operation.view_func).parameters)
                asked = "page" in parameters or {"after", "limit"} <= parameters
                if listed and operation.methods == ["GET"] and not asked:
                    endless.append(str(operation.operation_id))

    assert sorted(endless) == sorted(SHORT_LISTS)


SHORT_LISTS: dict[str, str] = {
    "assessment.remarks_on": "what reviewers said about one organization",
    "assessment.results_over_years": "one organization's, a few a year",
    "assessment.runs_of": "the runs of a round, one for each time it was frozen",
    "assessment.spread_within": "one for each scorecard of a round",
    "assessment.two_beside": "the lines of one scorecard",
    "quality.check_lines": "the checks of the product",
    "access.own_tokens": "one's own",
    "burden.approved_forms": "what one pack says",
    "desk.operations": "the catalogue of the product",
    "guard.all_rules": "the rules of the product",
    "guard.pack_here": "what one pack is found to hold",
    "honours.panel_of": "the panel of one contest",
    "honours.pledges_of": "the promises of one candidate",
    "honours.rechecks_of": "one honour's, one a year",
    "ledgers.ledgers_of": "what one pack says",
    "ledgers.sums_below": "those directly below one organization",
    "notices.followers_here": "what of one pack follows a document",
    "orgs.coverage_by_kind": "the kinds of one pack",
    "orgs.spans_of": "the changes of one organization",
    "orgs.unit_spans_of": "the changes of one unit",
    "packs.definitions": "what one pack says",
    "reports.sentences_of": "what one pack says",
    "reports.since_then": "the figures of one report",
    "people.memberships_of": "the standings of one person",
    "people.people_named_like": "the first dozen that a search finds",
    "people.posts_at": "the posts of one organization",
    "people.posts_of_person": "the posts of one person",
    "plans.dispute_tally": "a line for each issuer",
    "plans.duties_of": "what one pack says",
    "plans.passings_of": "how one task was passed down",
    "plans.said_against": "a line for each order and ground that waits for its issuer",
    "plans.history_of": "the steps of one task",
    "programmes.progress_by_point": "the points of one campaign",
    "records.known_values": "the dictionary of one organization",
    "standards.evidence_at_hand": "the criteria of one claim",
    "standards.lines_of": "the criteria of one claim",
    "records.versions_of": "the versions of one record",
}
"""Lists that cannot grow long, and why."""


@pytest.mark.parametrize("limit", ["0", "-1", "201", "999999999", "10000000000000000000000"])
def test_limit_of_a_page_stays_between_one_and_two_hundred(limit: str, office: Office) -> None:
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))

    answer = Client().get(f"/api/orgs?limit={limit}", headers=headers)

    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert 1 <= len(answer.json()) <= 200


def test_cursor_goes_through_all_once(office: Office) -> None:
    with_everything(office)
    headers = program(account_with(office, "holder", "everything", office.county))
    seen: list[int] = []
    for _ in range(10):
        page = Client().get(f"/api/grants?limit=1&after={seen[-1] if seen else 0}", headers=headers).json()
        if not page:
            break
        seen += [grant["id"] for grant in page]

    assert seen == sorted(set(seen))
    assert len(seen) >= 1


REFUSED: dict[int, tuple[str, str, str]] = {
    401: ("get", "/api/orgs", ""),
    403: ("get", "/api/grants", ""),
    404: ("get", "/api/orgs/999999", ""),
    405: ("delete", "/api/orgs/{branch}", ""),
    409: ("post", "/api/orgs/{branch}/links", '{"target": {branch}, "kind": "partner", "day": "2015-06-16"}'),
    422: ("post", "/api/orgs/{branch}/name", '{"day": 5}'),
    400: ("post", "/api/orgs/{branch}/name", "{no json"),
}


@pytest.mark.parametrize("status", sorted(REFUSED))
def test_refusals_have_one_form(status: int, office: Office) -> None:
    with_everything(office)
    role = "secretary" if status == 403 else "everything"
    headers = {} if status == 401 else program(account_with(office, "holder", role, office.county))
    method, path, body = (part.replace("{branch}", str(office.branch.pk)) for part in REFUSED[status])

    answer = Client().generic(method.upper(), path, body, content_type="application/json", headers=headers)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code"} <= set(problem)
    assert (problem["status"], problem["instance"]) == (status, path)
    assert "Traceback" not in answer.content.decode()


if __name__ == "__main__":
    update()
