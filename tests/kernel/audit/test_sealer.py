"""The log: whatever is done to it behind the product's back is found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from gangmu.kernel.audit.models import Entry, Seal
from gangmu.kernel.audit.sealer import head_file, seal_entries, verify_log
from tests.conftest import Office

pytestmark = pytest.mark.db


@pytest.fixture
def sealed(office: Office, acting: Callable[..., Any], settings, tmp_path) -> int:
    settings.GANGMU_DATA = tmp_path
    # Two entries more than the founding leaves: how many that leaves depends on which pack was read before.
    acting("secretary", office.branch)
    count = seal_entries(office.system.now)
    assert count >= 5
    assert verify_log().whole
    return count


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def faults() -> str:
    verdict = verify_log()
    assert not verdict.whole
    return " ".join(verdict.faults)


def test_verify_log_finds_an_altered_entry(sealed: int) -> None:
    entry = Entry.objects.order_by("id")[1]
    sql("UPDATE audit_entry SET actor = 'somebody else' WHERE id = %s", entry.pk)

    assert f"entry {entry.pk} ({entry.verb}) was altered" in faults()


def test_verify_log_finds_an_altered_payload(sealed: int) -> None:
    entry = Entry.objects.order_by("id")[1]
    sql("UPDATE audit_entry SET payload = '{\"given\": {}}' WHERE id = %s", entry.pk)

    assert f"payload of entry {entry.pk}" in faults()


def test_verify_log_accepts_a_payload_erased_by_law(sealed: int) -> None:
    entry = Entry.objects.order_by("id")[1]
    sql("UPDATE audit_entry SET payload = NULL, salt = '' WHERE id = %s", entry.pk)

    assert verify_log().whole


def test_verify_log_finds_a_removed_entry(sealed: int) -> None:
    entry = Entry.objects.order_by("id")[1]
    sql("DELETE FROM audit_entry WHERE id = %s", entry.pk)

    assert f"entry {entry.pk} was removed" in faults()


def test_verify_log_finds_an_entry_removed_with_its_seal(sealed: int) -> None:
    sql("DELETE FROM audit_entry WHERE id = (SELECT entry FROM audit_seal WHERE seq = 2)")
    sql("DELETE FROM audit_seal WHERE seq = 2")

    assert "seal 2: removed or out of order" in faults()


def test_verify_log_finds_entries_in_another_order(sealed: int) -> None:
    first, second = Seal.objects.order_by("seq")[:2]
    sql("UPDATE audit_seal SET entry = -1 WHERE seq = %s", first.seq)
    sql("UPDATE audit_seal SET entry = %s, digest = %s WHERE seq = %s", first.entry, first.digest, second.seq)
    sql(
        "UPDATE audit_seal SET entry = %s, digest = %s WHERE seq = %s", second.entry, second.digest, first.seq
    )

    assert "does not follow" in faults()


def test_verify_log_finds_a_cut_tail(sealed: int) -> None:
    sql("DELETE FROM audit_entry WHERE id = (SELECT entry FROM audit_seal WHERE seq = %s)", sealed)
    sql("DELETE FROM audit_seal WHERE seq = %s", sealed)

    assert "cut off" in faults()


def test_verify_log_finds_a_cut_tail_whose_heads_were_cut_too(sealed: int) -> None:
    sql("DELETE FROM audit_entry WHERE id = (SELECT entry FROM audit_seal WHERE seq = %s)", sealed)
    sql("DELETE FROM audit_seal WHERE seq = %s", sealed)
    sql("DELETE FROM audit_head")

    assert f"seal {sealed}: the log was cut off here" in faults()


def test_verify_log_refuses_a_head_that_others_signed(sealed: int) -> None:
    sql("UPDATE audit_head SET signature = %s", "00" * 64)

    assert "the signature is not ours" in faults()


def test_seal_entries_twice_changes_nothing(sealed: int) -> None:
    assert seal_entries() == 0


def test_head_file_names_the_last_seal(sealed: int) -> None:
    path = head_file()

    assert path is not None
    assert f'"seq": {sealed}' in path.read_text()
