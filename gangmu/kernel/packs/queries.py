"""Which definitions hold where and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Min, Q, QuerySet

from gangmu.core.definition import Fault
from gangmu.core.errors import NotFound
from gangmu.kernel.packs.models import PackUse, PackVersion
from gangmu.kernel.packs.rules import Pack, compose_pack


@lru_cache(maxsize=32)
def _composed(hash_: str) -> Pack:
    version = PackVersion.objects.get(hash=hash_)
    pack, faults = compose_pack(version.name, version.files, checked=False)
    if pack is None:
        raise RuntimeError(f"pack {version} was taken in and no longer reads: {faults[0]}")
    return pack


@lru_cache(maxsize=32)
def _findings(hash_: str) -> tuple[Fault, ...]:
    version = PackVersion.objects.get(hash=hash_)
    return tuple(compose_pack(version.name, version.files)[1])


def pack_findings(version: PackVersion) -> tuple[Fault, ...]:
    """Return what today's rules say about a version that was taken in: warnings, and what is newly forbidden."""
    return _findings(version.hash)


class _Use(NamedTuple):
    root: int
    valid_from: date
    valid_to: date | None
    hash: str


_kept: ContextVar[list[list[_Use]] | None] = ContextVar("uses of packs, read once", default=None)


@contextmanager
def packs_read_once() -> Iterator[None]:
    """Read which pack rules where once, however often it is asked: a page asks up to eight times.

    Who takes up another pack meanwhile ends it for itself; others go on with what they began with.
    """
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def packs_change() -> None:
    """From now on read anew which pack rules where."""
    _kept.set(None)


def _uses() -> list[_Use]:
    kept = _kept.get()
    if kept:
        return kept[0]
    rows = PackUse.objects.values_list("root", "valid_from", "valid_to", "version__hash")
    uses = list(map(_Use._make, rows))
    if kept is not None:
        kept.append(uses)
    return uses


def packs_in_force() -> dict[int, Pack]:
    """Return the pack that rules each root organization now."""
    return {use.root: _composed(use.hash) for use in _uses() if use.valid_to is None}


def _uses_of(root: int, day: date | None) -> QuerySet[PackUse]:
    uses = PackUse.objects.filter(root=root)
    if day is None:
        return uses.filter(valid_to=None)
    return uses.filter(Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day)))


def pack_version_of(root: int, day: date | None = None) -> PackVersion:
    """Return the version that rules a root organization, now or on a day; none refuses."""
    # The texts are large and are read once a process, by ``_composed``.
    use = next(iter(_uses_of(root, day).select_related("version").defer("version__files")), None)
    if use is None:
        raise NotFound("No pack is in force here.")
    return use.version


def first_use_on(root: int) -> date | None:
    """Return the day on which the tree of a root organization took up its first pack."""
    first: date | None = PackUse.objects.filter(root=root).aggregate(first=Min("valid_from"))["first"]
    return first


def pack_of(root: int, day: date | None = None) -> Pack:
    """Return the definitions that rule a root organization, now or on a day; none refuses."""
    for use in _uses():
        if use.root == root and _in_force(use, day):
            return _composed(use.hash)
    raise NotFound("No pack is in force here.")


def _in_force(use: _Use, day: date | None) -> bool:
    if day is None:
        return use.valid_to is None
    return use.valid_from <= day and (use.valid_to is None or use.valid_to > day)


def versions_used(root: int) -> list[PackVersion]:
    """Return every version that has ruled a root organization, without its texts."""
    return list(PackVersion.objects.filter(uses__root=root).distinct().defer("files").order_by("pk"))


def pack_by_version(version: PackVersion) -> Pack:
    """Return the definitions of one frozen version."""
    return _composed(version.hash)
