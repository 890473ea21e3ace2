"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.results.honours.checks import honour_faults
from gangmu.results.honours.definitions import ContestKind, HonourKind, SheetKind
from gangmu.results.honours.queries.inbox import contest_counts, contest_entries

add_shape("honour", HonourKind)
add_shape("contest", ContestKind)
add_shape("sheet", SheetKind)
add_check(honour_faults)
add_inbox_source("honours", contest_counts, contest_entries)
add_menu("results", "Contests", "honours-contests", "honours.view", 40, icon="checklist")
add_menu("results", "Register of honours", "honours-register", "honours.view", 50, icon="star")
add_tab("org", "Honours", "honours-of-org", "honours.view", 44)
add_tab("org", "Sheet by years", "honours-sheet", "honours.view", 46)
