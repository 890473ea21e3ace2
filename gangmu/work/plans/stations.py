"""How far tasks have come in the loop: issued, answered, checked, found wanting, mended."""

from dataclasses import dataclass


@dataclass
class Stations:
    """How many tasks have reached which station.

    ``unseen`` were answered, and nobody who should has looked yet; ``unasked`` were answered,
    and nobody is to look. ``found``: an answer was given back; ``fixed``: and the one after it
    was accepted.
    """

    issued: int = 0
    answered: int = 0
    unseen: int = 0
    unasked: int = 0
    checked: int = 0
    found: int = 0
    fixed: int = 0

    def take(self, other: "Stations") -> None:
        """Count what another counts."""
        self.issued += other.issued
        self.answered += other.answered
        self.unseen += other.unseen
        self.unasked += other.unasked
        self.checked += other.checked
        self.found += other.found
        self.fixed += other.fixed
