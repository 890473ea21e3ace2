"""Templates that others take over, and sites that are shown."""

from django.db.models import Count, Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.queries import roots_for, within
from gangmu.work.standards.models import Adoption, Site, Template
from gangmu.work.standards.queries.claims import VIEW

HELD_ON = Q(adoptions__ended_on=None)


def published_templates(context: Context) -> QuerySet[Template]:
    """Return the templates of the reader's whole place, the newest first: they are there to be taken over."""
    return (
        Template.objects.filter(_same_place(context))
        .select_related("org")
        .annotate(takers=Count("adoptions", filter=HELD_ON))
        .order_by("withdrawn_on", "-published_on", "-pk")
    )


def _same_place(context: Context) -> Q:
    """Return the condition that something is of a place in which the reader works."""
    if not context.may(VIEW):
        return Q(pk__in=())
    if context.places(VIEW).everywhere:
        return Q()
    roots = {each.root_id for each in roots_for(context)}
    found = Q(pk__in=())
    for root in roots:
        found |= Q(org__path__gte=f"{root}/", org__path__lt=f"{root}0")
    return found


def template_by_id(context: Context, template_id: int) -> Template:
    """Return one template of the reader's place; otherwise there is none."""
    found = published_templates(context).filter(pk=template_id).first()
    if found is None:
        raise NotFound("There is no such template.")
    return found


def adoptions_of(template: Template) -> QuerySet[Adoption]:
    """Return who took a template over, and who gave it up; whoever may see it may see them."""
    return (
        Adoption.objects.filter(template=template)
        .select_related("org")
        .order_by("ended_on", "adopted_on", "pk")
    )


def adoption_by_id(context: Context, adoption_id: int) -> Adoption:
    """Return one adoption within reach; otherwise there is none."""
    found = (
        Adoption.objects.filter(within(context.places(VIEW)), pk=adoption_id)
        .select_related("org", "template", "template__org")
        .first()
    )
    if found is None:
        raise NotFound("There is no such adoption.")
    return found


def shown_sites(context: Context) -> QuerySet[Site]:
    """Return the sites of the reader's whole place: those that are shown first, then those that were."""
    rows = Site.objects.filter(_same_place(context)).select_related("org", "org__parent")
    return rows.order_by("ended_on", "org__path", "pk")


def site_by_id(context: Context, site_id: int) -> Site:
    """Return one site of the reader's place; otherwise there is none."""
    found = shown_sites(context).filter(pk=site_id).first()
    if found is None:
        raise NotFound("There is no such site.")
    return found
