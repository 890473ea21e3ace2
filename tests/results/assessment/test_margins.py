"""Margins of sampled shares, against published figures."""

from decimal import Decimal

import pytest

from gangmu.results.assessment.margins import Share, differ, margin_of, share_of


def share(hits: int, asked: int, of: int | None = None) -> Share:
    """Return a share of whole numbers."""
    return Share(Decimal(hits), Decimal(asked), None if of is None else Decimal(of))


@pytest.mark.parametrize(
    ("hits", "asked", "low", "high"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_margin_of_gives_the_intervals_that_newcombe_published(
    hits: int, asked: int, low: str, high: str
) -> None:
    found = margin_of(share(hits, asked))

    assert (f"{found.low:.4f}", f"{found.high:.4f}") == (low, high)


def test_margin_of_385_asked_of_very_many_is_five_points() -> None:
    assert f"{margin_of(share(193, 385)).half:.3f}" == "0.050"


def test_margin_of_a_sample_of_few_is_smaller_and_of_all_is_none() -> None:
    many, few, every = (
        margin_of(share(50, 100)),
        margin_of(share(50, 100, 200)),
        margin_of(share(50, 100, 100)),
    )

    assert every.half == 0
    assert few.half < many.half
    assert f"{few.half:.4f}" == f"{margin_of(Share(Decimal('99.5'), Decimal(199))).half:.4f}"


def test_margin_of_stays_between_nothing_and_all() -> None:
    assert margin_of(share(0, 5)).low == 0
    assert margin_of(share(5, 5)).high == 1


def test_differ_follows_newcombe_where_56_of_70_and_48_of_80_differ() -> None:
    assert differ(share(56, 70), share(48, 80))
    assert differ(share(48, 80), share(56, 70))


def test_differ_not_where_the_difference_lies_within_the_margins() -> None:
    assert not differ(share(17, 20), share(15, 20))
    assert not differ(share(10, 20), share(10, 20))


def test_differ_by_any_difference_where_all_were_asked() -> None:
    assert differ(share(51, 100, 100), share(50, 100, 100))


@pytest.mark.parametrize(("hits", "asked"), [(None, 5), (5, None), (0, 0), (6, 5), (-1, 5)])
def test_share_of_is_none_where_it_is_no_share(hits: int | None, asked: int | None) -> None:
    made = share_of(*(None if each is None else Decimal(each) for each in (hits, asked)), None)

    assert made is None
