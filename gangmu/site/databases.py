"""Which database a site has: the one that a URL names, else the embedded one."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KEPT_OPEN = 60
"""Seconds for which a connection serves more than one request."""


def database(url: str, folder: Path) -> dict[str, Any]:
    """Return Django's description of the database that a URL, or its absence, names."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": folder / "gangmu.sqlite3",
            # kept by each of the server's threads: opening it anew costs a page some milliseconds, and
            # its cache; not for long, since it takes over what was learned of sizes only when it opens
            "CONN_MAX_AGE": KEPT_OPEN,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # what is acknowledged is synced in the write-ahead log; it is carried into the file only every
                # 32 MB, so that pages which one operation after another writes are copied there once
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; "
                "PRAGMA wal_autocheckpoint=8000;",
            },
        }
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": KEPT_OPEN,
    }


def learn_sizes() -> int:
    """Let SQLite learn how large its tables are, from a sample: some milliseconds; tell how many it knows.

    Without it the planner takes every table for as large as every other, and walks a
    year's tasks to count those of one town. PostgreSQL does this by itself.
    """
    from django.db import connection

    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit=2000")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(DISTINCT tbl) FROM sqlite_stat1")
        return int(cursor.fetchone()[0])
