"""The room as a Django app."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Says what the room is called and has it wired."""

    name = "gangmu.results.reports"
    label = "reports"

    def ready(self) -> None:
        """Bring what the room has to the house."""
        from gangmu.results.reports import wiring  # noqa: F401
