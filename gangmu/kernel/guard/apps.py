"""The room as a Django app."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """The rules against formalism."""

    name = "gangmu.kernel.guard"
    label = "guard"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.guard import wiring  # noqa: F401 -- registers on import
