"""What the room brings to the house."""

from gangmu.core.doubts import add_doubt_checks
from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.quality.doubts import CHECKS

add_doubt_checks(CHECKS)
add_menu("system", "Doubts in the data", "quality-checks", "quality.view", 15)
add_tab("org", "Doubts", "quality-org", "quality.view", 85)
