"""Refusals: what the product says when it will not do a thing, and nothing has changed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class Refusal(Exception):
    """A request that is refused; whatever was begun is undone.

    ``message`` is an English sentence that doors translate; ``values`` fill its
    ``%(name)s`` places. ``faults`` name fields and what is wrong with each.
    """

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        values: Mapping[str, Any] | None = None,
        *,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message
        self.values: Mapping[str, Any] = MappingProxyType(dict(values or {}))
        self.faults: Mapping[str, str] = MappingProxyType(dict(faults or {}))
        super().__init__(message)

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotSignedIn(Refusal):
    """Nobody is signed in where somebody must be."""

    status = 401
    code = "not_signed_in"


class NotAllowed(Refusal):
    """The actor holds no grant for this here and now."""

    status = 403
    code = "not_allowed"


class NotFound(Refusal):
    """There is no such thing, or none that the reader may know of."""

    status = 404
    code = "not_found"


class WrongMethod(Refusal):
    """The address is there, and does not take what was asked of it."""

    status = 405
    code = "wrong_method"


class Conflict(Refusal):
    """The thing is no longer, or not yet, in a state that allows this."""

    status = 409
    code = "conflict"


class Invalid(Refusal):
    """What was sent is wrong; ``faults`` says where."""

    status = 422
    code = "invalid"
