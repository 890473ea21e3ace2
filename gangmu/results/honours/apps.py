"""The room as a Django app."""

from django.apps import AppConfig


class HonoursConfig(AppConfig):
    """Honours and contests."""

    name = "gangmu.results.honours"
    label = "honours"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.results.honours import wiring  # noqa: F401 -- registers on import
