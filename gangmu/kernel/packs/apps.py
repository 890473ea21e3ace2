"""The room as a Django app."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """What everything else obeys."""

    name = "gangmu.kernel.packs"
    label = "packs"
