"""The room as a Django app."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Numbers into scores."""

    name = "gangmu.results.assessment"
    label = "assessment"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.results.assessment import wiring  # noqa: F401 -- registers on import
