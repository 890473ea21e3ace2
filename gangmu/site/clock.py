"""What time it is here: the world's, or a demonstration's own."""

from datetime import UTC, datetime

from django.conf import settings


def now() -> datetime:
    """Return the instant that counts: shifted, where a demonstration plays another year."""
    return datetime.now(UTC) + settings.GANGMU_CLOCK_OFFSET
