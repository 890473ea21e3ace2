"""The modules of every room, found and imported, so that none can be forgotten."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import gangmu


def modules_of(part: str) -> Iterator[tuple[str, ModuleType]]:
    """Yield each room's name and its modules of one part, be that a file or a package of them."""
    for module in pkgutil.walk_packages(gangmu.__path__, "gangmu."):
        names = module.name.split(".")
        if part in names[2:]:
            yield names[names.index(part, 2) - 1], import_module(module.name)
