"""Every read of the room, a module for each noun."""
