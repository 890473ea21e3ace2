"""What the room brings to the house: two pages in the menu, and nothing that counts."""

from gangmu.frame.navigation import add_menu

add_menu("standards", "Self-checks", "selfchecks-checks", "selfchecks.keep", 60, icon="eye")
add_menu("standards", "Self-checks that are shown", "selfchecks-shown-list", "standards.view", 70, icon="eye")
