"""The room as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """What is made known, and the papers that everything follows."""

    name = "gangmu.kernel.notices"
    label = "notices"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.notices import wiring  # noqa: F401 -- registers on import
