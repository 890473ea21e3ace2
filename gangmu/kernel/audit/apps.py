"""The room as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The log."""

    name = "gangmu.kernel.audit"
    label = "audit"
