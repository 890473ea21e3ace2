"""What a file is by its content, and what is left of it once nothing needless is in it."""

import hashlib
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from gangmu.core.errors import Invalid

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 5_000
MOST_RATIO = 200
LARGE_PART = 1024 * 1024
LONGEST_NAME = 150

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
"""The kinds of files that are taken in, and no others."""

IMAGES = frozenset({"jpg", "png"})
TEXTS = frozenset({"txt", "csv"})
_SAME = {"jpeg": "jpg"}


class UnfitFile(Invalid):
    """A file that is not taken in; nothing of it is kept."""

    code = "unfit_file"


@dataclass(frozen=True)
class SoundFile:
    """A file as it will be kept: its bytes, what they are, and what was noticed about them."""

    name: str
    kind: str
    content: bytes
    notes: dict[str, Any]

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes: the file's address."""
        return hashlib.sha256(self.content).hexdigest()


def sound_file(name: str, content: bytes, *, most_bytes: int = MOST_BYTES) -> SoundFile:
    """Return a file as it may be kept, or refuse it.

    Refused are: an empty or too large file, a kind that is not on the list, one that is
    not what its name says, one that holds a program, one that unpacks to far more than
    it is. Images are written anew, so that nothing about where and when stays in them.
    """
    name = plain_name(name)
    kind = kind_by_name(name)
    if not content:
        raise UnfitFile("The file is empty.")
    if len(content) > most_bytes:
        raise UnfitFile("The file is larger than %(most)s MB.", {"most": most_bytes // 1024 // 1024})
    if kind in IMAGES:
        return SoundFile(name, kind, _image_anew(kind, content), {"metadata": "removed"})
    if kind == "pdf":
        return SoundFile(name, kind, content, _look_into_pdf(content))
    if kind in TEXTS:
        return SoundFile(name, kind, _text_in_utf8(content), {})
    _look_into_office(kind, content)
    return SoundFile(name, kind, content, {})


def plain_name(name: str) -> str:
    """Return a file's name without folders and without characters that could mislead."""
    last = PurePosixPath(name.replace("\\", "/")).name
    # control characters, and those that turn the direction of writing: fdp.exe would read exe.pdf
    kept = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\"<>|:*?]", "", last).strip(
        " ."
    )
    if not kept:
        raise UnfitFile("The file has no name.")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else kept[:LONGEST_NAME]


def kind_by_name(name: str) -> str:
    """Return the kind that a name claims; one that is not on the list is refused."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    kind = _SAME.get(ending, ending)
    if kind not in MEDIA_TYPES:
        raise UnfitFile(
            "Files of this kind are not taken in; possible are %(kinds)s.", {"kinds": ", ".join(MEDIA_TYPES)}
        )
    return kind


def _not_what_it_says() -> UnfitFile:
    return UnfitFile("The file is not what its name says.")


def _guessed(content: bytes) -> str:
    guess = filetype.guess(content[:8192])
    return str(guess.extension) if guess else ""


def _image_anew(kind: str, content: bytes) -> bytes:
    """Return the picture alone, upright, without EXIF, place, comments or anything behind its end."""
    if _guessed(content) != kind:
        raise _not_what_it_says()
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG" if kind == "jpg" else "PNG"]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise UnfitFile("The picture has too many pixels.")
            opened.load()
            picture = ImageOps.exif_transpose(opened)
            modes = ("L", "RGB") if kind == "jpg" else ("1", "L", "LA", "RGB", "RGBA")
            mode = "RGB" if kind == "jpg" else "RGBA"
            picture = picture if picture.mode in modes else picture.convert(mode)
            bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnfitFile("The picture has too many pixels.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise _not_what_it_says() from None
    written = io.BytesIO()
    if kind == "jpg":
        bare.save(written, "JPEG", quality=88, optimize=True)
    else:
        bare.save(written, "PNG", optimize=False)
    return written.getvalue()


_ACTIVE_IN_PDF = (
    b"/JavaScript",
    b"/JS ",
    b"/JS(",
    b"/JS<",
    b"/Launch",
    b"/EmbeddedFile",
    b"/RichMedia",
    b"/XFA",
)
_SAID_BY_PDF = {
    "title": b"/Title",
    "author": b"/Author",
    "creator": b"/Creator",
    "producer": b"/Producer",
    "created": b"/CreationDate",
    "metadata": b"/Metadata",
}


def _look_into_pdf(content: bytes) -> dict[str, Any]:
    """Return what a PDF says about itself, by name; one that holds programs or files is refused.

    What a PDF says is noted and left: rewriting it would break the signatures in it.
    """
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise _not_what_it_says()
    if any(mark in content for mark in _ACTIVE_IN_PDF):
        raise UnfitFile("The file holds a program or another file.")
    said = sorted(word for word, mark in _SAID_BY_PDF.items() if mark in content)
    return {"metadata": said, "encrypted": b"/Encrypt" in content}


_UNWRITTEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def _text_in_utf8(content: bytes) -> bytes:
    """Return a text as UTF-8, whether it came as that or in the Chinese national encoding."""
    if _guessed(content):
        raise _not_what_it_says()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _UNWRITTEN.search(text):
            break
        return text.encode()
    raise _not_what_it_says()


_MAIN_PARTS = {
    "docx": ("word/document.xml", b"wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", b"spreadsheetml.sheet.main+xml"),
}
_TYPES = "[Content_Types].xml"
_PROGRAMS = re.compile(
    r"(vbaproject|vbadata|activex|macrosheets|\.(bin|exe|dll|vbs|js|jse|hta|scr|bat|cmd|ps1)$)", re.IGNORECASE
)
_HARMLESS = re.compile(r"(printersettings\d*\.bin$)", re.IGNORECASE)


def _look_into_office(kind: str, content: bytes) -> None:
    """Refuse what is no Word or Excel file, holds macros, or unpacks to far more than it is."""
    main, media_type = _MAIN_PARTS[kind]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            _refuse_bomb(parts)
            names = {part.filename for part in parts}
            if len(names) != len(parts) or main not in names or _TYPES not in names:
                raise _not_what_it_says()
            if any(_PROGRAMS.search(name) and not _HARMLESS.search(name) for name in names):
                raise UnfitFile("The file holds a program or another file.")
            types = archive.read(_TYPES)
            if b"macroEnabled" in types:
                raise UnfitFile("The file holds a program or another file.")
            if media_type not in types:
                raise _not_what_it_says()
            for part in parts:
                _read_through(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise _not_what_it_says() from None


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    blown = any(
        part.file_size > LARGE_PART and part.file_size > MOST_RATIO * max(1, part.compress_size)
        for part in parts
    )
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or blown:
        raise UnfitFile("The file unpacks to far more than it is.")


def _read_through(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read one part to its end, so that a broken one is found; entities in XML are refused."""
    with archive.open(part) as opened:
        head = opened.read(65536)
        if part.filename.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in head or b"<!ENTITY" in head):
            raise UnfitFile("The file holds a program or another file.")
        while opened.read(1 << 20):
            pass
