"""The room as a Django app."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """What in the data is doubtful."""

    name = "gangmu.kernel.quality"
    label = "quality"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.quality import wiring  # noqa: F401 -- registers on import
