"""How memory is looked after while much passes through it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Pauses:
    """How many are at work that want the collector to stand still, in all threads together."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._going_on = 0
        self._was_on = False

    def begin(self) -> None:
        with self._lock:
            if not self._going_on:
                self._was_on = gc.isenabled()
                gc.disable()
            self._going_on += 1

    def end(self) -> None:
        with self._lock:
            self._going_on -= 1
            if not self._going_on and self._was_on:
                gc.enable()


_pauses = _Pauses()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Have the collector of rings stand still while many rows pass through.

    Rows hold no rings: they go when the last name of them goes. Looking through a million of
    them again and again took a third of the time of reading them.
    """
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()
