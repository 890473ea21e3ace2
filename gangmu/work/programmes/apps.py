"""The room as a Django app."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """Registers the room."""

    name = "gangmu.work.programmes"
    label = "programmes"

    def ready(self) -> None:
        """Bring in what the room registers elsewhere."""
        from gangmu.work.programmes import wiring  # noqa: F401 -- registers
