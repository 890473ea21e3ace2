"""The room as a Django app."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """What is asked for."""

    name = "gangmu.work.plans"
    label = "plans"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.work.plans import wiring  # noqa: F401 -- registers on import
