"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu

add_menu("desk", "Inbox", "inbox-waiting", None, 5, icon="inbox", phone=True)
add_menu("desk", "Today on one screen", "inbox-digest", None, 6)
