"""What the room brings to the house."""

from gangmu.core.doubts import add_doubt_checks
from gangmu.frame.navigation import add_landmark, add_tab
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.doubts import CHECKS
from gangmu.kernel.packs.rules import add_shape

add_shape("role", RoleKind)
add_landmark("sign_in", "access-sign-in")
add_landmark("sign_out", "access-sign-out")
add_landmark("account", "access-account")
add_tab("org", "Roles", "access-org", "access.view", 80)
add_doubt_checks(CHECKS)
