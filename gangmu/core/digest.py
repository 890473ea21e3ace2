"""SHA-256 of files and folders."""

import hashlib
from collections.abc import Mapping
from pathlib import Path


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def listing_digest(digests: Mapping[str, str]) -> str:
    """Return the SHA-256 over the sorted lines ``<path> <SHA-256>``."""
    lines = sorted(f"{path} {digest}\n" for path, digest in digests.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def definitions_digest(files: Mapping[str, str]) -> str:
    """Return the hash of a pack and those it stands on: of their definitions, by ``<pack>/<kind>/<code>.yaml``."""
    return listing_digest({path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()})
