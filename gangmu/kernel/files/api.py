"""Files over the API."""

from datetime import datetime

from django.http import HttpResponse
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile

from gangmu.frame.doors import Request, endpoint
from gangmu.frame.downloads import file_response
from gangmu.kernel.files.models import StoredFile
from gangmu.kernel.files.operations import remove_file, store_file
from gangmu.kernel.files.queries import file_for, visible_files
from gangmu.kernel.files.rules import MEDIA_TYPES, MOST_BYTES, UnfitFile
from gangmu.kernel.files.shelf import bytes_of
from gangmu.kernel.orgs.queries import org_by_id

router = Router(tags=["files"])


class FileOut(Schema):
    """What is known about a file."""

    id: int
    org_id: int
    name: str
    kind: str
    size: int
    digest: str
    subject: str
    stored_at: datetime


class PageOf(Schema):
    """Where a list goes on."""

    after: int = 0
    limit: int = 100


class ReasonIn(Schema):
    """Why."""

    reason: str


@endpoint(router, "get", "/files", "files.visible_files", permission="files.view", response=list[FileOut])
def list_files(request: Request, page: Query[PageOf]) -> list[StoredFile]:
    """List the files within reach, by id."""
    rows = visible_files(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: max(1, min(page.limit, 200))])


@endpoint(router, "get", "/files/{file_id}", "files.file_for", permission="files.view", response=FileOut)
def get_file(request: Request, file_id: int) -> StoredFile:
    """Return what is known about one file."""
    return file_for(request.context, file_id)


@endpoint(router, "get", "/files/{file_id}/content", "files.bytes_of", permission="files.view", response=None)
def get_content(request: Request, file_id: int) -> HttpResponse:
    """Return a file's bytes."""
    found = file_for(request.context, file_id)
    return file_response(bytes_of(found.digest), MEDIA_TYPES[found.kind], found.name)


@endpoint(
    router, "post", "/orgs/{org_id}/files", "files.enter_file", permission="files.write", response=FileOut
)
def post_file(request: Request, org_id: int, file: File[UploadedFile]) -> StoredFile:
    """Take in a file at an organization, if it is what it says.

    What it belongs to is said by the operation that refers to it, not by who sends it: a
    file that named a public notice would be published with it.
    """
    if (file.size or 0) > MOST_BYTES:
        raise UnfitFile("The file is larger than %(most)s MB.", {"most": MOST_BYTES // 1024 // 1024})
    org = org_by_id(request.context, org_id)
    return store_file(request.context, org, name=file.name or "", content=file.read())


@endpoint(
    router,
    "post",
    "/files/{file_id}/remove",
    "files.remove_file",
    permission="files.write",
    response=FileOut,
)
def post_removal(request: Request, file_id: int, given: ReasonIn) -> StoredFile:
    """Remove a file, for a reason."""
    return remove_file(request.context, file_for(request.context, file_id), reason=given.reason)
