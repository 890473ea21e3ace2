"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu
from gangmu.kernel.guard.rules import guard_faults
from gangmu.kernel.packs.rules import add_check

add_check(guard_faults)
add_menu("system", "Rules against formalism", "guard-rules", "plans.view", 60, icon="shield-lock")
add_menu("system", "Exceptions from the rules", "guard-overrides", "plans.view", 61)
add_menu("system", "Look a text through", "guard-look", "packs.view", 62)
