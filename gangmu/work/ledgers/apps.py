"""The room as a Django app."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    """What stands in ledgers."""

    name = "gangmu.work.ledgers"
    label = "ledgers"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.work.ledgers import wiring  # noqa: F401 -- registers on import
