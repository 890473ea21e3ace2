"""The room as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who people are and what they hold."""

    name = "gangmu.kernel.people"
    label = "people"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.people import wiring  # noqa: F401 -- registers on import
