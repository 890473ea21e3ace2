"""What the room brings to the house."""

from gangmu.desk.pages import KIND_WORDS
from gangmu.desk.queries import plan_counts, plan_entries, said_back_counts, said_back_entries
from gangmu.frame.navigation import add_landmark, add_menu
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.notices.rules import name_kinds

add_menu("desk", "Workbench", "desk-workbench", None, 1, icon="layout-dashboard", phone=True)
add_menu("system", "Handbook of this place", "desk-handbook", "packs.view", 10)
add_menu("system", "Log", "desk-log", "audit.view", 20)
add_menu("system", "What I did", "desk-own-log", None, 30)
add_inbox_source("plans", plan_counts, plan_entries)
add_inbox_source("said_back", said_back_counts, said_back_entries)
add_landmark("home", "desk-home")
add_landmark("search", "desk-search")
add_landmark("help", "desk-handbook")
name_kinds(KIND_WORDS)
