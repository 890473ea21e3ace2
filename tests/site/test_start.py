"""A new site has the tables that migrating would have given it, on either database."""

import json
from pathlib import Path

import pytest

from tests.site.test_archive_databases import site_command

pytestmark = [pytest.mark.db, pytest.mark.slow]

TELL = """
import json
from pathlib import Path
from gangmu.site.start import migrate, start
start(Path({folder!r}))
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
{make}
told = {{"done": sorted(map(list, MigrationRecorder(connection).applied_migrations()))}}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        columns = connection.introspection.get_table_description(cursor, table)
        found = connection.introspection.get_constraints(cursor, table)
        told[table] = [
            sorted(str(each) for each in columns),
            sorted(json.dumps(each, sort_keys=True, default=str) for each in found.values()),
        ]
print(json.dumps(told))
"""


def test_tables_of_a_new_site_are_those_that_migrating_makes(
    two_databases: tuple[str, str], tmp_path: Path
) -> None:
    made, migrated = (
        site_command("-c", TELL.format(folder=str(tmp_path / name), make=make), url=url)
        for name, make, url in (
            ("made", "migrate()", two_databases[0]),
            ("migrated", 'call_command("migrate", verbosity=0)', two_databases[1]),
        )
    )
    assert made.returncode == 0, made.stderr
    assert migrated.returncode == 0, migrated.stderr

    ours, theirs = json.loads(made.stdout), json.loads(migrated.stdout)

    assert set(ours) == set(theirs)
    assert [name for name in sorted(ours) if ours[name] != theirs[name]] == []
    assert len(ours) > 90


def test_migrating_again_changes_nothing(two_databases: tuple[str, str], tmp_path: Path) -> None:
    once, twice = (
        site_command("-c", TELL.format(folder=str(tmp_path), make=make), url=two_databases[0])
        for make in ("migrate()", "migrate()")
    )

    assert (once.returncode, twice.returncode) == (0, 0), once.stderr + twice.stderr
    assert json.loads(once.stdout) == json.loads(twice.stdout)


BROKEN = """
from django.db.migrations.recorder import MigrationRecorder
def refuse(*given):
    raise OSError("no space left on device")
MigrationRecorder.record_applied = refuse
try:
    migrate()
except OSError:
    pass
else:
    raise SystemExit("it went through")
"""


def test_a_new_site_that_is_stopped_half_way_has_no_tables(
    two_databases: tuple[str, str], tmp_path: Path
) -> None:
    stopped = site_command("-c", TELL.format(folder=str(tmp_path), make=BROKEN), url=two_databases[0])
    again = site_command("-c", TELL.format(folder=str(tmp_path), make="migrate()"), url=two_databases[0])

    assert (stopped.returncode, again.returncode) == (0, 0), stopped.stderr + again.stderr
    assert json.loads(stopped.stdout) == {"done": []}
    assert len(json.loads(again.stdout)) > 90
