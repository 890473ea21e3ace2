"""The room as a Django app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """What comes in from sheets."""

    name = "gangmu.kernel.imports"
    label = "imports"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.imports import wiring  # noqa: F401 -- registers on import
