"""The site's keys: from the environment, else from files that only its user can read."""

import os
import secrets
from pathlib import Path


def key_bytes(name: str, folder: Path) -> bytes:
    """Return 32 bytes: from the variable ``GANGMU_<NAME>`` in hex, else from the data folder.

    A key that is not there yet is made, once, readable by its owner alone. Without its
    keys a database's encrypted values cannot be read again: a backup takes them along.
    """
    given = os.environ.get(f"GANGMU_{name.upper()}")
    if given:
        return bytes.fromhex(given)
    path = folder / "keys" / f"{name}.hex"
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return bytes.fromhex(path.read_text(encoding="ascii"))
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text(encoding="ascii"))
