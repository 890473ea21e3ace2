"""The room as a Django app."""

from django.apps import AppConfig


class FactsConfig(AppConfig):
    """The waist."""

    name = "gangmu.kernel.facts"
    label = "facts"
