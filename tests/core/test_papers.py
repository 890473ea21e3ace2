"""Articles are one however their numbers are written."""

import pytest

from gangmu.core.papers import Follows, article_key, named_articles


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("第十一条", "11"),
        ("十", "10"),
        ("二十", "20"),
        ("三十二", "32"),
        ("一百零五", "105"),
        ("一百一十", "110"),
        ("7", "7"),
        ("第7条", "7"),
        ("三", "3"),
        ("annex", "annex"),
    ],
)
def test_article_key_is_the_number(written: str, number: str) -> None:
    assert article_key(written) == number


def test_named_articles_are_numbers_and_a_phrase_names_none() -> None:
    assert named_articles("第十一条、第十二条") == ("11", "12")
    assert named_articles("一、三") == ("1", "3")
    assert named_articles("按月交纳") == ()
    assert named_articles("") == ()


def test_follows_reads_as_document_and_article() -> None:
    assert str(Follows(document="甲", article="二")) == "甲 二"


@pytest.mark.parametrize(
    ("article", "read"),
    [
        ("一", "甲 第一部分"),
        ("一、二", "甲 第一部分、第二部分"),
        ("第十一条", "甲 第十一条"),
        ("八种类型书记责任清单", "甲 八种类型书记责任清单"),
        ("", "甲"),
    ],
)
def test_a_bare_numeral_is_read_as_a_part_and_the_key_stays(article: str, read: str) -> None:
    follows = Follows(document="甲", article=article)

    assert follows.in_words == read
    assert str(follows) == f"甲 {article}".strip()
