"""What a sound number, name and standing is; no database, no clock."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from gangmu.core.text import msgid

Sex = Literal["male", "female"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LANDLINE = re.compile(r"0[0-9]{9,11}\Z")
_BETWEEN = re.compile(r"[\s\-()]+")
EARLIEST_BIRTH = 1850
LEAST_AGE = 18
"""R-DEV-1. Before the Eighth Congress of 1956 younger ones were admitted."""

AGE_SINCE = date(1956, 9, 26)
LEAST_AGE_BEFORE = 14


def half_width(text: str) -> str:
    """Return what was meant by a text typed with full-width digits and letters, without edges."""
    return unicodedata.normalize("NFKC", text).strip()


@dataclass(frozen=True)
class IdNumber:
    """A citizen identification number (GB 11643) that passed its check, and what it says."""

    number: str
    born_on: date
    sex: Sex


def check_mark(first_seventeen: str) -> str:
    """Return the last mark that belongs to the first seventeen digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def read_id_number(typed: str) -> IdNumber:
    """Return the number that was typed, or raise ``ValueError`` with what is wrong.

    The region is not checked: regions of old numbers no longer exist (handbook §9).
    """
    number = re.sub(r"\s+", "", half_width(typed)).upper()
    if not _ID_NUMBER.match(number):
        raise ValueError("An ID number has 17 digits and a check mark.")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("The ID number holds a day of birth that does not exist.") from None
    if born_on.year < EARLIEST_BIRTH:
        raise ValueError("The ID number holds a day of birth that does not exist.")
    if check_mark(number[:17]) != number[17]:
        raise ValueError("The check mark of the ID number does not fit: a digit is wrong.")
    return IdNumber(number, born_on, "male" if int(number[16]) % 2 else "female")


def read_telephone(typed: str) -> str:
    """Return a telephone number as digits, or raise ``ValueError`` with what is wrong."""
    number = _BETWEEN.sub("", half_width(typed)).removeprefix("+86").removeprefix("0086")
    if _MOBILE.match(number) or _LANDLINE.match(number):
        return number
    raise ValueError("This is not a telephone number.")


def read_name(typed: str) -> str:
    """Return a person's name, or raise ``ValueError`` with what is wrong."""
    name = " ".join(half_width(typed).replace("•", "·").replace("・", "·").split())
    if not name:
        raise ValueError("This must be filled in.")
    if len(name) > 50:
        raise ValueError("This is too long.")
    if not all(mark.isalpha() or mark in "·.'- " for mark in name) or not any(map(str.isalpha, name)):
        raise ValueError("A name has letters only.")
    return name


def name_sounds(name: str) -> tuple[str, str]:
    """Return a name's pinyin and its initials, as people type them: lower case, no spaces."""
    plain = name.replace("·", "").replace(" ", "")
    syllables = [each for word in _words_of(plain) for each in _sounds_of(word)]
    return "".join(syllables).lower()[:60], "".join(part[:1] for part in syllables).lower()[:20]


def _words_of(text: str) -> Iterable[str]:
    """Return the words by which characters of several sounds are read; whatever is not all characters, in one."""
    from pypinyin.seg.mmseg import seg  # its dictionary takes most of a second to load

    return seg.cut(text) if all("\u4e00" <= each <= "\u9fff" for each in text) else [text]


@lru_cache(maxsize=16384)
def _sounds_of(word: str) -> tuple[str, ...]:
    """Return a word's syllables: a few thousand words, most of one character, make all names."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL))


APPLICANT, ACTIVIST, TARGET = "applicant", "activist", "development_target"
PROBATIONARY, FULL = "probationary", "full"
SUSPENDED = "suspended"
SELF_QUIT, PERSUADED_OUT, RESIGNED, EXPELLED = "self_quit", "persuaded_out", "resigned", "expelled"
CANCELLED, DECEASED = "probation_cancelled", "deceased"

BEFORE = (APPLICANT, ACTIVIST, TARGET)
MEMBERS = (PROBATIONARY, FULL)
ENDED = (SELF_QUIT, PERSUADED_OUT, RESIGNED, EXPELLED, CANCELLED, DECEASED)
STATUSES = (*BEFORE, *MEMBERS, SUSPENDED, *ENDED)

_NEXT: dict[str, tuple[str, ...]] = {
    "": (*BEFORE, *MEMBERS),
    APPLICANT: (ACTIVIST, DECEASED),
    ACTIVIST: (TARGET, APPLICANT, DECEASED),
    TARGET: (PROBATIONARY, ACTIVIST, DECEASED),
    PROBATIONARY: (FULL, SUSPENDED, SELF_QUIT, RESIGNED, EXPELLED, CANCELLED, DECEASED),
    FULL: (SUSPENDED, SELF_QUIT, PERSUADED_OUT, RESIGNED, EXPELLED, DECEASED),
    SUSPENDED: (FULL, PROBATIONARY, SELF_QUIT, EXPELLED, DECEASED),
    SELF_QUIT: (APPLICANT, DECEASED),
    PERSUADED_OUT: (APPLICANT, DECEASED),
    RESIGNED: (APPLICANT, DECEASED),
    EXPELLED: (DECEASED,),
    CANCELLED: (APPLICANT, DECEASED),
    DECEASED: (),
}


def may_become(before: str, after: str) -> bool:
    """Whether one standing may follow another; before the first there is the empty one."""
    return after in _NEXT.get(before, ())


def next_statuses(before: str) -> tuple[str, ...]:
    """Return the standings that may follow one."""
    return _NEXT.get(before, ())


def least_full_day(joined_on: date) -> date:
    """Return the first day on which a probationary member may be a full one (R-DEV-13)."""
    try:
        return joined_on.replace(year=joined_on.year + 1)
    except ValueError:  # the 29th of February
        return joined_on + timedelta(days=366)


def old_enough(birth_year: int | None, joined_on: date | None, born_on: date | None = None) -> bool:
    """Whether who was born then could join on a day; what is not known counts for the person."""
    if joined_on is None or (birth_year is None and born_on is None):
        return True
    least = LEAST_AGE if joined_on >= AGE_SINCE else LEAST_AGE_BEFORE
    if born_on is not None:
        months = (joined_on.month, joined_on.day) >= (born_on.month, born_on.day)
        return joined_on.year - born_on.year - (0 if months else 1) >= least
    return joined_on.year - (birth_year or 0) >= least


@dataclass(frozen=True)
class NewPerson:
    """What registering one person takes.

    ``org_code`` names an organization other than the one they are registered at, below it.
    ``status`` is how they stand as members, empty for who is none; ``since`` from when they
    stand so here, the day of joining or today if left out. With an ID number, ``sex`` and
    ``birth_year`` may be left out.
    """

    name: str
    sex: str = ""
    birth_year: int | None = None
    id_number: str = field(default="", repr=False)
    telephone: str = field(default="", repr=False)
    status: str = ""
    since: date | None = None
    joined_on: date | None = None
    full_on: date | None = None
    org_code: str = ""


@dataclass(frozen=True)
class Draft:
    """A person as they would be written, and what stands against it, by field."""

    name: str
    sex: str
    birth_year: int | None
    id_number: str = field(repr=False)
    telephone: str = field(repr=False)
    status: str
    since: date | None
    joined_on: date | None
    full_on: date | None
    faults: dict[str, str] = field(default_factory=dict)


def draft_person(new: NewPerson, *, today: date, founded_on: date) -> Draft:
    """Return a person cleaned and checked in themselves, to be kept by an organization."""
    faults: dict[str, str] = {}

    def read(code: str, reader: Callable[[str], str], typed: str) -> str:
        try:
            return reader(typed)
        except ValueError as wrong:
            faults[code] = str(wrong)
            return ""

    name = read("name", read_name, new.name)
    number: IdNumber | None = None
    if new.id_number.strip():
        try:
            number = read_id_number(new.id_number)
        except ValueError as wrong:
            faults["id_number"] = str(wrong)
    telephone = read("telephone", read_telephone, new.telephone) if new.telephone.strip() else ""
    sex = new.sex or (number.sex if number else "")
    birth_year = new.birth_year or (number.born_on.year if number else None)
    _check_person(faults, sex, birth_year, number, today)
    status, since, joined_on, full_on = _standing(new, today, founded_on)
    _check_standing(faults, status, since, joined_on, full_on, today, founded_on)
    if not old_enough(birth_year, joined_on, number.born_on if number else None):
        faults.setdefault("joined_on", msgid("Whoever joins is at least eighteen years old."))
    return Draft(
        name,
        sex,
        birth_year,
        number.number if number else "",
        telephone,
        status,
        since,
        joined_on,
        full_on,
        faults,
    )


def _check_person(
    faults: dict[str, str], sex: str, birth_year: int | None, number: IdNumber | None, today: date
) -> None:
    if sex and sex not in ("male", "female"):
        faults["sex"] = "This is not one of the choices."
    elif number and sex != number.sex:
        faults["sex"] = "The ID number says otherwise."
    if birth_year is not None and not EARLIEST_BIRTH <= birth_year <= today.year:
        faults["birth_year"] = "Nobody was born in this year."
    elif number and birth_year != number.born_on.year:
        faults["birth_year"] = "The ID number says otherwise."
    if number and number.born_on > today:
        faults["id_number"] = "The ID number holds a day of birth that does not exist."


def _standing(
    new: NewPerson, today: date, founded_on: date
) -> tuple[str, date | None, date | None, date | None]:
    """Return the standing with the days that follow from the others where they are left out."""
    if not new.status:
        return "", new.since, new.joined_on, new.full_on
    began = new.full_on if new.status == FULL and new.full_on else new.joined_on
    since = new.since or max(began or today, founded_on)
    joined_on = new.joined_on or (since if new.status == PROBATIONARY else None)
    return new.status, since, joined_on, new.full_on


def _check_standing(
    faults: dict[str, str],
    status: str,
    since: date | None,
    joined_on: date | None,
    full_on: date | None,
    today: date,
    founded_on: date,
) -> None:
    if status and not may_become("", status):
        faults["status"] = "Nobody is registered with this standing."
    for code, day in (("since", since), ("joined_on", joined_on), ("full_on", full_on)):
        if day is not None and day > today:
            faults[code] = "This day has not come yet."
    if since is not None and since < founded_on:
        faults.setdefault("since", msgid("The organization did not exist yet on this day."))
    if joined_on is not None and status not in MEMBERS:
        faults.setdefault("joined_on", msgid("Only a member has a day of joining."))
    elif joined_on is not None and since is not None and joined_on > since:
        faults.setdefault("joined_on", msgid("This day is after the standing began."))
    if full_on is not None and status != FULL:
        faults.setdefault("full_on", msgid("Only a full member has this day."))
    elif full_on is not None and joined_on is not None and full_on < joined_on:
        faults.setdefault("full_on", msgid("It ends before it begins."))


def began_so(spans: Sequence[tuple[str, date]]) -> date:
    """Return since when somebody stands as they do, of their standings, the newest first.

    Where somebody stood does not matter: who is transferred stands as before.
    """
    status, since = spans[0]
    for before, began in spans[1:]:
        if before != status:
            break
        since = began
    return since


def term_end(begin: date, years: int | None) -> date | None:
    """Return the day on which a term is over, None if the post has no term."""
    if years is None:
        return None
    try:
        return begin.replace(year=begin.year + years)
    except ValueError:
        return date(begin.year + years, 3, 1)


def overlap(begin: date, end: date | None, other_begin: date, other_end: date | None) -> bool:
    """Whether two spans of days have a day in common; an end is not included."""
    return (end is None or other_begin < end) and (other_end is None or begin < other_end)
