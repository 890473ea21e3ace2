"""Which standards there are, and for whom."""

from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_by_version, pack_of
from gangmu.work.standards.definitions import DemonstrationKind, StandardKind
from gangmu.work.standards.models import Claim


def all_standards(org: Org) -> tuple[StandardKind, ...]:
    """Return every standard of the pack that rules where an organization stands, by code."""
    return pack_of(org.root_id).all(StandardKind)


def standards_for(org: Org) -> list[StandardKind]:
    """Return the standards that are for an organization, by code."""
    return [each for each in all_standards(org) if each.applies_to.includes(org.kind, org.domain, org.level)]


def standard_kind(org: Org, code: str) -> StandardKind:
    """Return one standard where an organization stands, for whomever it is; an unknown code refuses."""
    found = pack_of(org.root_id).find(StandardKind, code)
    if found is None:
        raise NotFound("There is no such standard here.")
    return found


def kind_of_claim(claim: Claim) -> StandardKind:
    """Return a claim's standard as it was when the claim was begun."""
    found = pack_by_version(claim.pack).find(StandardKind, claim.kind)
    if found is None:
        raise NotFound("There is no such standard here.")
    return found


def demonstration_kinds(org: Org) -> tuple[DemonstrationKind, ...]:
    """Return when an area is an example, by code."""
    return pack_of(org.root_id).all(DemonstrationKind)


def demonstration_kind(org: Org, code: str) -> DemonstrationKind:
    """Return one rule of when an area is an example; an unknown code refuses."""
    found = pack_of(org.root_id).find(DemonstrationKind, code)
    if found is None:
        raise NotFound("There is no such rule here.")
    return found
