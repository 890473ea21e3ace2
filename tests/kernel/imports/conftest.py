"""Sheets of members and organizations."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gangmu.kernel.people.rules import check_mark

HEADS = ["姓名", "性别", "公民身份号码", "联系电话", "所在党支部", "人员类别", "入党时间"]


def id_number(order: int, born: str = "19700101") -> str:
    body = f"99{order // 1000:04d}{born}{order % 1000:03d}"
    return body + check_mark(body)


def row(order: int = 1, name: str = "马建国", **given: Any) -> list[Any]:
    values = {
        "name": name,
        "sex": "男" if int(id_number(order)[16]) % 2 else "女",
        "id_number": id_number(order),
        "telephone": f"138{order:08d}",
        "org": "990100101201",
        "status": "正式党员",
        "joined": "2001-07-01",
        **given,
    }
    return list(values.values())


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV as offices do and return its path."""

    def write(rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS, name: str = "名册.csv") -> Path:
        path = tmp_path / name
        lines = [heads, *rows]
        text = "\r\n".join(",".join(str(cell) for cell in line) for line in lines)
        path.write_bytes(text.encode("gb18030"))
        return path

    return write
