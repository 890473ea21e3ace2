"""What tests of the whole site stand on."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """Two fresh databases beside the suite's own, or none: then each data folder holds its own."""
    url = os.environ.get("GANGMU_DATABASE_URL", "")
    if not url:
        yield "", ""
        return
    import psycopg

    names = [f"site_{uuid4().hex[:12]}" for _ in range(2)]
    with psycopg.connect(url, autocommit=True) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        yield tuple(urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for name in names)
        for name in names:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
