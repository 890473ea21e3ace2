"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_section, add_tab
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.programmes.definitions import ProgrammeKind
from gangmu.work.programmes.rules import programme_faults

add_shape("programme", ProgrammeKind)
add_check(programme_faults)

add_section("goals", "Goals and responsibility", "list-check", 15)
add_menu("goals", "Programmes and targets", "programmes-programmes", "programmes.view", 10, icon="list-check")
add_tab("org", "Targets", "programmes-targets-of-org", "programmes.view", 24)
