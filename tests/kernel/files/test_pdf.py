"""PDF of the documents that Word is made of: the same words, the same bytes each time, in bounded time."""

import cProfile
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import reportlab
from reportlab import rl_config

from gangmu.kernel.files import pdf
from gangmu.kernel.files.pdf import pdf_bytes
from gangmu.kernel.files.rules import sound_file
from gangmu.kernel.files.word import (
    Document,
    Grid,
    GridColumn,
    Heading,
    NewPage,
    Paragraph,
    Parties,
    Stretch,
    paper_text,
    word_bytes,
)
from tests.pdf_texts import texts_of

ROW = ("第一项", "84.3%")
LETTER = Document(
    title="关于年度工作的报告",
    number="党建报〔2015〕7号",
    issuer="中共某县委组织部",
    addressee="上级党委：",
    blocks=(
        Heading("基本情况"),
        Paragraph(
            stretches=(
                Stretch("反馈率"),
                Stretch("84.3%", link="http://site/figure/1"),
                Stretch("[1]", raised=True),
            )
        ),
        Paragraph("第二段\n第三段 <不是标记>"),
        Grid(
            (GridColumn("项目", group="甲"), GridColumn("数", align="right")),
            (ROW,),
            foot=("合计", "1"),
            caption="表一",
            note="注",
        ),
        NewPage(),
        Parties("甲方", "乙方"),
    ),
    attachments=("数字及其来源", "名单"),
    signed_by="中共某县委组织部",
    signed_on=date(2015, 12, 31),
    copies_to="各乡镇",
    printed_by="某县委办公室",
    foot=("※ 手工填写",),
)


def pages_of(content: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type /Page\b", content))


def test_pdf_bytes_holds_every_word_of_the_document() -> None:
    text = texts_of(pdf_bytes(LETTER)).replace("\n", "")

    for words in (
        "关于年度工作的报告",
        "一、基本情况",
        "84.3%",
        "<不是标记>",
        "合计",
        "甲方",
        "数字及其来源",
        "2015年12月31日",
        "各乡镇",
        "※",
    ):
        assert words in text, words


def test_pdf_bytes_leads_to_where_a_figure_comes_from() -> None:
    assert b"http://site/figure/1" in pdf_bytes(LETTER)


def placed(content: bytes) -> list[tuple[float, float, bytes]]:
    """Return every line of text of a PDF that was not compressed, and where it stands."""
    found, origin, ways = [], (0.0, 0.0), []
    for line in content.splitlines():
        if line == b"q":
            ways.append(origin)
        elif line == b"Q":
            origin = ways.pop()
        elif moved := re.fullmatch(rb"1 0 0 1 (\S+) (\S+) cm", line):
            origin = (origin[0] + float(moved[1]), origin[1] + float(moved[2]))
        elif line.startswith(b"BT 1 0 0 1 "):
            x, y = map(float, line.split()[5:7])
            step = re.search(rb"TL (\S+) (\S+) Td", line)
            at = (origin[0] + x + (float(step[1]) if step else 0), origin[1] + y)
            found += [(round(at[0], 2), round(at[1], 2), text) for text in re.findall(rb"\((.*?)\) Tj", line)]
    return found


@pytest.mark.parametrize("align", ["left", "centre", "right"])
def test_text_that_fits_its_cell_stands_where_the_first_of_broken_lines_would(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(f"第{at}村", "长" * (at % 60), "") for at in range(90)]
    columns = (GridColumn("村", align=align), GridColumn("话", align=align), GridColumn("空"))
    document = Document(title="表", blocks=(Grid(columns, rows),))
    monkeypatch.setattr(rl_config, "pageCompression", 0)

    quick = placed(pdf_bytes(document))
    monkeypatch.setattr(pdf, "_on_one_line", lambda *_: False)
    slow = placed(pdf_bytes(document))

    said = [each for each in quick if each[2] and each[2] != b"\\000\\240"]
    assert len(said) > 90
    assert said == [each for each in slow if each[2] and each[2] != b"\\000\\240"]


def test_pdf_bytes_gives_the_same_bytes_for_the_same_document() -> None:
    assert pdf_bytes(LETTER) == pdf_bytes(LETTER)


def test_pdf_is_a_file_that_the_house_itself_takes_in() -> None:
    assert sound_file("报告.pdf", pdf_bytes(LETTER)).kind == "pdf"


def test_word_bytes_puts_stretches_into_one_paragraph_with_its_link() -> None:
    content = word_bytes(LETTER)

    assert "反馈率84.3%[1]" in paper_text(content)


def test_twice_as_long_a_report_takes_at_most_three_times_the_work() -> None:
    """Counted in calls, as Word and as PDF: a clock would tell how busy the machine is."""
    line = Paragraph(
        stretches=tuple(
            Stretch(f"全州共有党组织4316个，反馈率{at}%，", link="http://site/f") for at in range(9)
        )
    )

    def calls(write: Callable[[Document], bytes], lines: int) -> int:
        document = Document(title="长报告", blocks=(line,) * lines)
        write(document)
        profile = cProfile.Profile(builtins=False)
        profile.runcall(write, document)
        return sum(entry.callcount for entry in profile.getstats())

    assert pages_of(pdf_bytes(Document(title="长报告", blocks=(line,) * 40))) >= 10
    for write in (word_bytes, pdf_bytes):
        assert 0 < calls(write, 40) < 3 * calls(write, 20)


def test_font_of_the_site_is_embedded_and_the_same_document_gives_the_same_bytes(settings: Any) -> None:
    settings.GANGMU_PDF_FONT = str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")

    made = pdf_bytes(LETTER)

    assert b"/FontFile2" in made
    assert b"STSong" not in made
    assert made == pdf_bytes(LETTER)


def test_site_with_a_font_that_is_not_there_does_not_start(tmp_path: Path) -> None:
    given = os.environ | {"GANGMU_PDF_FONT": str(tmp_path / "none.ttf"), "GANGMU_DATA": str(tmp_path)}
    begun = subprocess.run(
        [sys.executable, "-c", "import gangmu.site.settings"],
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )

    assert begun.returncode == 1
    assert "GANGMU_PDF_FONT" in begun.stderr
