"""The one way to change anything: allowed, whole, written to the log."""

import functools
import inspect
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import models
from pydantic import BaseModel

from gangmu.core.context import LOCAL, Context
from gangmu.core.errors import NotAllowed, NotSignedIn
from gangmu.core.secrets import fingerprint
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.rules import EntryContent, entry_digest, payload_digest, without_numbers
from gangmu.kernel.audit.turns import writing

P = ParamSpec("P")
R = TypeVar("R")

ANYONE = "anyone"
"""For operations that nobody needs an account for: signing in, an objection, a suggestion."""

OWN = "own"
"""For operations on what is the actor's own: anybody who is signed in."""


@dataclass(frozen=True)
class OperationSpec:
    """What the catalogue says about one operation."""

    verb: str
    permission: str
    at: str | None
    purpose: str
    function: Callable[..., Any]


CATALOGUE: dict[str, OperationSpec] = {}


def operation(
    verb: str,
    *,
    permission: str,
    at: str | None = None,
    secret: tuple[str, ...] = (),
    unnamed: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function the one way to bring about ``verb``.

    The actor must hold ``permission`` at the organization that ``at`` names (a dotted path
    from an argument, as ``task.org``); without ``at``, everywhere. The function runs in one
    transaction with its log entry: both or neither. Arguments named in ``secret`` are
    never written, only their digest. ``unnamed``: the log says that it happened, and on which
    day, but neither who did it nor where; for those who may speak without being known.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        purpose = (inspect.getdoc(function) or "").split("\n", 1)[0]
        if verb in CATALOGUE and CATALOGUE[verb].function.__module__ != function.__module__:
            raise RuntimeError(f"two operations are called {verb}")

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = dict(bound.arguments)
            context = given.pop(next(iter(signature.parameters)))
            place = _place(at, given)
            require(context, permission, place)
            with writing():
                result = function(*args, **kwargs)
                _write(context, verb, place, given, result, secret, unnamed=unnamed)
            return result

        CATALOGUE[verb] = OperationSpec(verb, permission, at, purpose, run)
        return run

    return decorate


def require(context: Context, permission: str, place: Any = None) -> None:
    """Refuse unless the actor may do this at the place; without a place, everywhere."""
    if permission == ANYONE:
        return
    if context.actor.account_id is None and context.actor.label == "stranger":
        raise NotSignedIn("Please sign in first.")
    if permission == OWN:
        if not context.may(OWN):
            raise NotAllowed("You may not do this here.", {"permission": permission})
        return
    places = context.places(permission)
    allowed = places.everywhere if place is None else places.covers(place.path)
    if not allowed:
        raise NotAllowed("You may not do this here.", {"permission": permission})


def _place(at: str | None, given: Mapping[str, Any]) -> Any:
    if at is None:
        return None
    name, *rest = at.split(".")
    place = given[name]
    for step in rest:
        place = getattr(place, step)
    return place


def _write(
    context: Context,
    verb: str,
    place: Any,
    given: Mapping[str, Any],
    result: Any,
    secret: tuple[str, ...],
    *,
    unnamed: bool,
) -> None:
    salt = secrets.token_hex(16)
    payload = {
        "given": {
            name: _hidden(salt, value) if name in secret else _plain(value) for name, value in given.items()
        },
        "result": _plain(result),
    }
    content = EntryContent(
        at=start_of_day(context.now) if unnamed else context.now,
        account=None if unnamed else context.actor.account_id,
        actor="" if unnamed else context.actor.label[:120],
        verb=verb,
        org=None if unnamed else getattr(place, "pk", None),
        path="" if unnamed else getattr(place, "path", "") or "",
        subject=_subject(result, {} if unnamed else given),
        payload_digest=payload_digest(salt, payload),
    )
    Entry.objects.create(
        at=content.at,
        account=content.account,
        actor=content.actor,
        verb=content.verb,
        org=content.org,
        path=content.path,
        subject=content.subject,
        payload=payload,
        salt=salt,
        payload_digest=content.payload_digest,
        digest=entry_digest(content),
    )


def start_of_day(now: datetime) -> datetime:
    """Return the first instant of a local day: all that the log says of when an unnamed thing happened."""
    return now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


def _hidden(salt: str, value: Any) -> str:
    """Return a fingerprint under the site's key.

    A bare digest beside its salt would give passwords and numbers away to whoever tries them all.
    """
    mark = fingerprint(settings.GANGMU_DATA_KEY, payload_digest(salt, _plain(value)), purpose="log")
    return "hmac-sm3:" + mark


def _name(value: models.Model) -> str:
    return f"{value._meta.label}:{value.pk}"


def _subject(result: Any, given: Mapping[str, Any]) -> str:
    for value in (result, *given.values()):
        if isinstance(value, models.Model):
            return _name(value)
    return ""


_MOST = 20


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | float):
        return without_numbers(value[:500]) if isinstance(value, str) else value
    if isinstance(value, models.Model):
        return _name(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in list(value.items())[:50]}
    if isinstance(value, list | tuple | set | frozenset):
        items = list(value)
        kept = [_plain(item) for item in items[:_MOST]]
        return kept if len(items) <= _MOST else [*kept, f"… {len(items)} in all"]
    return type(value).__name__
