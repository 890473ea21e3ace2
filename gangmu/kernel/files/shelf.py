"""The bytes themselves: written whole or not at all, found by their digest, swept when nobody needs them."""

import errno
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from gangmu.core.errors import NotFound, Refusal

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_HALF = ".half"


class NoRoom(Refusal):
    """The disk takes no more; nothing was kept."""

    status = 507
    code = "no_room"


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT)


def place_of(digest: str) -> Path:
    """Return where the bytes of a digest lie."""
    if not _DIGEST.match(digest):
        raise NotFound("There is no such file.")
    return _folder() / digest[:2] / digest


def keep_bytes(digest: str, content: bytes) -> None:
    """Put bytes under their digest: safely on the disk, or not there at all.

    Bytes that lie there already are only touched, so that a sweep leaves them alone.
    """
    place = place_of(digest)
    try:
        os.utime(place)
    except FileNotFoundError:
        pass
    else:
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(place, content)
    except OSError as problem:
        if problem.errno in _NO_ROOM:
            raise NoRoom("There is no room left for this file.") from None
        raise


def _write_whole(place: Path, content: bytes) -> None:
    descriptor, half = tempfile.mkstemp(suffix=_HALF, dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(half).replace(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(half).unlink()
        raise
    for folder in (place.parent, place.parent.parent):  # the names, too, survive a power cut
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def bytes_of(digest: str) -> bytes:
    """Return the bytes of a digest."""
    try:
        return place_of(digest).read_bytes()
    except FileNotFoundError:
        raise NotFound("The bytes of this file are gone.") from None


def shelved(older_than: float) -> Iterator[tuple[Path, str]]:
    """Return what lies on the shelf untouched since an instant, with its digest; halves have none."""
    if not _folder().is_dir():
        return
    for place in sorted(_folder().glob("??/*")):
        with suppress(FileNotFoundError):
            if place.stat().st_mtime < older_than:
                yield place, place.name if _DIGEST.match(place.name) else ""
