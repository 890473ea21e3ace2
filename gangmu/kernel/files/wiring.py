"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu

add_menu("records", "Files", "files-files", "files.view", 90)
