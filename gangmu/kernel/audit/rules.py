"""What an entry's digest and a chain's hash are; nothing else may compute them."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gangmu.core.secrets import mask

START = "0" * 64

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode


_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])(?:[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
    r"|1[3-9]\d{9})(?![0-9A-Za-z])"
)


def without_numbers(text: str) -> str:
    """Return a text with whatever looks like an ID or a mobile number masked.

    People type them into reasons and remarks; the log is read by many and kept for good.
    """
    return _NUMBERS.sub(lambda found: mask(found.group()), text)


@dataclass(frozen=True, slots=True)
class EntryContent:
    """All of an entry that is chained: who did what, where, to what, when."""

    at: datetime
    account: int | None
    actor: str
    verb: str
    org: int | None
    path: str
    subject: str
    payload_digest: str


def payload_digest(salt: str, payload: Any) -> str:
    """Return the salted digest of a payload; salt and payload can be erased by law later."""
    return hashlib.sha256(f"{salt}\n{_canonical(payload)}".encode()).hexdigest()


def entry_digest(content: EntryContent) -> str:
    """Return the digest of what an entry says."""
    return said_digest(
        instant_text(content.at),
        content.account,
        content.actor,
        content.verb,
        content.org,
        content.path,
        content.subject,
        content.payload_digest,
    )


def instant_text(at: datetime) -> str:
    """Return an instant as digests take it: in UTC, to the microsecond, without a zone."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def said_digest(at: str, account: int | None, actor: str, verb: str, org: int | None, *rest: str) -> str:
    """Return the digest of an entry's parts in their order, the instant as ``instant_text`` writes it."""
    who = "" if account is None else str(account)
    where = "" if org is None else str(org)
    return hashlib.sha256("\x1f".join((at, who, actor, verb, where, *rest)).encode()).hexdigest()


def chain_hash(previous: str, seq: int, digest: str) -> str:
    """Return the hash that chains entry ``seq`` to all before it."""
    return hashlib.sha256(f"{previous}{seq}:{digest}".encode()).hexdigest()
