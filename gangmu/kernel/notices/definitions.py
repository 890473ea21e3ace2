"""What a pack may say about the papers that it follows."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gangmu.core.definition import Definition
from gangmu.core.text import Text


class Article(BaseModel):
    """One article of a paper, by the number it bears there; the text may be in own words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1, max_length=20, pattern=r"^[^\s#/]+$")
    title: Text | None = None
    text: Text | None = None


class DocumentKind(Definition):
    """A paper that duties, records and rules name: a regulation, a plan, an opinion.

    ``wording`` says whether articles are told in own words or as they stand;
    ``certainty`` is how well the source was seen: A read, B restated officially, C one
    place's practice, D a hint to be verified.
    """

    number: str = Field(default="", max_length=60)
    issuer: Text
    issued_on: date
    in_force_on: date | None = None
    ended_on: date | None = None
    wording: Literal["own", "original"] = "own"
    certainty: Literal["A", "B", "C", "D"] = "B"
    summary: Text | None = None
    articles: tuple[Article, ...] = ()

    @model_validator(mode="after")
    def _articles_once(self) -> "DocumentKind":
        codes = [article.code for article in self.articles]
        if len(set(codes)) != len(codes):
            raise ValueError("an article stands twice")
        if self.in_force_on and self.ended_on and self.ended_on < self.in_force_on:
            raise ValueError("it ends before it is in force")
        return self

    def article(self, code: str) -> Article | None:
        """Return one article by its number."""
        return next((article for article in self.articles if article.code == code), None)
