"""What every test stands on: no network unless the test is marked for it."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

_MAY_CONNECT = ("journey", "db", "spark")
_guard = {"closed": False}


def _refuse_connection(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse a connection to a host; sockets that are files stay open to all."""
    if event == "socket.connect" and _guard["closed"] and isinstance(arguments[1], tuple):
        raise RuntimeError(f"this test may not connect to {arguments[1]}: mark it {', '.join(_MAY_CONNECT)}")


# An audit hook sees every connection of this process, whichever library makes it.
sys.addaudithook(_refuse_connection)


@pytest.fixture(autouse=True)
def _closed_network(request: pytest.FixtureRequest) -> Iterator[None]:
    _guard["closed"] = not any(request.node.get_closest_marker(name) for name in _MAY_CONNECT)
    yield
    _guard["closed"] = False
