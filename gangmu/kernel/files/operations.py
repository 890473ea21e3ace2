"""Every write to files: taken in, tied to a thing, removed; and the sweep behind them."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.audit.operations import operation, require
from gangmu.kernel.files.models import StoredFile
from gangmu.kernel.files.queries import needed_digests
from gangmu.kernel.files.rules import MEDIA_TYPES, sound_file
from gangmu.kernel.files.shelf import keep_bytes, place_of, shelved
from gangmu.kernel.orgs.models import Org

BATCH = 2000
SPARED_FOR = timedelta(days=1)
"""How long bytes that nobody needs are left: whoever is just storing them has time to finish."""


def store_file(context: Context, org: Org, *, name: str, content: bytes, subject: str = "") -> StoredFile:
    """Take in a file at an organization, if it is what it says and nothing harmful.

    Its bytes are safely on the disk before the row is written: a crash between the two
    leaves bytes that nobody refers to, which a sweep removes, and never a row without.
    """
    require(context, "files.write", org)
    sound = sound_file(name, content)
    keep_bytes(sound.digest, sound.content)
    return enter_file(
        context,
        org,
        name=sound.name,
        kind=sound.kind,
        digest=sound.digest,
        notes=sound.notes,
        subject=subject,
    )


@operation("files.enter_file", permission="files.write", at="org")
def enter_file(
    context: Context, org: Org, *, name: str, kind: str, digest: str, notes: dict[str, Any], subject: str = ""
) -> StoredFile:
    """Enter a file whose bytes lie on the shelf as one of an organization.

    Its digest stands in the log, so that nobody can exchange it later. Refused without
    its bytes, and at a closed organization.
    """
    place = place_of(digest)
    if kind not in MEDIA_TYPES or not place.is_file():
        raise NotFound("There is no such file.")
    if not org.is_open():
        raise Conflict("The organization is closed.")
    return StoredFile.objects.create(
        org=org,
        name=name,
        kind=kind,
        size=place.stat().st_size,
        digest=digest,
        notes=notes,
        subject=subject,
        stored_at=context.now,
        stored_by=context.actor.account_id,
    )


@operation("files.attach_files", permission="files.write", at="org")
def attach_files(context: Context, org: Org, *, files: Sequence[StoredFile], subject: str) -> int:
    """Tie files of an organization to the thing that refers to them.

    Refused for another organization's files, and for those tied to something else.
    """
    if len(files) > BATCH:
        raise Invalid("At most %(most)s files at once.", {"most": BATCH})
    if any(file.org_id != org.pk or file.subject not in ("", subject) for file in files):
        raise Conflict("One of the files belongs to something else.")
    return StoredFile.objects.filter(pk__in=[file.pk for file in files]).update(subject=subject)


@operation("files.remove_file", permission="files.write", at="file.org")
def remove_file(context: Context, file: StoredFile, *, reason: str) -> StoredFile:
    """Remove a file, for a reason; its row stays, its bytes go when no other file needs them."""
    if not reason.strip():
        raise Invalid("Some fields need attention.", faults={"reason": "This must be filled in."})
    kept = StoredFile.objects.select_for_update().get(pk=file.pk)
    if kept.removed_at is not None:
        raise Conflict("This file was removed before.")
    kept.removed_at, kept.removed_for = context.now, reason.strip()[:200]
    kept.save(update_fields=["removed_at", "removed_for"])
    return kept


def sweep_files(context: Context) -> int:
    """Remove bytes that no file needs and that have lain for a day; return how many.

    They are left behind by a crash in the middle of storing, or by files since removed.
    """
    old = (context.now - SPARED_FOR).timestamp()
    swept, batch = 0, list[tuple[Path, str]]()
    for found in shelved(old):
        batch.append(found)
        if len(batch) == BATCH:
            swept += _sweep(batch)
            batch = []
    return swept + _sweep(batch)


def _sweep(batch: Sequence[tuple[Path, str]]) -> int:
    needed = needed_digests(digest for _, digest in batch if digest)
    swept = 0
    for place, digest in batch:
        if digest in needed:
            continue
        with suppress(FileNotFoundError):
            place.unlink()
            swept += 1
    return swept
