"""How scenarios speak to the product: over the API, as a program with a token; and sheets as people make them."""

import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from gangmu.core.context import Context
from gangmu.kernel.access.operations import fresh_token
from gangmu.site import clock


class Program:
    """The API as the program of one account calls it; each write under a key of its own."""

    def __init__(self, context: Context, *scopes: str) -> None:
        now = Context(context.actor, clock.now())
        until = now.now + timedelta(days=1)
        _, text = fresh_token(now, name="程序", scopes=list(scopes) or ["*"], expires_at=until)
        self.client = Client(headers={"Authorization": f"Bearer {text}"})
        self.written = 0

    def _key(self) -> dict[str, str]:
        self.written += 1
        return {"Idempotency-Key": f"scenario-{self.written}"}

    def get(self, path: str) -> Any:
        """Read."""
        return self.client.get(f"/api{path}")

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Write JSON."""
        call = getattr(self.client, method)
        return call(f"/api{path}", body or {}, content_type="application/json", headers=self._key())

    def upload(self, org: Any, kind: str, content: bytes, name: str = "台账.xlsx") -> Any:
        """Send a sheet to be read and judged."""
        sent = {"kind": kind, "file": SimpleUploadedFile(name, content)}
        return self.client.post(f"/api/orgs/{org.pk}/imports", sent, headers=self._key())


def workbook(rows: Sequence[Sequence[Any]], change: Callable[[Any], None] | None = None) -> bytes:
    """Return a workbook of these rows."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    if change is not None:
        change(page)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    """Return what stands in a workbook's first sheet."""
    page = load_workbook(io.BytesIO(content)).active
    assert page is not None
    return [[cell.value for cell in row] for row in page.iter_rows()]
