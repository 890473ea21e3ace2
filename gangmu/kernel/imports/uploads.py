"""A file as a page sends it, taken in as an import: the same for every page that offers one."""

import tempfile
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

from gangmu.core.sheets import MOST_BYTES, UnreadableSheet
from gangmu.frame.doors import Request
from gangmu.kernel.imports.models import Import
from gangmu.kernel.imports.operations import read_import
from gangmu.kernel.orgs.models import Org


def take_in(request: Request, org: Org, kind: str) -> Import:
    """Read the file that a form sent, and judge its rows; nothing else is written."""
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or not sent.name:
        raise UnreadableSheet("Choose a file first.")
    if (sent.size or 0) > MOST_BYTES:
        raise UnreadableSheet(
            "The file is larger than %(most)s MB: send it in parts.", {"most": MOST_BYTES // 1024 // 1024}
        )
    with tempfile.TemporaryDirectory(prefix="gangmu-import-") as folder:
        held = Path(folder) / "sheet"
        with held.open("wb") as file:
            for piece in sent.chunks():
                file.write(piece)
        return read_import(request.context, org, kind=kind, path=held, file_name=sent.name)
