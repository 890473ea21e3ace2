"""The site as a running server, with the work that goes on behind it."""

import gc
import socket
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connections
from gunicorn.app.base import BaseApplication

from gangmu.site.background import Background
from gangmu.site.terminal import CommandFailure

PAUSE = 1.0
"""Seconds between two looks for something to do behind the site."""


class _Server(BaseApplication):  # type: ignore[misc] # -- gunicorn has no types
    """Gunicorn, told what to do by a program instead of a file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__(prog="gangmu serve")

    def load_config(self) -> None:
        """Take the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application, in the worker."""
        from gangmu.site.wsgi import application

        return application


def serve(host: str, port: int, ready: Callable[[str], None]) -> int:
    """Serve the site until it is told to stop; ``ready`` is told the address.

    The embedded database has one process with several threads, because it has one writer at
    a time anyway; PostgreSQL has several processes.
    """
    address = f"http://{host}:{port}"
    _refuse_taken(host, port)
    embedded = connections["default"].vendor == "sqlite"
    (settings.GANGMU_DATA / "static").mkdir(parents=True, exist_ok=True)
    connections.close_all()
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": 1 if embedded else 3,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "when_ready": lambda _server: ready(address),
            "post_worker_init": _work_behind,
        }
    ).run()
    return 0


def _refuse_taken(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as problem:
        said = f"cannot serve at {host}:{port} ({problem.strerror}); choose another with --port"
        raise CommandFailure(said) from None


def _work_behind(worker: Any) -> None:
    """Begin the background work of a worker; what several begin, one at a time does."""
    threading.Thread(target=_work, args=(lambda: worker.alive,), name="background", daemon=True).start()


def _work(goes_on: Callable[[], bool]) -> None:
    pause = threading.Event()
    background = Background()
    turns = count(1)
    while goes_on():
        close_old_connections()
        background.turn(time.monotonic())
        if next(turns) in _SETTLED_AFTER:
            settle()
        pause.wait(PAUSE)


_SETTLED_AFTER = (1, 60, 600)
"""After how many turns what has been loaded until then is looked upon as staying."""


def settle() -> None:
    """Have the collector pass over what was loaded and stays.

    Packs, forms and translations are never given up. Looking through them again and again stopped
    about every twelfth page of a full site for a fifth of a second. What a page makes is looked
    through once or twice, not a hundred times: hardly any of it makes rings.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE, *gc.get_threshold()[1:])


_MADE = 10_000
"""After how many things more made than given up the collector looks at them."""
