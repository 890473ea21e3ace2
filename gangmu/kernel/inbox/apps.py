"""The room as a Django app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What waits for somebody."""

    name = "gangmu.kernel.inbox"
    label = "inbox"
