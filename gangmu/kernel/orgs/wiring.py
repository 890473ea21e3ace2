"""What the room brings to the house."""

from gangmu.kernel.orgs.definitions import DomainKind, LinkKind, OrgKind, UnitKind
from gangmu.kernel.packs.rules import add_shape

add_shape("org_kind", OrgKind)
add_shape("domain", DomainKind)
add_shape("link_kind", LinkKind)
add_shape("unit_kind", UnitKind)
