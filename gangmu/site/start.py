"""Set the site up on a data folder, for commands."""

import os
from pathlib import Path

from gangmu.site.terminal import CommandFailure

DEFAULT_FOLDER = Path("data")
DATABASE = "gangmu.sqlite3"


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
    """Bring the database to what this version of the product needs.

    An empty one gets its tables straight from the models: migrating state by state to the
    same tables takes ten times as long.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    if MigrationRecorder(connection).has_table():
        call_command("migrate", verbosity=0, interactive=False)
    else:
        create_tables()


def create_tables() -> None:
    """Create every table of this version in an empty database, all or none, and count all migrations as done."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    done = list(MigrationLoader(None).disk_migrations)
    recorder = MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        recorder.ensure_schema()
        for app, name in done:
            recorder.record_applied(app, name)


def require_database(data: Path | None = None) -> None:
    """Refuse a folder without a database, before a slip in its name begins a new site there."""
    folder = data or Path(os.environ.get("GANGMU_DATA") or DEFAULT_FOLDER)
    if not os.environ.get("GANGMU_DATABASE_URL") and not (folder / DATABASE).exists():
        raise CommandFailure(f"{folder} holds no database: name the data folder with --data")
