"""Number and chain what has been written; sign the day's end; walk it all again to prove it."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from gangmu.core.context import LOCAL
from gangmu.kernel.audit.models import Head, Seal
from gangmu.kernel.audit.rules import START, chain_hash, instant_text, payload_digest, said_digest

BATCH = 2000
_LOCK = 0x67616E67


@dataclass(frozen=True)
class Verdict:
    """What a walk along the log found."""

    entries: int
    faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing was altered, removed, inserted, re-ordered or cut off."""
        return not self.faults


def seal_entries(now: datetime | None = None) -> int:
    """Chain all entries that are not yet chained, sign the head; return how many.

    Only one sealer works at a time: a second one finds nothing to do.
    """
    sealed, after = 0, _look_back_to()
    while chained := _seal_batch(after):
        sealed, after = sealed + len(chained), chained[-1]
    if sealed:
        _sign_head(now or datetime.now(UTC))
    return sealed


def _seal_batch(after: int) -> list[int]:
    """Chain the next entries behind an id, and return their ids."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
                row = cursor.fetchone()
                if not (row and row[0]):
                    return []
        last = Seal.objects.order_by("-seq").first()
        seq, previous = (last.seq, last.hash) if last else (0, START)
        seals = []
        for entry, digest in _unsealed(after):
            seq += 1
            previous = chain_hash(previous, seq, digest)
            seals.append((seq, entry, digest, previous))
        _write_seals(seals)
    return [entry for _, entry, _, _ in seals]


def _write_seals(seals: Sequence[tuple[int, int, str, str]]) -> None:
    """Write seals as plain rows: building models would take longer than all the hashing."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(f"INSERT INTO {_SEAL_COLUMNS} VALUES (%s, %s, %s, %s)", seals)  # noqa: S608
            return
        with cursor.copy(f"COPY {_SEAL_COLUMNS} FROM STDIN") as rows:
            for seal in seals:
                rows.write_row(seal)


_SEAL_COLUMNS = "audit_seal (seq, entry, digest, hash)"


_UNSEALED = """
    SELECT e.id, e.digest FROM audit_entry e
    WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry = e.id) AND e.id > %s
    ORDER BY e.id LIMIT %s
"""

_WINDOW = 100_000


def _look_back_to() -> int:
    """Return the id behind which unsealed entries may stand.

    Transactions may commit out of order, so a look goes back a window of ids; the first
    look of a process goes back to the beginning.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(entry) FROM audit_seal")
        newest = cursor.fetchone()[0] or 0
    floor = max(0, newest - _WINDOW) if _looked_back.get(connection.alias) else 0
    _looked_back[connection.alias] = True
    return floor


def _unsealed(after: int) -> list[tuple[int, str]]:
    """Return the next unsealed entries, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [after, BATCH])
        rows: list[tuple[int, str]] = cursor.fetchall()
        return rows


_looked_back: dict[str, bool] = {}


def signing_key() -> Ed25519PrivateKey:
    """Return the key that signs heads; the site keeps it outside the database."""
    seed: bytes = settings.GANGMU_SIGNING_SEED
    return Ed25519PrivateKey.from_private_bytes(seed)


def _statement(day: date, seq: int, hash_: str) -> bytes:
    return f"gangmu head {day.isoformat()} {seq} {hash_}".encode()


def _sign_head(now: datetime) -> None:
    last = Seal.objects.order_by("-seq").first()
    if last is None:
        return
    day = now.astimezone(LOCAL).date()
    signature = signing_key().sign(_statement(day, last.seq, last.hash)).hex()
    Head.objects.update_or_create(
        day=day, defaults={"seq": last.seq, "hash": last.hash, "signed_at": now, "signature": signature}
    )
    _write_head_file({"day": day.isoformat(), "seq": last.seq, "hash": last.hash, "signature": signature})


def head_file() -> Path | None:
    """Return where the newest head stands outside the database, if the site keeps one."""
    folder = settings.GANGMU_DATA
    return Path(folder) / "log-head.json" if folder else None


def _write_head_file(head: dict[str, Any]) -> None:
    path = head_file()
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(head, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def verify_log(*, most: int = 10) -> Verdict:
    """Walk the whole chain and name the first faults.

    Found are: an altered entry, a removed one, one put in, an exchanged order, a cut tail
    (against the signed heads in the database and the newest head beside it).
    """
    faults: list[str] = []
    count = 0
    expected, previous = 1, START
    hashes: dict[int, str] = {}
    # read before the walk: while the site runs, newer heads are signed during it
    kept = _kept_head()
    heads = {head.seq: head for head in Head.objects.all()}
    for row in _sealed_rows():
        seq, entry_id, digest, hash_, *content = row
        count += 1
        if seq != expected:
            faults.append(f"seal {expected}: removed or out of order (found {seq})")
            expected = seq
        faults += _entry_faults(seq, entry_id, digest, content)
        if hash_ != chain_hash(previous, seq, digest):
            faults.append(f"seal {seq}: does not follow from the one before it")
        previous, expected = hash_, expected + 1
        if seq in heads:
            hashes[seq] = hash_
        if len(faults) >= most:
            return Verdict(count, tuple(faults[:most]))
    faults += _head_faults(heads, hashes)
    faults += _tail_faults(kept, expected - 1)
    return Verdict(count, tuple(faults[:most]))


def _entry_faults(seq: int, entry_id: int, digest: str, content: list[Any]) -> list[str]:
    at, *said, payload, salt = content
    if at is None:
        return [f"seal {seq}: entry {entry_id} was removed"]
    verb, given_digest = said[2], said[-1]
    if said_digest(at, *said) != digest:
        return [f"seal {seq}: entry {entry_id} ({verb}) was altered"]
    if payload is not None and salt and payload_digest(salt, payload) != given_digest:
        return [f"seal {seq}: the payload of entry {entry_id} ({verb}) was altered"]
    return []


def _head_faults(heads: dict[int, Head], hashes: dict[int, str]) -> list[str]:
    key = signing_key().public_key()
    faults = []
    for head in heads.values():
        try:
            key.verify(bytes.fromhex(head.signature), _statement(head.day, head.seq, head.hash))
        except (InvalidSignature, ValueError):
            faults.append(f"head of {head.day}: the signature is not ours")
            continue
        if hashes.get(head.seq) != head.hash:
            faults.append(f"head of {head.day}: the log was cut off or rewritten before seal {head.seq}")
    return faults


def _kept_head() -> Any:
    """Return the newest head as it stands beside the database, or None."""
    path = head_file()
    if path is None or not path.exists():
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}


def _tail_faults(kept: Any, last: int) -> list[str]:
    if kept is None:
        return []
    try:
        statement = _statement(date.fromisoformat(kept["day"]), kept["seq"], kept["hash"])
        signing_key().public_key().verify(bytes.fromhex(kept["signature"]), statement)
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return ["log-head.json: is not a head that we signed"]
    if kept["seq"] > last:
        return [f"seal {last + 1}: the log was cut off here ({kept['seq']} had been sealed)"]
    found = Seal.objects.filter(seq=kept["seq"]).values_list("hash", flat=True).first()
    return [] if found == kept["hash"] else [f"seal {kept['seq']}: is not the one that was signed"]


_SEALED = """
    SELECT s.seq, s.entry, s.digest, s.hash,
           e.at, e.account, e.actor, e.verb, e.org, e.path, e.subject, e.payload_digest, e.payload, e.salt
    FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry
    WHERE s.seq > %s ORDER BY s.seq LIMIT %s
"""


def _sealed_rows() -> Iterator[tuple[Any, ...]]:
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_SEALED, [after, 5000])
            rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield (*row[:4], _instant(row[4]), *row[5:12], _payload(row[12]), row[13])
        after = rows[-1][0]


def _instant(value: Any) -> str | None:
    """Return an instant as ``instant_text`` writes it; SQLite holds it as a text that is nearly that."""
    if isinstance(value, str):
        text = value.replace(" ", "T", 1)
        return text if "." in text else text + ".000000"
    if value is None:
        return None
    instant: datetime = value
    return instant_text(instant if instant.tzinfo else instant.replace(tzinfo=UTC))


def _payload(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
