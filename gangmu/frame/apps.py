"""The floor as a Django app: it has templates and static files, and no models."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """What every page stands in."""

    name = "gangmu.frame"
    label = "frame"
