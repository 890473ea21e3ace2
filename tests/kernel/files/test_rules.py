"""What is taken in, and what is not."""

import io
import zipfile

import pytest
from PIL import Image

from gangmu.kernel.files.rules import MOST_BYTES, UnfitFile, plain_name, sound_file
from tests.kernel.files.conftest import docx, jpeg, pdf, png, xlsx


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("总结.docx", docx()),
        ("台账.XLSX", xlsx()),
        ("通知.pdf", pdf()),
        ("活动.jpeg", jpeg()),
        ("图.png", png()),
        ("说明.txt", "按月报送".encode()),
        ("名册.csv", "姓名,支部\n张三,东庄\n".encode("gb18030")),
    ],
)
def test_sound_file_takes_in_what_it_says_it_is(name: str, content: bytes) -> None:
    sound = sound_file(name, content)

    assert sound.kind == {"jpeg": "jpg"}.get(name.lower().rsplit(".", 1)[1], name.lower().rsplit(".", 1)[1])
    assert len(sound.digest) == 64


def test_sound_file_takes_place_and_camera_out_of_a_photograph_and_turns_it_upright() -> None:
    given = jpeg()
    assert Image.open(io.BytesIO(given)).getexif()[0x010F] == "SecretCamera"
    assert b"SecretCamera" in given

    kept = sound_file("活动.jpg", given).content

    picture = Image.open(io.BytesIO(kept))
    assert dict(picture.getexif()) == {}
    assert b"SecretCamera" not in kept
    assert picture.size == (40, 60)


def test_sound_file_leaves_nothing_behind_the_end_of_a_picture() -> None:
    kept = sound_file("图.png", png() + b"PK\x03\x04 hidden").content

    assert b"hidden" not in kept


def test_sound_file_gives_the_same_picture_the_same_digest() -> None:
    assert sound_file("a.jpg", jpeg()).digest == sound_file("b.jpg", jpeg()).digest


def test_sound_file_turns_text_into_utf8() -> None:
    assert sound_file("名册.csv", "东庄村".encode("gb18030")).content.decode() == "东庄村"


def test_sound_file_notes_what_a_pdf_says_about_itself() -> None:
    assert sound_file("a.pdf", pdf()).notes == {"metadata": ["author", "created"], "encrypted": False}


BOMB = docx(**{"word__media__big--xml": b"0" * 50_000_000})


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", jpeg(), "not what its name says"),
        ("a.jpg", png(), "not what its name says"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 300, "not what its name says"),
        ("a.jpg", jpeg()[:300], "not what its name says"),
        ("a.docx", xlsx(), "not what its name says"),
        ("a.xlsx", docx(), "not what its name says"),
        ("a.docx", b"PK\x03\x04" + b"\x00" * 200, "not what its name says"),
        ("a.txt", pdf(), "not what its name says"),
        ("a.txt", b"MZ\x00\x01\x02", "not what its name says"),
        ("a.csv", b"bell\x07", "not what its name says"),
        ("a.pdf", b"%PDF-1.4 cut off", "not what its name says"),
        ("a.pdf", pdf(b"4 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n"), "holds a program"),
        ("a.docx", docx(**{"word__vbaProject--bin": b"x"}), "holds a program"),
        ("a.docx", docx(**{"word__embeddings__tool--exe": b"MZ"}), "holds a program"),
        (
            "a.docx",
            docx(**{"word__settings--xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
            "holds a program",
        ),
        ("a.docx", BOMB, "unpacks to far more"),
        ("a.docm", docx(), "Files of this kind"),
        ("a.exe", b"MZ", "Files of this kind"),
        ("a.pdf.exe", pdf(), "Files of this kind"),
        ("a", pdf(), "Files of this kind"),
        ("a.html", b"<script>", "Files of this kind"),
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"%PDF-" + b" " * MOST_BYTES, "larger than 20 MB"),
        ("...", pdf(), "no name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sound_file_refuses(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UnfitFile) as refused:
        sound_file(name, content)

    assert said in str(refused.value)


def test_sound_file_refuses_a_picture_with_too_many_pixels() -> None:
    written = io.BytesIO()
    Image.new("1", (9000, 9000)).save(written, "PNG")
    assert len(written.getvalue()) < 100_000

    with pytest.raises(UnfitFile, match="too many pixels"):
        sound_file("a.png", written.getvalue())


def test_sound_file_refuses_an_office_file_with_a_broken_part() -> None:
    whole = docx(**{"word__styles--xml": bytes(range(256)) * 40})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        at = archive.getinfo("word/styles.xml").header_offset + 60
    broken = whole[:at] + b"\x00\xff\x00\xff" + whole[at + 4 :]

    with pytest.raises(UnfitFile, match="not what its name says"):
        sound_file("a.docx", broken)


def test_plain_name_drops_folders_and_what_misleads() -> None:
    assert plain_name("..\\..\\etc/总结\u202efdp.pdf") == "总结fdp.pdf"
    assert len(plain_name("长" * 400 + ".pdf")) <= 150
