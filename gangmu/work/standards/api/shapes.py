"""What several endpoints of the room take and give."""

from ninja import Schema


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


def limit_of(page: PageOf) -> int:
    """Return how many rows a page may have: one to two hundred."""
    return max(1, min(page.limit, 200))


class StandardReasonIn(Schema):
    """Why."""

    reason: str
