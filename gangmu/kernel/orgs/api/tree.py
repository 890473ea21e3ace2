"""The tree over the API, and ties beside it."""

from datetime import date

from ninja import Query, Router, Schema
from pydantic import Field

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.api.paging import PageOf, limit_of
from gangmu.kernel.orgs.models import Org, OrgLink, OrgSpan
from gangmu.kernel.orgs.operations import (
    BATCH,
    NewOrg,
    close_org,
    end_link,
    found_org,
    found_orgs,
    found_root,
    link_orgs,
    merge_orgs,
    move_org,
    reclassify_org,
    remove_orgs,
    rename_org,
    set_area,
    split_org,
)
from gangmu.kernel.orgs.queries import (
    in_subtree,
    org_by_id,
    orgs_named_like,
    spans_of,
    spans_on,
    unit_by_id,
    visible_orgs,
)

router = Router()

MOST_AT_ONCE = 100
"""Organizations that one merger or one split touches at most: a county has fewer towns."""


class OrgOut(Schema):
    """One organization as of today."""

    id: int
    code: str
    name: str
    parent_id: int | None
    level: str
    kind: str
    domain: str
    area_id: str | None
    founded_on: date
    closed_on: date | None
    fictional: bool


class SpanOut(Schema):
    """An organization as it stood from a day to another."""

    org_id: int
    parent_id: int | None
    name: str
    level: str
    kind: str
    domain: str
    valid_from: date
    valid_to: date | None
    reason: str


class NewOrgIn(Schema):
    """What founding one takes."""

    code: str
    name: str
    kind: str
    level: str
    day: date
    parent_code: str = ""
    domain: str = ""
    area_code: str = ""

    def new(self) -> NewOrg:
        """Return it as the operation wants it."""
        return NewOrg(**self.dict())


@endpoint(router, "get", "/orgs", "orgs.visible_orgs", permission="orgs.view", response=list[OrgOut])
def list_orgs(request: Request, page: Query[PageOf], under: int | None = None, q: str = "") -> list[Org]:
    """List the organizations in reach in code order, below one, or by a piece of the name."""
    if q:
        return orgs_named_like(request.context, q, limit_of(page))
    rows = visible_orgs(request.context).filter(closed_on=None, code__gt=page.after)
    if under is not None:
        rows = rows.filter(in_subtree(org_by_id(request.context, under).path))
    return list(rows[: limit_of(page)])


@endpoint(router, "get", "/orgs/{org_id}", "orgs.org_by_id", permission="orgs.view", response=OrgOut)
def read_org(request: Request, org_id: int) -> Org:
    """Return one organization."""
    return org_by_id(request.context, org_id)


@endpoint(
    router, "get", "/orgs/{org_id}/spans", "orgs.spans_of", permission="orgs.view", response=list[SpanOut]
)
def read_spans(request: Request, org_id: int) -> list[OrgSpan]:
    """Return how an organization stood over time, the newest first."""
    return list(spans_of(request.context, org_by_id(request.context, org_id)))


@endpoint(router, "get", "/tree", "orgs.spans_on", permission="orgs.view", response=list[SpanOut])
def read_tree(request: Request, day: date, page: Query[PageOf]) -> list[OrgSpan]:
    """Return the tree as it stood on a day, in code order."""
    return list(spans_on(request.context, day).filter(org__code__gt=page.after)[: limit_of(page)])


@endpoint(router, "post", "/orgs", "orgs.found_root", permission="orgs.manage", response=OrgOut)
def post_root(request: Request, new: NewOrgIn) -> Org:
    """Found the top of a tree."""
    return found_root(request.context, new.new())


@endpoint(router, "post", "/orgs/{org_id}/orgs", "orgs.found_org", permission="orgs.manage", response=OrgOut)
def post_org(request: Request, org_id: int, new: NewOrgIn) -> Org:
    """Found one organization below another."""
    return found_org(request.context, org_by_id(request.context, org_id), new.new())


class BatchIn(Schema):
    """Up to two thousand organizations, parents before their children."""

    orgs: list[NewOrgIn] = Field(max_length=BATCH)


@endpoint(
    router, "post", "/orgs/{org_id}/batch", "orgs.found_orgs", permission="orgs.manage", response=list[OrgOut]
)
def post_orgs(request: Request, org_id: int, batch: BatchIn) -> list[Org]:
    """Found many organizations below one, all or none."""
    parent = org_by_id(request.context, org_id)
    return found_orgs(request.context, parent, [new.new() for new in batch.orgs])


class IdsIn(Schema):
    """Some organizations."""

    orgs: list[int] = Field(max_length=BATCH)


class CountOut(Schema):
    """How many."""

    count: int


@endpoint(
    router, "post", "/orgs/{org_id}/remove", "orgs.remove_orgs", permission="orgs.manage", response=CountOut
)
def post_removal(request: Request, org_id: int, given: IdsIn) -> dict[str, int]:
    """Take back organizations that were founded by mistake and used by nothing."""
    parent = org_by_id(request.context, org_id)
    orgs = [org_by_id(request.context, key) for key in given.orgs]
    return {"count": remove_orgs(request.context, parent, orgs)}


class RenameIn(Schema):
    """A new name from a day on."""

    name: str
    day: date
    paper: str = ""


@endpoint(router, "post", "/orgs/{org_id}/name", "orgs.rename_org", permission="orgs.manage", response=OrgOut)
def post_name(request: Request, org_id: int, given: RenameIn) -> Org:
    """Give an organization another name."""
    return rename_org(request.context, org_by_id(request.context, org_id), **given.dict())


class ReclassifyIn(Schema):
    """Another kind or domain from a day on."""

    kind: str
    domain: str = ""
    level: str = ""
    day: date
    paper: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/kind", "orgs.reclassify_org", permission="orgs.manage", response=OrgOut
)
def post_kind(request: Request, org_id: int, given: ReclassifyIn) -> Org:
    """Make an organization one of another kind or domain."""
    return reclassify_org(request.context, org_by_id(request.context, org_id), **given.dict())


class AreaIn(Schema):
    """The code of the division for which it stands; none where it stands for none."""

    area: str = ""


@endpoint(router, "post", "/orgs/{org_id}/area", "orgs.set_area", permission="orgs.manage", response=OrgOut)
def post_area(request: Request, org_id: int, given: AreaIn) -> Org:
    """Say for which administrative division an organization stands."""
    return set_area(request.context, org_by_id(request.context, org_id), area=given.area)


class MoveIn(Schema):
    """Below which organization, from which day on."""

    under: int
    day: date
    paper: str = ""


@endpoint(router, "post", "/orgs/{org_id}/parent", "orgs.move_org", permission="orgs.manage", response=OrgOut)
def post_parent(request: Request, org_id: int, given: MoveIn) -> Org:
    """Put an organization, with all below it, under another."""
    context = request.context
    under = org_by_id(context, given.under)
    return move_org(context, org_by_id(context, org_id), under=under, day=given.day, paper=given.paper)


class MergeIn(Schema):
    """Which organizations are merged into the one, from which day on."""

    merged: list[int] = Field(max_length=MOST_AT_ONCE)
    day: date
    paper: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/merge", "orgs.merge_orgs", permission="orgs.manage", response=OrgOut
)
def post_merger(request: Request, org_id: int, given: MergeIn) -> Org:
    """Merge organizations into one that goes on."""
    context = request.context
    merged = [org_by_id(context, key) for key in given.merged]
    return merge_orgs(context, org_by_id(context, org_id), merged, day=given.day, paper=given.paper)


class PartIn(Schema):
    """One part of a split, with the children and the units that it takes."""

    new: NewOrgIn
    takes: list[int] = Field(max_length=BATCH)
    units: list[int] = Field(default=[], max_length=BATCH)


class SplitIn(Schema):
    """The parts of a split."""

    parts: list[PartIn] = Field(max_length=MOST_AT_ONCE)
    day: date
    paper: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/split", "orgs.split_org", permission="orgs.manage", response=list[OrgOut]
)
def post_split(request: Request, org_id: int, given: SplitIn) -> list[Org]:
    """Split an organization into new ones."""
    context = request.context
    parts = [(part.new.new(), [org_by_id(context, key) for key in part.takes]) for part in given.parts]
    units = {part.new.code: [unit_by_id(context, key) for key in part.units] for part in given.parts}
    org = org_by_id(context, org_id)
    return split_org(context, org, parts, day=given.day, paper=given.paper, units=units)


class CloseIn(Schema):
    """From which day on it does not exist."""

    day: date
    paper: str = ""


@endpoint(router, "post", "/orgs/{org_id}/close", "orgs.close_org", permission="orgs.manage", response=OrgOut)
def post_closure(request: Request, org_id: int, given: CloseIn) -> Org:
    """Close an organization."""
    return close_org(request.context, org_by_id(request.context, org_id), **given.dict())


class LinkIn(Schema):
    """A tie beside the tree."""

    target: int
    kind: str
    day: date
    paper: str = ""


class LinkOut(Schema):
    """A tie beside the tree, from a day to another."""

    id: int
    kind: str
    source_id: int
    target_id: int
    valid_from: date
    valid_to: date | None
    paper: str


@endpoint(
    router, "post", "/orgs/{org_id}/links", "orgs.link_orgs", permission="orgs.manage", response=LinkOut
)
def post_link(request: Request, org_id: int, given: LinkIn) -> OrgLink:
    """Tie two organizations beside the tree."""
    context = request.context
    target = org_by_id(context, given.target)
    return link_orgs(
        context,
        org_by_id(context, org_id),
        target=target,
        kind=given.kind,
        day=given.day,
        paper=given.paper,
    )


class EndIn(Schema):
    """The day on which it ends."""

    day: date


@endpoint(router, "post", "/links/{link_id}/end", "orgs.end_link", permission="orgs.manage", response=LinkOut)
def post_link_end(request: Request, link_id: int, given: EndIn) -> OrgLink:
    """End a tie beside the tree."""
    link = OrgLink.objects.select_related("source").filter(pk=link_id).first()
    if link is None or not request.context.may("orgs.view", link.source.path):
        raise NotFound("There is no such link.")
    return end_link(request.context, link=link, day=given.day)
