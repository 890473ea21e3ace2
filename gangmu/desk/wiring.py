"""What the room brings to the house."""

from gangmu.desk.pages import KIND_WORDS
from gangmu.desk.queries import (
    against_counts,
    against_entries,
    decision_counts,
    decision_entries,
    extension_counts,
    extension_entries,
    handover_counts,
    handover_entries,
    passing_counts,
    passing_entries,
    plan_counts,
    plan_entries,
    review_counts,
    review_entries,
)
from gangmu.desk.thread.rules import goal_faults
from gangmu.frame.navigation import add_landmark, add_menu
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.notices.rules import name_kinds
from gangmu.kernel.packs.rules import add_check

add_menu("desk", "Workbench", "desk-workbench", None, 1, icon="layout-dashboard", phone=True)
add_menu("desk", "The month in one page", "leader-month", "plans.view", 40, icon="file-text")
add_menu("system", "Handbook of this place", "desk-handbook", "packs.view", 10)
add_menu("system", "Log", "desk-log", "audit.view", 20)
add_menu("system", "What I did", "desk-own-log", None, 30)
add_menu("goals", "Threads of the goals", "desk-threads", "programmes.view", 60, icon="history")
add_menu("goals", "Health of the loop", "desk-loop", "programmes.view", 70, icon="chart-bar")
add_check(goal_faults)
add_inbox_source("plans", plan_counts, plan_entries)
add_inbox_source("reviews", review_counts, review_entries)
add_inbox_source("passings", passing_counts, passing_entries)
add_inbox_source("extensions", extension_counts, extension_entries)
add_inbox_source("against", against_counts, against_entries)
add_inbox_source("decisions", decision_counts, decision_entries)
add_inbox_source("handovers", handover_counts, handover_entries)
add_landmark("home", "desk-home")
add_landmark("search", "desk-search")
add_landmark("help", "desk-handbook")
name_kinds(KIND_WORDS)
