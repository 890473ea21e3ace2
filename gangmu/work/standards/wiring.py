"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_section, add_tab
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.standards.definitions import DemonstrationKind, StandardKind
from gangmu.work.standards.queries.inbox import claim_counts, claim_entries
from gangmu.work.standards.rules import standard_faults

add_shape("standard", StandardKind)
add_shape("demonstration", DemonstrationKind)
add_check(standard_faults)
add_inbox_source("standards", claim_counts, claim_entries)
add_section("standards", "Standards and examples", "clipboard-check", 25)
add_menu("standards", "Standards", "standards-standards", "standards.view", 10, icon="clipboard-check")
add_menu("standards", "Claims", "standards-claims", "standards.view", 20, icon="checklist")
add_menu("standards", "How far towns are", "standards-advance", "standards.view", 30, icon="table")
add_menu("standards", "Sites to see", "standards-sites", "standards.view", 40, icon="map-pin")
add_menu("standards", "Templates", "standards-templates", "standards.view", 50, icon="file-text")
add_tab("org", "Standards", "standards-of-org", "standards.view", 28)
