"""The suite runs on the database and in the folder that it was told to use."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.db
@pytest.mark.django_db
def test_the_suite_runs_on_the_database_that_was_named():
    named = urlsplit(os.environ.get("GANGMU_DATABASE_URL", "")).scheme or "sqlite"

    with connection.cursor() as cursor:
        cursor.execute("SELECT 40 + 2")
        answer = cursor.fetchone()[0]

    assert (connection.vendor, answer) == (named, 42)


def test_the_suite_keeps_its_data_in_a_folder_that_goes_away():
    assert Path(settings.GANGMU_DATA).name.startswith("gangmu-tests-")


def test_an_unmarked_test_cannot_connect():
    import socket

    with socket.socket() as client, pytest.raises(RuntimeError, match="may not connect"):
        client.connect(("127.0.0.1", 9))
