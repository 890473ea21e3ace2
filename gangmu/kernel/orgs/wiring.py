"""What the room brings to the house."""

from gangmu.core.doubts import add_doubt_checks
from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.orgs.definitions import DomainKind, LinkKind, OrgKind, UnitKind
from gangmu.kernel.orgs.doubts import CHECKS
from gangmu.kernel.packs.rules import add_shape

add_shape("org_kind", OrgKind)
add_shape("domain", DomainKind)
add_shape("link_kind", LinkKind)
add_shape("unit_kind", UnitKind)
add_menu("orgs", "Organization tree", "orgs-tree", "orgs.view", 10, icon="sitemap")
add_tab("org", "Overview", "orgs-org", "orgs.view", 10)
add_tab("org", "All below", "orgs-below", "orgs.view", 20)
add_tab("org", "Units", "orgs-units", "orgs.view", 60)
add_tab("org", "History", "orgs-history", "orgs.view", 90)
add_doubt_checks(CHECKS)
