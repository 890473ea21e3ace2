"""What a Word document of an office looks like inside, measured against GB/T 9704."""

import io
from datetime import date

import docx
import pytest
from django.utils import translation
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from gangmu.kernel.files.rules import sound_file
from gangmu.kernel.files.word import (
    Document,
    Grid,
    GridColumn,
    Heading,
    NewPage,
    Paragraph,
    Parties,
    chinese_number,
    paper_text,
    word_bytes,
)


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


def opened(document: Document):
    return docx.Document(io.BytesIO(word_bytes(document)))


def fonts_of(paragraph) -> tuple[str, float]:
    run = paragraph.runs[0]
    return run._r.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")), run.font.size.pt


def test_word_bytes_lays_the_page_out_by_the_standard():
    file = opened(Document(title="通知"))
    section = file.sections[0]

    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    pitch = int(section._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch"))) / 20
    closer = int(file.styles["Normal"].element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20
    lines = (section.page_height - section.top_margin - section.bottom_margin) / Pt(1) / pitch
    characters = (section.page_width - section.left_margin - section.right_margin) / Pt(1) / (16 + closer)

    assert [round(each / Mm(1)) for each in margins] == [37, 35, 28, 26]
    assert [round(each / Mm(1)) for each in (section.page_width, section.page_height)] == [210, 297]
    assert (int(lines), int(characters)) == (22, 28)


def test_word_bytes_gives_each_part_its_type_and_size():
    document = Document(
        title="关于七月工作的通知",
        addressee="各乡镇党委：",
        blocks=(Heading("总体要求"), Heading("时间", level=2), Paragraph("按时完成。")),
    )

    written = [each for each in opened(document).paragraphs if each.text]

    assert [(each.text, *fonts_of(each)) for each in written] == [
        ("关于七月工作的通知", "方正小标宋简体", 22.0),
        ("各乡镇党委：", "仿宋", 16.0),
        ("一、总体要求", "黑体", 16.0),
        ("（一）时间", "楷体", 16.0),
        ("按时完成。", "仿宋", 16.0),
    ]


def test_word_bytes_numbers_pages_in_fourth_size_outside():
    file = opened(Document(title="通知"))
    odd, even = file.sections[0].footer.paragraphs[0], file.sections[0].even_page_footer.paragraphs[0]

    assert file.settings.odd_and_even_pages_header_footer
    assert [each.text for each in (odd, even)] == ["—  —", "—  —"]
    assert "PAGE" in odd._p.xml
    assert fonts_of(odd) == ("宋体", 14.0)
    assert (odd.alignment, even.alignment) == (2, 0)


def test_word_bytes_numbers_headings_and_begins_anew_below_each():
    blocks = [
        Heading("甲"),
        Heading("子", level=2),
        Heading("丑", level=2),
        Heading("乙"),
        Heading("寅", level=2),
    ]

    lines = paper_text(word_bytes(Document(title="通知", blocks=blocks)))

    assert lines == ["通知", "一、甲", "（一）子", "（二）丑", "二、乙", "（一）寅"]


def test_word_bytes_indents_the_text_by_two_characters():
    paragraph = opened(Document(title="通知", blocks=(Paragraph("正文。"),))).paragraphs[-1]

    assert paragraph._p.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"


def test_word_bytes_merges_the_heads_of_a_group_and_repeats_them_on_each_page():
    grid = Grid(
        columns=(
            GridColumn("单位", align="left"),
            GridColumn("按时", group="七月"),
            GridColumn("逾期", group="七月"),
        ),
        rows=[("甲乡", "3", "0"), ("乙镇", "2", "1")],
        foot=("合计", "5", "1"),
    )
    content = word_bytes(Document(title="晒账单", blocks=(grid,)))

    table = docx.Document(io.BytesIO(content)).tables[0]

    assert paper_text(content)[1:] == [
        "单位\t七月",
        "单位\t按时\t逾期",
        "甲乡\t3\t0",
        "乙镇\t2\t1",
        "合计\t5\t1",
    ]
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_word_bytes_ends_with_attachments_signature_and_day():
    document = Document(
        title="通知",
        number="党办发〔2015〕7号",
        attachments=("任务清单", "名单"),
        signed_by="中共某某县委组织部",
        signed_on=date(2015, 7, 1),
        copies_to="县委办公室。",
        printed_by="县委组织部办公室",
        foot=("日志至第7条",),
    )

    assert paper_text(word_bytes(document)) == [
        "通知",
        "党办发〔2015〕7号",
        "附件：1．任务清单",
        "　　　2．名单",
        "中共某某县委组织部",
        "2015年7月1日",
        "抄送：县委办公室。",
        "县委组织部办公室　　2015年7月1日印发",
        "日志至第7条",
    ]


def test_word_bytes_begins_with_a_red_head_where_there_is_an_issuer():
    document = Document(title="通知", issuer="中共某某县委组织部文件", number="党办发〔2015〕7号")

    written = [each for each in opened(document).paragraphs if each.text]

    assert [each.text for each in written] == ["中共某某县委组织部文件", "党办发〔2015〕7号", "通知"]
    assert str(written[0].runs[0].font.color.rgb) == "FF0000"
    assert written[1]._p.pPr.find(qn("w:pBdr")) is not None


def test_word_bytes_leaves_two_sides_places_to_sign_and_seal():
    document = Document(title="责任书", blocks=(NewPage(), Parties("交办单位", "责任单位")))

    left, right = _party_cells(document)

    assert left.splitlines()[0] == "交办单位"
    assert right.splitlines() == ["责任单位", "（盖章）", "签字：", "", "日期："]


def _party_cells(document: Document) -> list[str]:
    return [cell.text for cell in opened(document).tables[0].rows[0].cells]


def test_word_bytes_turns_the_page_for_a_wide_table_with_its_head_at_the_binding():
    section = opened(Document(title="晒账单", landscape=True)).sections[0]

    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)

    assert section.page_width > section.page_height
    assert [round(each / Mm(1)) for each in margins] == [28, 26, 35, 37]


def test_word_bytes_are_the_same_for_the_same_document():
    document = Document(title="通知", blocks=(Paragraph("正文。"),))

    assert word_bytes(document) == word_bytes(document)


def test_word_bytes_are_a_file_that_the_house_takes_in():
    content = word_bytes(Document(title="通知", blocks=(Paragraph("带有\x00控制符与<标记>&的文字"),)))

    taken = sound_file("通知.docx", content)

    assert taken.kind == "docx"
    assert paper_text(content)[-1] == "带有控制符与<标记>&的文字"


@pytest.mark.parametrize(
    ("number", "written"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")]
)
def test_chinese_number_writes_numbers_as_headings_count(number: int, written: str):
    assert chinese_number(number) == written
