"""The room as a Django app."""

from django.apps import AppConfig


class OfficesConfig(AppConfig):
    """How an office begins."""

    name = "gangmu.kernel.offices"
    label = "offices"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.offices import wiring  # noqa: F401 -- registers on import
