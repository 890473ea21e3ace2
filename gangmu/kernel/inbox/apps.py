"""The room as a Django app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What waits for somebody."""

    name = "gangmu.kernel.inbox"
    label = "inbox"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.inbox import wiring  # noqa: F401 -- registers on import
