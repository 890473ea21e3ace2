"""Files are kept whole or not at all, once for all who hand in the same."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gangmu.core.context import Context, Stranger
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.files.models import StoredFile
from gangmu.kernel.files.operations import attach_files, enter_file, remove_file, store_file, sweep_files
from gangmu.kernel.files.queries import file_for, files_of_subject
from gangmu.kernel.files.rules import UnfitFile
from gangmu.kernel.files.shelf import NoRoom, bytes_of, place_of
from tests.conftest import NOW, Office
from tests.kernel.files.conftest import jpeg, pdf

Acting = Callable[..., Any]


def on_shelf(shelf: Path) -> list[str]:
    return sorted(place.name for place in shelf.rglob("*") if place.is_file())


@pytest.fixture
def secretary(acting: Acting, office: Office) -> Any:
    return acting("secretary", office.branch)


def test_store_file_keeps_the_bytes_and_logs_their_digest(
    shelf: Path, office: Office, secretary: Any
) -> None:
    stored = store_file(secretary, office.branch, name="通知.pdf", content=pdf(), subject="records.Record:1")

    assert bytes_of(stored.digest) == pdf()
    assert (stored.kind, stored.size, stored.stored_by) == ("pdf", len(pdf()), secretary.account)
    assert Entry.objects.filter(verb="files.enter_file").get().payload["given"]["digest"] == stored.digest


def test_store_file_shares_the_bytes_of_equal_files(shelf: Path, office: Office, secretary: Any) -> None:
    first = store_file(secretary, office.branch, name="一.jpg", content=jpeg())
    second = store_file(secretary, office.branch, name="二.jpg", content=jpeg())

    assert first.digest == second.digest
    assert on_shelf(shelf) == [first.digest]


def test_store_file_refuses_a_stranger_a_neighbour_and_a_reader(
    shelf: Path, office: Office, acting: Acting
) -> None:
    stranger = Context(Stranger(), NOW)
    neighbour = acting("secretary", office.other_branch)
    reader = acting("leader", office.county)
    past = acting("secretary", office.branch, day=date(2014, 2, 1), until=date(2015, 1, 1))
    before = Entry.objects.count()

    for context, refusal in [
        (stranger, NotSignedIn),
        (neighbour, NotAllowed),
        (reader, NotAllowed),
        (past, NotAllowed),
    ]:
        with pytest.raises(refusal):
            store_file(context, office.branch, name="a.pdf", content=pdf())

    assert (StoredFile.objects.count(), Entry.objects.count(), on_shelf(shelf)) == (0, before, [])


def test_store_file_keeps_nothing_of_an_unfit_file(shelf: Path, office: Office, secretary: Any) -> None:
    with pytest.raises(UnfitFile):
        store_file(secretary, office.branch, name="a.pdf", content=jpeg())

    assert (StoredFile.objects.count(), on_shelf(shelf)) == (0, [])


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Let this process write no file beyond 16 kB, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_store_file_on_a_full_disk_leaves_nothing_half_written(
    shelf: Path, office: Office, secretary: Any, small_disk: None
) -> None:
    before = Entry.objects.count()

    with pytest.raises(NoRoom):
        store_file(secretary, office.branch, name="大.txt", content=b"a" * 100_000)

    assert (StoredFile.objects.count(), Entry.objects.count(), on_shelf(shelf)) == (0, before, [])


def test_a_crash_after_the_bytes_leaves_no_row_and_the_sweep_removes_them(
    shelf: Path, office: Office, secretary: Any
) -> None:
    with transaction.atomic():
        lost = store_file(secretary, office.branch, name="a.pdf", content=pdf())
        transaction.set_rollback(True)
    assert StoredFile.objects.count() == 0
    assert on_shelf(shelf) == [lost.digest]
    _age(place_of(lost.digest))

    assert sweep_files(Context(office.system.actor, _now())) == 1

    assert on_shelf(shelf) == []


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _age(place: Path) -> None:
    os.utime(place, (time.time() - 3 * 86400,) * 2)


def test_sweep_files_spares_what_is_needed_and_what_is_new(
    shelf: Path, office: Office, secretary: Any
) -> None:
    needed = store_file(secretary, office.branch, name="a.pdf", content=pdf())
    _age(place_of(needed.digest))
    new = shelf / "ab" / ("ab" * 32)
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(b"just being stored")
    half = shelf / "ab" / "tmp1.half"
    half.write_bytes(b"half")
    _age(half)

    assert sweep_files(Context(office.system.actor, _now())) == 1

    assert on_shelf(shelf) == sorted([needed.digest, new.name])


def test_remove_file_keeps_the_row_and_lets_the_sweep_have_the_bytes(
    shelf: Path, office: Office, secretary: Any
) -> None:
    stored = store_file(secretary, office.branch, name="a.pdf", content=pdf())
    shared = store_file(secretary, office.branch, name="b.pdf", content=pdf())
    _age(place_of(stored.digest))

    remove_file(secretary, stored, reason="传错了")

    assert StoredFile.objects.get(pk=stored.pk).removed_for == "传错了"
    with pytest.raises(NotFound):
        file_for(secretary, stored.pk)
    assert sweep_files(Context(office.system.actor, _now())) == 0
    remove_file(secretary, shared, reason="传错了")
    assert sweep_files(Context(office.system.actor, _now())) == 1
    with pytest.raises(Conflict):
        remove_file(secretary, stored, reason="再来")
    with pytest.raises(Invalid):
        remove_file(secretary, shared, reason=" ")


def test_attach_files_ties_them_once_and_only_ones_own(shelf: Path, office: Office, acting: Acting) -> None:
    officer = acting("officer", office.county)
    mine = store_file(officer, office.branch, name="a.pdf", content=pdf())
    other = store_file(officer, office.other_branch, name="b.pdf", content=pdf())

    assert attach_files(officer, office.branch, files=[mine], subject="records.Record:7") == 1

    assert list(files_of_subject(officer, "records.Record:7")) == [mine]
    with pytest.raises(Conflict):
        attach_files(officer, office.branch, files=[other], subject="records.Record:7")
    with pytest.raises(Conflict):
        attach_files(
            officer, office.branch, files=[StoredFile.objects.get(pk=mine.pk)], subject="records.Record:8"
        )


def test_enter_file_refuses_bytes_that_are_not_there(shelf: Path, office: Office, secretary: Any) -> None:
    for digest in ("0" * 64, "../../../etc/passwd"):
        with pytest.raises(NotFound):
            enter_file(secretary, office.branch, name="a.pdf", kind="pdf", digest=digest, notes={})


def test_file_for_shows_a_file_where_the_reader_may_see_files_and_nowhere_else(
    shelf: Path, office: Office, acting: Acting, secretary: Any, django_assert_num_queries: Any
) -> None:
    stored = store_file(secretary, office.branch, name="a.pdf", content=pdf())
    town = acting("town_officer", office.town)
    town.places("files.view")

    with django_assert_num_queries(1):
        assert file_for(town, stored.pk) == stored
    for context in (
        Context(Stranger(), NOW),
        acting("secretary", office.other_branch),
        acting("town_officer", office.other_town),
        acting("member", office.branch),
    ):
        with pytest.raises(NotFound):
            file_for(context, stored.pk)
