"""What happens when: the deeds of a played world, done in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import heappop, heappush

Do = Callable[[datetime], None]
"""Something done at an instant."""


@dataclass(frozen=True, order=True)
class _Deed:
    """One thing to do; ``number`` keeps the order of those of one instant."""

    moment: datetime
    number: int
    do: Do = field(compare=False)


@dataclass
class Agenda:
    """The clock of a played world: it goes from deed to deed, and stops at ``until``.

    A deed may put further ones on the agenda. What lies after the end is never done.
    """

    until: datetime
    count: int = 0
    _deeds: list[_Deed] = field(default_factory=list)

    def put(self, moment: datetime, do: Do) -> None:
        """Have something done at an instant; one that lies after the end is passed over."""
        if moment <= self.until:
            self._put(moment, do)

    def insist(self, moment: datetime, do: Do) -> None:
        """Have something done at an instant, or at the end of the play if that comes first."""
        self._put(min(moment, self.until), do)

    def _put(self, moment: datetime, do: Do) -> None:
        self.count += 1
        heappush(self._deeds, _Deed(moment, self.count, do))

    def play(self) -> None:
        """Do everything, in the order of time."""
        while self._deeds:
            deed = heappop(self._deeds)
            deed.do(deed.moment)

    def is_over(self, day: date) -> bool:
        """Whether a day lies behind the end of the play."""
        return day > self.until.date()
