"""Templates are published, taken over and withdrawn; sites are named and ended."""

from datetime import date

from django.db import IntegrityError, transaction

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.text import msgid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.guard.queries import refuse_text
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import locked
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.standards.models import Adoption, Site, Template
from gangmu.work.standards.queries.claims import held_claims
from gangmu.work.standards.queries.kinds import standard_kind

MUST = msgid("This must be filled in.")
STILL = msgid("Some fields need attention.")


def _filled(**texts: str) -> None:
    faults = {name: MUST for name, text in texts.items() if not text.strip()}
    if faults:
        raise Invalid(STILL, faults=faults)


def _open(org: Org) -> Org:
    held = locked(org)
    if not held.is_open():
        raise Conflict("%(org)s is closed.", {"org": held.name})
    return held


@operation("standards.publish_template", permission="standards.claim", at="org")
def publish_template(context: Context, org: Org, *, title: str, text: str, kind: str = "") -> Template:
    """Write a way of working down for others, step by step, if wanted for one of the standards.

    Refused for a closed organization, without words, and when it asks for what a rule forbids.
    """
    _filled(title=title, text=text)
    if len(text.strip()) > 5000:
        raise Invalid(STILL, faults={"text": "This is too long."})
    held = _open(org)
    if kind:
        standard_kind(held, kind)
    refuse_text(held, {"title": title, "text": text}, what="order", context=context)
    return Template.objects.create(
        org=held,
        kind=kind,
        pack=pack_version_of(held.root_id),
        title=title.strip()[:120],
        text=text.strip(),
        published_by_id=context.account,
        published_on=context.today,
    )


@operation("standards.withdraw_template", permission="standards.claim", at="template.org")
def withdraw_template(context: Context, template: Template, *, reason: str) -> Template:
    """Withdraw a template with the reason: nobody takes it over any more; who works after it sees why."""
    _filled(reason=reason)
    held = Template.objects.select_for_update(of=("self",)).get(pk=template.pk)
    if held.withdrawn_on is not None:
        raise Conflict("The template was withdrawn already.")
    held.withdrawn_on, held.withdrawn_reason = context.today, reason.strip()[:500]
    held.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    return held


@operation("standards.adopt_template", permission="standards.claim", at="org")
def adopt_template(context: Context, org: Org, *, template: Template, note: str = "") -> Adoption:
    """Take a template over, from today on.

    Refused for one's own, for one that was withdrawn or is held already, for one of another place,
    and for a closed organization.
    """
    held = _open(org)
    wanted = Template.objects.select_for_update(of=("self",)).select_related("org").get(pk=template.pk)
    if wanted.org.root_id != held.root_id:
        raise Invalid("This template is of another place.")
    if wanted.org_id == held.pk:
        raise Conflict("This template is one's own.")
    if wanted.withdrawn_on is not None:
        raise Conflict("The template was withdrawn.")
    try:
        with transaction.atomic():
            return Adoption.objects.create(
                template=wanted,
                org=held,
                adopted_by_id=context.account,
                adopted_on=context.today,
                note=note.strip()[:500],
            )
    except IntegrityError:
        raise Conflict("It was taken over already.") from None


@operation("standards.end_adoption", permission="standards.claim", at="adoption.org")
def end_adoption(context: Context, adoption: Adoption, *, reason: str) -> Adoption:
    """Give up a template that was taken over, and say why: whoever wrote it can learn from it."""
    _filled(reason=reason)
    held = Adoption.objects.select_for_update(of=("self",)).get(pk=adoption.pk)
    if held.ended_on is not None:
        raise Conflict("It was given up already.")
    held.ended_on, held.ended_reason = context.today, reason.strip()[:500]
    held.save(update_fields=["ended_on", "ended_reason"])
    return held


@operation("standards.name_site", permission="standards.review", at="org.parent")
def name_site(
    context: Context, org: Org, *, kind: str, title: str, shows: str, paper: str, since_on: date
) -> Site:
    """Name an organization a site that others may come and see, by a paper, from a day on.

    Refused for one that does not hold the standard on that day, for a closed one, for a day to come,
    and while it is one already.
    """
    _filled(title=title, shows=shows, paper=paper)
    held = _open(org)
    standard_kind(held, kind)
    if since_on > context.today:
        raise Invalid(STILL, faults={"since_on": "This day has not come yet."})
    if not held_claims(held.pk, kind, since_on):
        raise Conflict("It does not hold the standard on that day.")
    try:
        with transaction.atomic():
            return Site.objects.create(
                org=held,
                kind=kind,
                pack=pack_version_of(held.root_id),
                title=title.strip()[:120],
                shows=shows.strip()[:1000],
                paper=paper.strip()[:200],
                named_by_id=context.account,
                since_on=since_on,
            )
    except IntegrityError:
        raise Conflict("It is a site of this standard already.") from None


@operation("standards.end_site", permission="standards.review", at="site.namer")
def end_site(context: Context, site: Site, *, reason: str) -> Site:
    """End a site, with the reason; it stays on record with both days."""
    _filled(reason=reason)
    held = Site.objects.select_for_update(of=("self",)).get(pk=site.pk)
    if held.ended_on is not None:
        raise Conflict("The site was ended already.")
    held.ended_on, held.ended_reason = max(context.today, held.since_on), reason.strip()[:500]
    held.save(update_fields=["ended_on", "ended_reason"])
    return held
