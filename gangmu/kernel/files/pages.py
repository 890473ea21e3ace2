"""Files to find, to look at and to take along."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate

from gangmu.core.errors import Invalid, NotFound
from gangmu.core.fields import FieldSpec, parse_fields
from gangmu.frame.doors import Request, page
from gangmu.frame.downloads import file_response
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.files.models import StoredFile
from gangmu.kernel.files.operations import remove_file
from gangmu.kernel.files.queries import file_for, visible_files
from gangmu.kernel.files.rules import IMAGES, MEDIA_TYPES, TEXTS
from gangmu.kernel.files.shelf import bytes_of

MOST_SHOWN = 20_000

REMOVAL = (FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),)


@page("files.view")
def files(request: Request) -> HttpResponse:
    """List the files within the reader's reach, the newest first."""
    rows = visible_files(request.context)
    asked = {"q": request.GET.get("q", "").strip()[:60], "kind": request.GET.get("kind", "")}
    if asked["q"]:
        rows = rows.filter(name__icontains=asked["q"])
    if asked["kind"] in MEDIA_TYPES:
        rows = rows.filter(kind=asked["kind"])
    columns = [
        Column(
            "name",
            say("File"),
            link=lambda each: reverse("files-file", args=(each.pk,)),
            sort="name",
            width=36,
        ),
        Column("org", say("Organization"), value=lambda each: each.org.name, sort="org__code", width=30),
        Column("kind", say("Type"), sort="kind"),
        Column("size", say("Size"), "number", value=_kilobytes, sort="size", unit="kB"),
        Column("stored_at", say("Stored"), "instant", sort="stored_at"),
    ]
    table = Table(
        request,
        columns,
        rows,
        title=say("Files"),
        empty_title=say("No files here"),
        empty_advice=say("Files are handed in with records and documents; none is ever required."),
    )
    if sheet := table.export():
        return sheet
    kinds = [(kind, kind) for kind in MEDIA_TYPES]
    return render(request, "files/files.html", {"table": table, "asked": asked, "kinds": kinds})


def _kilobytes(stored: StoredFile) -> int:
    return max(1, round(stored.size / 1024))


@page("files.view", methods=("GET", "POST"))
def file(request: Request, file_id: int) -> HttpResponse:
    """Show one file: a preview where that is possible, and what is known about it; remove it for a reason."""
    found = file_for(request.context, file_id)
    form = FieldForm(REMOVAL)
    text = ""
    if found.kind in TEXTS:
        text = bytes_of(found.digest)[:MOST_SHOWN].decode("utf-8", errors="ignore")
    values = {
        "file": found,
        "kilobytes": _kilobytes(found),
        "is_image": found.kind in IMAGES,
        "text": text,
        "form": form,
        "may_remove": request.context.may("files.write", found.org.path),
    }
    if request.method == "POST":
        try:
            remove_file(request.context, found, **parse_fields(REMOVAL, form.raw(request.POST)))
        except Invalid as refusal:
            values["form"] = form.again(request.POST, refusal.faults)
            return form_again(request, "files/file.html", values, refusal)
        messages.success(request, translate("The file was removed."))
        return redirect("files-files")
    return render(request, "files/file.html", values)


@page("files.view")
def download(request: Request, file_id: int) -> HttpResponse:
    """Give a file out, to be saved."""
    found = file_for(request.context, file_id)
    return file_response(bytes_of(found.digest), MEDIA_TYPES[found.kind], found.name)


@page("files.view")
def preview(request: Request, file_id: int) -> HttpResponse:
    """Give a picture or a plain text out, to be looked at; other files have no preview."""
    found = file_for(request.context, file_id)
    if found.kind not in IMAGES | TEXTS:
        raise NotFound("There is no preview of this file.")
    return file_response(bytes_of(found.digest), MEDIA_TYPES[found.kind], found.name, inline=True)


urlpatterns = [
    path("files", files, name="files-files"),
    path("files/<int:file_id>", file, name="files-file"),
    path("files/<int:file_id>/download", download, name="files-download"),
    path("files/<int:file_id>/preview", preview, name="files-preview"),
]
