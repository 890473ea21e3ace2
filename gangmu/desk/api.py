"""The log and the definitions over the API."""

from datetime import datetime
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.errors import NotFound
from gangmu.desk.queries import log_entries
from gangmu.frame.doors import ANYONE, OWN, Request, endpoint
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.operations import CATALOGUE
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.packs.queries import pack_of
from gangmu.kernel.packs.rules import SHAPES

router = Router(tags=["desk"])


class EntryOut(Schema):
    """One operation that happened."""

    id: int
    at: datetime
    account: int | None
    actor: str
    verb: str
    org: int | None
    subject: str
    digest: str


class PageOf(Schema):
    """Where a list goes on: entries before an id, the newest first."""

    before: int = 0
    limit: int = 100


@endpoint(router, "get", "/log", "desk.log_entries", permission="audit.view", response=list[EntryOut])
def list_entries(request: Request, page: Query[PageOf]) -> list[Entry]:
    """List what happened within reach, the newest first."""
    rows = log_entries(request.context)
    if page.before:
        rows = rows.filter(pk__lt=page.before)
    return list(rows[: max(1, min(page.limit, 200))])


class OperationOut(Schema):
    """One operation of the catalogue."""

    verb: str
    permission: str
    purpose: str


@endpoint(router, "get", "/operations", "desk.operations", permission=OWN, response=list[OperationOut])
def list_operations(request: Request) -> list[Any]:
    """List everything that can be done here, with the permission that it takes."""
    return [CATALOGUE[verb] for verb in sorted(CATALOGUE)]


@endpoint(router, "get", "/schemas/{kind}", "packs.schema", permission=ANYONE, response=dict[str, Any])
def read_schema(request: Request, kind: str) -> dict[str, Any]:
    """Return the JSON Schema of a kind of definition, for editors."""
    shape = SHAPES.get(kind)
    if shape is None:
        raise NotFound("There are no such definitions.")
    return shape.model_json_schema()


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/definitions/{kind}",
    "packs.definitions",
    permission="packs.view",
    response=list[Any],
)
def list_definitions(request: Request, org_id: int, kind: str) -> list[Any]:
    """Return the definitions of a kind that rule an organization."""
    pack = pack_of(org_by_id(request.context, org_id).root_id)
    if kind not in SHAPES:
        raise NotFound("There are no such definitions.")
    return [definition.model_dump(mode="json") for definition in pack.all(SHAPES[kind])]
