"""The room as a Django app."""

from django.apps import AppConfig


class BurdenConfig(AppConfig):
    """What asking costs."""

    name = "gangmu.work.burden"
    label = "burden"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.work.burden import wiring  # noqa: F401 -- registers on import
