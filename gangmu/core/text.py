"""A wording in the languages of the site."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from opencc import OpenCC

LANGUAGES = ("zh-hans", "zh-hant", "en")


@lru_cache(maxsize=1)
def _to_traditional() -> "OpenCC":
    from opencc import OpenCC  # dictionaries, which few commands need

    return OpenCC("s2t")


class Text(BaseModel):
    """What people read, in Simplified Chinese and, if given, other languages.

    A bare string is Simplified Chinese. Traditional Chinese is converted when it is
    not given; English falls back to Simplified Chinese.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    zh_hans: str = Field(alias="zh-hans", min_length=1)
    zh_hant: str = Field(default="", alias="zh-hant")
    en: str = ""

    @model_validator(mode="before")
    @classmethod
    def _bare_string(cls, value: Any) -> Any:
        return {"zh-hans": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _traditional(self) -> "Text":
        if not self.zh_hant:
            object.__setattr__(self, "zh_hant", _to_traditional().convert(self.zh_hans))
        return self

    def within(self, language: str) -> str:
        """Return the wording in a language of the site."""
        if language == "en":
            return self.en or self.zh_hans
        return self.zh_hant if language == "zh-hant" else self.zh_hans

    def __str__(self) -> str:
        return self.zh_hans


def msgid(sentence: str) -> str:
    """Return an English sentence unchanged, marked for the catalogue: doors translate it."""
    return sentence
