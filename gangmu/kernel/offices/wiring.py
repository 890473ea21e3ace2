"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_tab

add_menu(
    "system",
    "Sign-in slips",
    "offices-slips-here",
    "access.manage",
    30,
    icon="printer",
    also=("offices-slips",),
)
add_tab("org", "Slips", "offices-slips", "access.manage", 85)
