"""Templates and sites over the API."""

from datetime import date

from ninja import Query, Router, Schema

from gangmu.frame.doors import Request, endpoint
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.standards.api.shapes import PageOf, StandardReasonIn, limit_of
from gangmu.work.standards.models import Adoption, Site, Template
from gangmu.work.standards.operations.examples import (
    adopt_template,
    end_adoption,
    end_site,
    name_site,
    publish_template,
    withdraw_template,
)
from gangmu.work.standards.queries.claims import CLAIM, REVIEW, VIEW
from gangmu.work.standards.queries.examples import (
    adoption_by_id,
    adoptions_of,
    published_templates,
    shown_sites,
    site_by_id,
    template_by_id,
)

router = Router()


class TemplateOut(Schema):
    """One template, and how many work after it."""

    id: int
    org_id: int
    kind: str
    title: str
    text: str
    published_on: date
    withdrawn_on: date | None
    withdrawn_reason: str
    takers: int = 0


class AdoptionOut(Schema):
    """That an organization took a template over."""

    id: int
    template_id: int
    org_id: int
    adopted_on: date
    note: str
    ended_on: date | None
    ended_reason: str


class SiteOut(Schema):
    """One site that others may come and see."""

    id: int
    org_id: int
    kind: str
    title: str
    shows: str
    paper: str
    since_on: date
    ended_on: date | None
    ended_reason: str


@endpoint(
    router,
    "get",
    "/templates",
    "standards.published_templates",
    permission=VIEW,
    response=list[TemplateOut],
)
def list_templates(request: Request, page: Query[PageOf], kind: str = "") -> list[Template]:
    """List the templates of the place, by id."""
    rows = published_templates(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(kind=kind) if kind else rows)[: limit_of(page)])


@endpoint(
    router,
    "get",
    "/templates/{template_id}",
    "standards.template_by_id",
    permission=VIEW,
    response=TemplateOut,
)
def read_template(request: Request, template_id: int) -> Template:
    """Return one template."""
    return template_by_id(request.context, template_id)


@endpoint(
    router,
    "get",
    "/templates/{template_id}/adoptions",
    "standards.adoptions_of",
    permission=VIEW,
    response=list[AdoptionOut],
)
def list_adoptions(request: Request, template_id: int, page: Query[PageOf]) -> list[Adoption]:
    """List who took a template over, by id."""
    rows = adoptions_of(template_by_id(request.context, template_id)).order_by("pk")
    return list(rows.filter(pk__gt=page.after)[: limit_of(page)])


@endpoint(router, "get", "/sites", "standards.shown_sites", permission=VIEW, response=list[SiteOut])
def list_sites(request: Request, page: Query[PageOf], kind: str = "") -> list[Site]:
    """List the sites of the place, by id."""
    rows = shown_sites(request.context).order_by("pk").filter(pk__gt=page.after)
    return list((rows.filter(kind=kind) if kind else rows)[: limit_of(page)])


# --- writes --------------------------------------------------------------------------------


class TemplateIn(Schema):
    """How something is done, step by step."""

    title: str
    text: str
    kind: str = ""


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/templates",
    "standards.publish_template",
    permission=CLAIM,
    response=TemplateOut,
)
def publish(request: Request, org_id: int, body: TemplateIn) -> Template:
    """Write a template for others."""
    return publish_template(request.context, org_by_id(request.context, org_id), **body.dict())


@endpoint(
    router,
    "post",
    "/templates/{template_id}/withdraw",
    "standards.withdraw_template",
    permission=CLAIM,
    response=TemplateOut,
)
def withdraw(request: Request, template_id: int, body: StandardReasonIn) -> Template:
    """Withdraw a template."""
    found = template_by_id(request.context, template_id)
    return withdraw_template(request.context, found, reason=body.reason)


class AdoptionIn(Schema):
    """Which template, and what is adapted."""

    template: int
    note: str = ""


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/adoptions",
    "standards.adopt_template",
    permission=CLAIM,
    response=AdoptionOut,
)
def adopt(request: Request, org_id: int, body: AdoptionIn) -> Adoption:
    """Take a template over."""
    found = template_by_id(request.context, body.template)
    org = org_by_id(request.context, org_id)
    return adopt_template(request.context, org, template=found, note=body.note)


@endpoint(
    router,
    "post",
    "/adoptions/{adoption_id}/end",
    "standards.end_adoption",
    permission=CLAIM,
    response=AdoptionOut,
)
def give_up(request: Request, adoption_id: int, body: StandardReasonIn) -> Adoption:
    """Give up a template that was taken over."""
    return end_adoption(request.context, adoption_by_id(request.context, adoption_id), reason=body.reason)


class SiteIn(Schema):
    """What is to be seen there, since when, by which paper."""

    kind: str
    title: str
    shows: str
    paper: str
    since_on: date


@endpoint(router, "post", "/orgs/{org_id}/sites", "standards.name_site", permission=REVIEW, response=SiteOut)
def name(request: Request, org_id: int, body: SiteIn) -> Site:
    """Name an organization a site."""
    return name_site(request.context, org_by_id(request.context, org_id), **body.dict())


@endpoint(router, "post", "/sites/{site_id}/end", "standards.end_site", permission=REVIEW, response=SiteOut)
def end(request: Request, site_id: int, body: StandardReasonIn) -> Site:
    """End a site."""
    return end_site(request.context, site_by_id(request.context, site_id), reason=body.reason)
