"""The room as a Django app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who may do what."""

    name = "gangmu.kernel.access"
    label = "access"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.access import wiring  # noqa: F401 -- registers on import
