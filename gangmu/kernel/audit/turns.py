"""Who may write now: on the embedded database one at a time, in line instead of in a scramble."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_turn = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    """Open a transaction, or a part of the one that is open, when it is this thread's turn.

    The embedded database lets one connection write; the others would look again and again
    whether it is free, ever more seldom, and find it idle. Threads of one process wait for
    each other here instead. Other processes still meet at the file's own lock.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        with _turn, transaction.atomic():
            yield
