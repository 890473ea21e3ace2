"""How values are written for people: money, numbers, days, ranks, masked secrets."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as translate

from gangmu.core.context import LOCAL
from gangmu.core.periods import Period
from gangmu.frame.words import active_language

NOTHING = "—"
TEN_THOUSAND = Decimal(10_000)


def decimal_of(value: Any) -> Decimal | None:
    """Return a decimal, or None where there is none."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def between() -> str:
    """Return what stands between the parts of a list in the reader's language."""
    return "、" if active_language().startswith("zh") else ", "


def listed(words: Iterable[str]) -> str:
    """Return words as a list in the reader's language: 甲、乙 or a, b."""
    return between().join(words)


def number(value: Any, places: int | None = None) -> str:
    """Return a number with thousands separated; without ``places`` as exact as it is."""
    exact = decimal_of(value)
    if exact is None:
        return NOTHING
    if places is not None:
        return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    text = f"{exact:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Any, unit: str = "yuan", *, with_unit: bool = True) -> str:
    """Return an amount in yuan (元) or in ten thousand yuan (万元), two decimals."""
    exact = decimal_of(value)
    if exact is None:
        return NOTHING
    in_unit = exact / TEN_THOUSAND if unit == "wan" else exact
    figure = number(in_unit, 2)
    return f"{figure} {money_unit(unit)}" if with_unit else figure


def money_unit(unit: str) -> str:
    """Return the name of a unit of money in the active language."""
    return translate("10,000 yuan") if unit == "wan" else translate("yuan")


def local(moment: date | datetime | str) -> date | datetime:
    """Return a day as it is and an instant in local time; ISO text becomes a day."""
    if isinstance(moment, str):
        return date.fromisoformat(moment[:10])
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(LOCAL)
    return moment


def day(moment: date | datetime | str | None, language: str = "") -> str:
    """Return a day in full: 2015年10月8日, or 8 October 2015; in the reader's language unless one is named."""
    if not moment:
        return NOTHING
    on = local(moment)
    if (language or active_language()) == "en":
        return f"{on.day} {on:%B} {on.year}"
    return f"{on.year}年{on.month}月{on.day}日"


def short_day(moment: date | datetime | str | None) -> str:
    """Return a day for a table, where days stand under one another: 2015-10-08."""
    return f"{local(moment):%Y-%m-%d}" if moment else NOTHING


def instant(moment: datetime | date | None) -> str:
    """Return a local day and time, to the minute; of a day, the day alone."""
    if moment and not isinstance(moment, datetime):
        return moment.isoformat()
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else NOTHING


def month(moment: date | str | None) -> str:
    """Return a month: 2015年10月, or October 2015. A period written 2015-10 will do."""
    if not moment:
        return NOTHING
    on = local(f"{moment}-01" if isinstance(moment, str) and len(moment) == 7 else moment)
    return f"{on:%B} {on.year}" if active_language() == "en" else f"{on.year}年{on.month}月"


def period_in_words(period: Period | str) -> str:
    """Return a period as people write it: 2015年10月, 2015年第3季度; written 2015Q3 it is read first."""
    span = Period.parse(period) if isinstance(period, str) else period
    names = {
        "month": translate("%(year)s-%(number)s"),
        "quarter": translate("%(year)s, quarter %(number)s"),
        "half": translate("%(year)s, half %(number)s"),
        "year": translate("Year %(year)s"),
    }
    return names[span.kind] % {"year": span.year, "number": span.number}


def rank(place: int | None, among: int) -> str:
    """Return a rank as the field writes it: 第3/27."""
    if place is None:
        return NOTHING
    return translate("No. %(place)s/%(among)s") % {"place": place, "among": among}


def share(part: Any, whole: Any, places: int = 1) -> str:
    """Return a part of a whole in percent, or a dash where there is no whole."""
    above, below = decimal_of(part), decimal_of(whole)
    if above is None or not below:
        return NOTHING
    return f"{number(above * 100 / below, places)}%"


def masked(secret: str | None, head: int = 3, tail: int = 4) -> str:
    """Return a number with its middle hidden; one too short to hide anything is hidden whole."""
    if not secret:
        return NOTHING
    hidden = len(secret) - head - tail
    if hidden < 2:
        return "*" * len(secret)
    return f"{secret[:head]}{'*' * hidden}{secret[len(secret) - tail :]}"
