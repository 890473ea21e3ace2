"""Take in a pack, and put it in force."""

from datetime import date
from pathlib import Path
from typing import Protocol

from gangmu.core.context import Context
from gangmu.core.definition import Fault
from gangmu.core.errors import Conflict, Invalid
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.packs.models import PackUse, PackVersion
from gangmu.kernel.packs.queries import packs_change
from gangmu.kernel.packs.rules import Files, compose_pack, pack_files


class Root(Protocol):
    """The organization at the top of a tree, as far as this room needs to know it."""

    pk: int
    path: str


class BrokenPack(Invalid):
    """A pack with faults: nothing of it was taken in."""

    code = "broken_pack"

    def __init__(self, found: list[Fault]) -> None:
        self.found = found
        super().__init__(
            "The pack has %(count)s faults; nothing of it was taken in.",
            {"count": len(found)},
            faults={f"{fault.file}:{fault.line}": f"{fault.code} {fault.message}" for fault in found},
        )


def take_pack_from(context: Context, folder: Path) -> PackVersion:
    """Take in a pack from its folder; one that was taken in before is found again."""
    files, faults = pack_files(folder)
    pack, wrong = compose_pack(folder.resolve().name, files)
    if faults or pack is None:
        raise BrokenPack(faults + [fault for fault in wrong if fault not in faults])
    known = PackVersion.objects.filter(hash=pack.hash).first()
    return known or take_pack(context, name=pack.name, files=files)


@operation("packs.take_pack", permission="packs.manage", secret=("files",))
def take_pack(context: Context, *, name: str, files: Files) -> PackVersion:
    """Take in a pack's files and freeze them.

    Refused whole, with every fault, if one file is wrong or breaks a rule.
    """
    pack, faults = compose_pack(name, files)
    if pack is None:
        raise BrokenPack(faults)
    return PackVersion.objects.create(
        name=name, version=pack.manifest.version, hash=pack.hash, files=files, taken_at=context.now
    )


@operation("packs.use_pack", permission="packs.manage", at="root")
def use_pack(context: Context, root: Root, *, version: PackVersion, day: date) -> PackUse:
    """Put a version in force for the tree of a root organization from a day on.

    What was issued under an earlier version keeps it. Refused before the day on which
    the present one came into force.
    """
    if root.path.count("/") != 1:
        raise Conflict("A pack rules a whole tree, from its top.")
    packs_change()
    present = PackUse.objects.select_for_update().filter(root=root.pk, valid_to=None).first()
    if present is not None:
        if present.version_id == version.pk:
            return present
        if day < present.valid_from:
            raise Conflict("The present pack came into force after this day.")
        present.valid_to = day
        present.save(update_fields=["valid_to"])
    return PackUse.objects.create(root=root.pk, version=version, valid_from=day)
