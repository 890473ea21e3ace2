"""Files as people hand them in, made on the spot."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image


@pytest.fixture
def shelf(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def jpeg(*, place: bool = True, size: tuple[int, int] = (60, 40)) -> bytes:
    """A photograph, with the place where it was taken unless told otherwise."""
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    if place:
        exif[0x010F] = "SecretCamera"
        exif[0x0112] = 6  # lies on its side
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (35.0, 36.0, 1.0)
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif)
    return written.getvalue()


def png() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 128)).save(written, "PNG")
    return written.getvalue()


def pdf(extra: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
        b"3 0 obj<</Author(somebody)/CreationDate(D:20151008)>>endobj\n"
        + extra
        + b"trailer<</Root 1 0 R/Info 3 0 R>>\n%%EOF\n"
    )


def xlsx() -> bytes:
    book = Workbook()
    book.active["A1"] = "合计"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def docx(**more: bytes) -> bytes:
    """The least that is a Word file, and whatever parts a test adds (``/`` written as ``__``)."""
    types = (
        b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        b'<Override PartName="/word/document.xml" ContentType="application/'
        b'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", b"<w:document/>")
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("--", "."), content)
    return written.getvalue()
