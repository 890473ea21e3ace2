"""Fetch the few browser libraries the pages use, pinned and checked, into the package.

Run by a person when a pin changes; what it writes is committed, so nothing is
fetched when the product is built, tested or run. Needs ``npm``.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "gangmu" / "frame" / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"
SPRITE = ROOT / "gangmu" / "frame" / "static" / "frame" / "icons.svg"

ICONS = [
    "adjustments-horizontal",
    "alert-circle",
    "alert-triangle",
    "arrow-back-up",
    "arrow-down",
    "arrow-up",
    "arrows-sort",
    "bell",
    "book",
    "book-2",
    "building",
    "building-community",
    "calendar",
    "chart-bar",
    "check",
    "checklist",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle-check",
    "circle-x",
    "clipboard-check",
    "clock",
    "coin",
    "columns-3",
    "device-mobile",
    "dots",
    "download",
    "external-link",
    "eye",
    "eye-off",
    "eyeglass",
    "file",
    "file-spreadsheet",
    "file-text",
    "filter",
    "folder",
    "heart-handshake",
    "hierarchy-2",
    "history",
    "home",
    "inbox",
    "info-circle",
    "language",
    "layout-dashboard",
    "list-check",
    "lock",
    "login",
    "logout",
    "map-pin",
    "menu-2",
    "messages",
    "notebook",
    "pencil",
    "plus",
    "point",
    "printer",
    "school",
    "search",
    "send",
    "settings",
    "shield-lock",
    "sitemap",
    "speakerphone",
    "star",
    "table",
    "text-size",
    "trash",
    "upload",
    "user-circle",
    "users",
    "wifi-off",
    "x",
]


@dataclass(frozen=True)
class Package:
    """One npm package at one version, with what is taken from it and where it goes."""

    name: str
    version: str
    sha512: str
    takes: tuple[tuple[str, str], ...]
    into: Path = VENDOR


PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        "lgmR9gcxRp5JlLxcmRi9Rz85JrEvH6Bz71KnlcPVSa97wtwQNjgSs3g3fxwbAlulHyRMghhIV04QUuW3pqDsIg==",
        (("dist/css/tabler.min.css", "tabler/tabler.min.css"),),
    ),
    Package(
        "@tabler/icons",
        "3.51.0",
        "0pinvPZz7YeX+OSfxuEAbnEPWbocVXW5iU8h5lh41pYG8sZuQfpWECC980lxOT0clGIcNGn8xsBr+zKaRGdA/g==",
        (("LICENSE", "tabler-icons/LICENSE"),),
    ),
    Package(
        "htmx.org",
        "2.0.11",
        "Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        (("dist/htmx.min.js", "htmx/htmx.min.js"), ("LICENSE", "htmx/LICENSE")),
    ),
    Package(
        "echarts",
        "6.1.0",
        "q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA==",
        (
            ("dist/echarts.min.js", "echarts/echarts.min.js"),
            ("LICENSE", "echarts/LICENSE"),
            ("NOTICE", "echarts/NOTICE"),
        ),
    ),
    Package(
        "axe-core",
        "4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        (("axe.min.js", "axe/axe.min.js"), ("LICENSE", "axe/LICENSE")),
        into=TEST_VENDOR,
    ),
)


def fetch(package: Package, folder: Path) -> tarfile.TarFile:
    """Return the package's archive, or stop when it is not the one that was pinned."""
    subprocess.run(
        ["npm", "pack", f"{package.name}@{package.version}", "--silent"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        sys.exit(f"{package.name}@{package.version}: sha512 is {digest}, pinned is {package.sha512}")
    return tarfile.open(archive)


def take(archive: tarfile.TarFile, member: str) -> bytes:
    """Return one file of an npm archive."""
    found = archive.extractfile(f"package/{member}")
    assert found is not None
    return found.read()


def without_source_map(content: bytes) -> bytes:
    """Return a script or style without the pointer to a source map that is not shipped."""
    return re.sub(rb"\s*(/\*|//)# sourceMappingURL=\S+\s*(\*/)?\s*$", b"\n", content)


def sprite(nodes: dict[str, list[tuple[str, dict[str, str]]]]) -> str:
    """Return the chosen icons as one SVG file whose parts pages refer to."""
    symbols = []
    for name in sorted(ICONS):
        body = "".join(
            f"<{tag} " + " ".join(f'{key}="{value}"' for key, value in attributes.items()) + "/>"
            for tag, attributes in nodes[name]
        )
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def licence_of_tabler(licence_of_icons: str) -> str:
    """Return Tabler's licence, which its npm package names (MIT) but does not carry.

    The wording is that of the icons, by the same author; the holders are those that
    the head of the style sheet names.
    """
    holders = "Copyright (c) 2018-2026 The Tabler Authors\nCopyright (c) 2018-2026 codecalm.net Paweł Kuna"
    return re.sub(r"Copyright \(c\).*", holders, licence_of_icons, count=1)


def main() -> None:
    """Write every vendored file, its licence and the list of versions."""
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder, fetch(package, Path(folder)) as archive:
            for member, target in package.takes:
                path = package.into / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(without_source_map(take(archive, member)))
            if package.name == "@tabler/icons":
                licence = take(archive, "LICENSE").decode()
                (VENDOR / "tabler" / "LICENSE").write_text(licence_of_tabler(licence))
                SPRITE.write_text(sprite(json.loads(take(archive, "tabler-nodes-outline.json"))))
        print(f"{package.name} {package.version}")
    versions = {p.name: p.version for p in PACKAGES if p.into == VENDOR}
    (VENDOR / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")


if __name__ == "__main__":
    main()
