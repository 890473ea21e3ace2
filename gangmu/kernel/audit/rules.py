"""What an entry's digest and a chain's hash are; nothing else may compute them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode


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
    parts = (
        content.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
        "" if content.account is None else str(content.account),
        content.actor,
        content.verb,
        "" if content.org is None else str(content.org),
        content.path,
        content.subject,
        content.payload_digest,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def chain_hash(previous: str, seq: int, digest: str) -> str:
    """Return the hash that chains entry ``seq`` to all before it."""
    return hashlib.sha256(f"{previous}{seq}:{digest}".encode()).hexdigest()
