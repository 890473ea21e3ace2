"""What the room brings to the house."""

from collections.abc import Callable

from gangmu.core.definition import Definition
from gangmu.frame.navigation import add_menu, add_section, add_tab
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import Pack, add_check, add_shape
from gangmu.work.programmes.definitions import (
    CampaignKind,
    CycleKind,
    DutySet,
    LetterKind,
    ListKind,
    ProgrammeKind,
    ProjectKind,
)
from gangmu.work.programmes.queries.cycles import letters_of_year, records_of_year, targets_of_year
from gangmu.work.programmes.queries.inbox import goal_counts, goal_entries
from gangmu.work.programmes.rules import add_cycle_source, programme_faults
from gangmu.work.records.definitions import RecordKind

add_shape("programme", ProgrammeKind)
add_shape("letter", LetterKind)
add_shape("duty_set", DutySet)
add_shape("project", ProjectKind)
add_shape("list", ListKind)
add_shape("campaign", CampaignKind)
add_shape("cycle", CycleKind)
add_check(programme_faults)

add_section("goals", "Goals and responsibility", "list-check", 15)
add_menu("goals", "Programmes", "programmes-programmes", "programmes.view", 10, icon="list-check")
add_menu("goals", "Letters of responsibility", "programmes-letters", "programmes.view", 20, icon="file-text")
add_menu("goals", "Projects", "programmes-projects", "programmes.view", 30, icon="star")
add_menu("goals", "Lists of posts", "programmes-lists", "programmes.view", 40, icon="list-check")
add_menu("goals", "Campaigns", "programmes-campaigns", "programmes.view", 50, icon="speakerphone")
add_tab("org", "Targets", "programmes-targets-of-org", "programmes.view", 24)
add_inbox_source("programmes", goal_counts, goal_entries)
add_menu(
    "goals",
    "The year's calendar",
    "programmes-own-calendar",
    "programmes.view",
    15,
    icon="calendar",
    also=("programmes-calendar",),
)
add_tab("org", "Calendar", "programmes-calendar", "programmes.view", 26)


def _known(shape: type[Definition]) -> Callable[[Pack, str], bool]:
    return lambda pack, name: pack.find(shape, name) is not None


add_cycle_source("record", records_of_year, _known(RecordKind))
add_cycle_source("letter", letters_of_year, _known(LetterKind))
add_cycle_source("targets", targets_of_year, _known(ProgrammeKind))
