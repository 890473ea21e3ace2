"""Whom something is asked of."""

from pydantic import BaseModel, ConfigDict, Field


class AskedOf(BaseModel):
    """Whom it concerns; a list that is left out asks all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...] = Field(min_length=1)
    domains: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()

    def asks(self, kind: str, domain: str, level: str) -> bool:
        """Whether an organization of this kind, domain and level is asked."""
        return (
            kind in self.kinds
            and (not self.domains or domain in self.domains)
            and (not self.levels or level in self.levels)
        )
