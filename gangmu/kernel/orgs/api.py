"""The tree over the API."""

from datetime import date
from decimal import Decimal

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.models import Org, OrgLink, OrgSpan, Unit
from gangmu.kernel.orgs.operations import (
    BATCH,
    NewOrg,
    add_unit,
    close_org,
    cover_unit,
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
    split_org,
)
from gangmu.kernel.orgs.queries import (
    coverage_by_kind,
    in_subtree,
    org_by_id,
    orgs_named_like,
    spans_of,
    spans_on,
    units_below,
    visible_orgs,
)

router = Router(tags=["orgs"])

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

    def new(self) -> NewOrg:
        """Return it as the operation wants it."""
        return NewOrg(**self.dict())


class PageOf(Schema):
    """Where a list goes on: ``after`` the last code seen, at most ``limit`` rows."""

    after: str = ""
    limit: int = 100


def _limit(page: PageOf) -> int:
    return max(1, min(page.limit, 200))


@endpoint(router, "get", "/orgs", "orgs.visible_orgs", permission="orgs.view", response=list[OrgOut])
def list_orgs(request: Request, page: Query[PageOf], under: int | None = None, q: str = "") -> list[Org]:
    """List the organizations in reach in code order, below one, or by a piece of the name."""
    if q:
        return orgs_named_like(request.context, q, _limit(page))
    rows = visible_orgs(request.context).filter(closed_on=None, code__gt=page.after)
    if under is not None:
        rows = rows.filter(in_subtree(org_by_id(request.context, under).path))
    return list(rows[: _limit(page)])


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
    return list(spans_on(request.context, day).filter(org__code__gt=page.after)[: _limit(page)])


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
    day: date
    paper: str = ""


@endpoint(
    router, "post", "/orgs/{org_id}/kind", "orgs.reclassify_org", permission="orgs.manage", response=OrgOut
)
def post_kind(request: Request, org_id: int, given: ReclassifyIn) -> Org:
    """Make an organization one of another kind or domain."""
    return reclassify_org(request.context, org_by_id(request.context, org_id), **given.dict())


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
    """One part of a split, with the children that it takes."""

    new: NewOrgIn
    takes: list[int] = Field(max_length=BATCH)


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
    return split_org(context, org_by_id(context, org_id), parts, day=given.day, paper=given.paper)


class CloseIn(Schema):
    """From which day on it does not exist."""

    day: date
    paper: str = ""


@endpoint(router, "post", "/orgs/{org_id}/close", "orgs.close_org", permission="orgs.manage", response=OrgOut)
def post_closure(request: Request, org_id: int, given: CloseIn) -> Org:
    """Close an organization."""
    return close_org(request.context, org_by_id(request.context, org_id), **given.dict())


class UnitOut(Schema):
    """A body that has, or does not yet have, an organization."""

    id: int
    code: str
    name: str
    kind: str
    under_id: int
    org_id: int | None


class UnitIn(Schema):
    """A body to make known."""

    code: str
    name: str
    kind: str
    day: date


@endpoint(
    router, "get", "/orgs/{org_id}/units", "orgs.units_below", permission="orgs.view", response=list[UnitOut]
)
def list_units(request: Request, org_id: int, page: Query[PageOf]) -> list[Unit]:
    """List the bodies known below an organization, in code order."""
    org = org_by_id(request.context, org_id)
    rows = units_below(request.context, org, request.context.today).filter(code__gt=page.after)
    return list(rows[: _limit(page)])


class UnitCoverageOut(Schema):
    """How many bodies of a kind are known below an organization, and how many have their own."""

    kind: str
    units: int
    covered: int
    without: int
    share: Decimal | None


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/units/coverage",
    "orgs.coverage_by_kind",
    permission="orgs.view",
    response=list[UnitCoverageOut],
)
def read_coverage(request: Request, org_id: int) -> list[UnitCoverageOut]:
    """List for each kind of body below an organization how many have one of their own."""
    org = org_by_id(request.context, org_id)
    return [
        UnitCoverageOut(
            kind=kind, units=each.units, covered=each.covered, without=each.without, share=each.share
        )
        for kind, each in coverage_by_kind(request.context, org, request.context.today)
    ]


@endpoint(router, "post", "/orgs/{org_id}/units", "orgs.add_unit", permission="orgs.manage", response=UnitOut)
def post_unit(request: Request, org_id: int, given: UnitIn) -> Unit:
    """Make a body known that has no organization yet."""
    return add_unit(request.context, org_by_id(request.context, org_id), **given.dict())


class CoverIn(Schema):
    """The organization that a unit has."""

    org: int


@endpoint(
    router, "post", "/units/{unit_id}/org", "orgs.cover_unit", permission="orgs.manage", response=UnitOut
)
def post_cover(request: Request, unit_id: int, given: CoverIn) -> Unit:
    """Say which organization a body has."""
    context = request.context
    unit = get_object_or_404(units_below(context, None, context.today), pk=unit_id)
    return cover_unit(context, unit, org=org_by_id(context, given.org))


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
