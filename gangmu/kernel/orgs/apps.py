"""The room as a Django app."""

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    """The tree."""

    name = "gangmu.kernel.orgs"
    label = "orgs"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.orgs import wiring  # noqa: F401 -- registers on import
