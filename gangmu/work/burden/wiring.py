"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.burden.definitions import BurdenKind, FormKind, SynonymKind
from gangmu.work.burden.rules import burden_faults

add_shape("burden", BurdenKind)
add_shape("form", FormKind)
add_shape("synonym", SynonymKind)
add_check(burden_faults)
add_menu("duties", "What asking costs", "burden-account", "orgs.view", 60, icon="chart-bar")
add_menu("duties", "Approved forms", "burden-forms", "orgs.view", 61)
