"""The room as a Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """What people hand in, and what is made for them."""

    name = "gangmu.kernel.files"
    label = "files"
