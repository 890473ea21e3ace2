"""What a pack says about itself."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gangmu.core.text import Text


class PackManifest(BaseModel):
    """``pack.yaml``: what the pack is called, which version it is, on which other it stands.

    ``origin`` says where its contents come from; what a pack gives a content of its own
    to, because its source names a thing and does not define it, is listed in ``ours``.
    ``replaces`` names the definitions, as kind/code, that stand in place of those of the pack
    below: two packs that define one code differently are refused unless one says that it means to.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    version: str = Field(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)?$")
    extends: str = Field(default="", pattern=r"^[a-z0-9_-]*$")
    origin: Text | None = None
    ours: tuple[Text, ...] = ()
    replaces: tuple[Annotated[str, Field(pattern=r"^[a-z_]+/[a-z0-9_]+$")], ...] = ()
