"""The room as a Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """What people hand in, and what is made for them."""

    name = "gangmu.kernel.files"
    label = "files"

    def ready(self) -> None:
        """Tell the house what this room brings."""
        from gangmu.kernel.files import wiring  # noqa: F401 -- registers on import
