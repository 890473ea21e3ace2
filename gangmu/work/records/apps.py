"""The room as a Django app."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What is written down."""

    name = "gangmu.work.records"
    label = "records"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.work.records import wiring  # noqa: F401 -- registers on import
