"""Set the site up on a data folder, for commands."""

import os
from pathlib import Path

DEFAULT_FOLDER = Path("data")


def start(data: Path | None = None) -> None:
    """Set the site up on a data folder: the one named, else ``GANGMU_DATA``, else ``./data``.

    Nothing of Django may be used before. What the database lacks is not added: that is
    ``migrate``.
    """
    if data is not None:
        os.environ["GANGMU_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gangmu.site.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to what this version of the product needs."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
