"""Where a list of the room goes on."""

from ninja import Schema


class PageOf(Schema):
    """Where a list goes on: ``after`` the last code seen, at most ``limit`` rows."""

    after: str = ""
    limit: int = 100


def limit_of(page: PageOf) -> int:
    """Return how many rows are given at once."""
    return max(1, min(page.limit, 200))
