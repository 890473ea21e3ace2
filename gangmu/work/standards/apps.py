"""The room as a Django app."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Registers the room."""

    name = "gangmu.work.standards"
    label = "standards"

    def ready(self) -> None:
        """Bring in what the room registers elsewhere."""
        from gangmu.work.standards import wiring  # noqa: F401 -- registers
