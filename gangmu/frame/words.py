"""Wordings of the product itself, in the languages of the site."""

import gettext as catalogues
from functools import lru_cache
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as translate

from gangmu.core.text import LANGUAGES, Text

LOCALE = Path(__file__).parent / "locale"


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(folder: str) -> catalogues.NullTranslations:
    return catalogues.translation("django", LOCALE, languages=[folder], fallback=True)


@lru_cache(maxsize=4096)
def say(sentence: str) -> Text:
    """Return an English sentence of the product as a text in every language.

    Unlike gettext it may be called while modules load, so page forms can declare their
    fields as constants.
    """
    return Text(
        zh_hans=_catalogue("zh_Hans").gettext(sentence),
        zh_hant=_catalogue("zh_Hant").gettext(sentence),
        en=sentence,
    )


def msgid(sentence: str) -> str:
    """Return the sentence unchanged: it is translated where it is shown."""
    return sentence


def active_language() -> str:
    """Return the language of the site in which this request is answered."""
    language = (get_language() or "zh-hans").lower()
    if language in LANGUAGES:
        return language
    return "en" if language.startswith("en") else "zh-hans"


def worded(words: Text | str | None) -> str:
    """Return a wording in the active language: a text by its own, a sentence by the catalogue."""
    if isinstance(words, Text):
        return words.within(active_language())
    return translate(words) if words else ""
