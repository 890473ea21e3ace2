"""Dated ties between two organizations beside the tree."""

from datetime import date

from gangmu.core.context import Context
from gangmu.core.errors import Conflict
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org, OrgLink
from gangmu.kernel.orgs.queries import on_day


@operation("orgs.link_orgs", permission="orgs.manage", at="source")
def link_orgs(
    context: Context, source: Org, *, target: Org, kind: str, day: date, paper: str = ""
) -> OrgLink:
    """Tie two organizations beside the tree from a day on: guidance, partnership, a grid."""
    if source.pk == target.pk:
        raise Conflict("An organization is not linked to itself.")
    for org in (source, target):
        if not org.is_open() or org.founded_on > day:
            raise Conflict("%(org)s does not stand on this day.", {"org": org.name})
    if OrgLink.objects.filter(on_day(day), source=source, target=target, kind=kind).exists():
        raise Conflict("They are linked already.")
    return OrgLink.objects.create(source=source, target=target, kind=kind, valid_from=day, paper=paper)


@operation("orgs.end_link", permission="orgs.manage", at="link.source")
def end_link(context: Context, link: OrgLink, *, day: date) -> OrgLink:
    """End a link on a day; it stays on record."""
    if link.valid_to is not None or day <= link.valid_from or day > context.today:
        raise Conflict("The link has ended, or did not stand before this day.")
    link.valid_to = day
    link.save(update_fields=["valid_to"])
    return link
