"""The paper that asks for something."""

from pydantic import BaseModel, ConfigDict, Field


class Follows(BaseModel):
    """The paper that asks for it: nothing is asked of the grassroots without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str = Field(min_length=1)
    article: str = ""

    def __str__(self) -> str:
        return f"{self.document} {self.article}".strip()
