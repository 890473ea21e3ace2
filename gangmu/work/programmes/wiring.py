"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_section, add_tab
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.programmes.definitions import DutySet, LetterKind, ProgrammeKind
from gangmu.work.programmes.queries.inbox import goal_counts, goal_entries
from gangmu.work.programmes.rules import programme_faults

add_shape("programme", ProgrammeKind)
add_shape("letter", LetterKind)
add_shape("duty_set", DutySet)
add_check(programme_faults)

add_section("goals", "Goals and responsibility", "list-check", 15)
add_menu("goals", "Programmes and targets", "programmes-programmes", "programmes.view", 10, icon="list-check")
add_menu("goals", "Letters of responsibility", "programmes-letters", "programmes.view", 20, icon="file-text")
add_tab("org", "Targets", "programmes-targets-of-org", "programmes.view", 24)
add_inbox_source("programmes", goal_counts, goal_entries)
