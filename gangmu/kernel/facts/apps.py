"""The room as a Django app."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """The waist."""

    name = "gangmu.kernel.facts"
    label = "facts"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.facts import wiring  # noqa: F401 -- registers on import
