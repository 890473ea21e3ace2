"""The paper that asks for something, and the articles of it that are named."""

import re

from pydantic import BaseModel, ConfigDict, Field

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PART = re.compile(r"^[一二三四五六七八九十]+$")
_NUMERAL = re.compile(r"^[零〇一二两三四五六七八九十百0-9]+$")


class Follows(BaseModel):
    """The paper that asks for it: nothing is asked of the grassroots without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str = Field(min_length=1)
    article: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.article}".strip()

    @property
    def in_words(self) -> str:
        """The paper and its article as people read them; programs read them as they are written."""
        return f"{self.document} {article_in_words(self.article)}".strip()


def article_in_words(article: str) -> str:
    """Return an article as it is read beside its paper: bare numerals, of which 一 looks like a dash, become 第一部分."""
    parts = [part.strip() for part in article.split("、")]
    if not all(_PART.match(part) for part in parts):
        return article
    return "、".join(f"第{part}部分" for part in parts)


def article_key(code: str) -> str:
    """Return the number of an article however it is written: 第十一条, 十一 and 11 are one."""
    plain = code.strip().removeprefix("第").removesuffix("条")
    if not _NUMERAL.match(plain) or plain.isascii():
        return plain
    hundreds, _, rest = plain.rpartition("百")
    tens, ten, ones = rest.rpartition("十")
    number = _digits(hundreds) * 100
    number += (_digits(tens.lstrip("零〇")) if tens.lstrip("零〇") else 1) * 10 if ten else 0
    return str(number + _digits(ones.lstrip("零〇")))


def _digits(text: str) -> int:
    return int("".join(str(_DIGITS.get(digit, digit)) for digit in text) or "0")


def named_articles(text: str) -> tuple[str, ...]:
    """Return the numbers of the articles that a text names; a phrase names none."""
    parts = [part.strip() for part in re.split("[、，,；;]", text)]
    numbers = [article_key(part) for part in parts if part]
    return tuple(number for number in numbers if number.isdecimal())
