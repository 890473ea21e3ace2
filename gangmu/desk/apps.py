"""The room as a Django app."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages that many rooms make together."""

    name = "gangmu.desk"
    label = "desk"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.desk import wiring  # noqa: F401 -- registers on import
