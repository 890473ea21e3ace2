"""Gangmu 纲目: grassroots work as a closed loop, from goals to published results."""
