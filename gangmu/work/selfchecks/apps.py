"""The room as a Django app."""

from django.apps import AppConfig


class SelfchecksConfig(AppConfig):
    """Registers the room."""

    name = "gangmu.work.selfchecks"
    label = "selfchecks"

    def ready(self) -> None:
        """Bring in what the room registers elsewhere."""
        from gangmu.work.selfchecks import wiring  # noqa: F401 -- registers
