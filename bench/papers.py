"""A report of ten pages as Word and as PDF, beside the same words as bare paragraphs, in the same run."""

import statistics
from datetime import date

from harness import Report, milliseconds, percentile, site

LINES, BOUND = 40, 3_000.0


def main() -> None:
    """Measure."""
    site()
    from docx import Document as Bare

    from gangmu.kernel.files.pdf import pdf_bytes
    from gangmu.kernel.files.word import Document, Paragraph, Stretch, word_bytes

    words = tuple(f"全州共有党组织4316个，反馈率{at}%，" for at in range(9))
    line = Paragraph(stretches=tuple(Stretch(each, link="http://site/f") for each in words))
    report = Document(title="长报告", blocks=(line,) * LINES, number="第1号", signed_on=date(2015, 12, 31))

    def bare() -> None:
        document = Bare()
        for _ in range(LINES):
            document.add_paragraph("".join(words))

    told, base = Report(), statistics.median(milliseconds(bare))
    told.note("the same paragraphs without layout or links (python-docx)", base, "ms")
    for name, write in (("Word", word_bytes), ("PDF", pdf_bytes)):
        taken = milliseconds(lambda write=write: write(report))  # type: ignore[misc]
        told.at_most(f"ten pages as {name}, 95th percentile", percentile(taken, 0.95), BOUND)
        told.note(f"ten pages as {name}, against that", statistics.median(taken) / base, "times")
    told.close()


if __name__ == "__main__":
    main()
