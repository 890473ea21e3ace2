"""Every read of files; the reader comes first."""

from collections.abc import Iterable

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.files.models import StoredFile
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import within


def visible_files(context: Context) -> QuerySet[StoredFile]:
    """Return the files of organizations whose files the reader may see, the newest first."""
    places = context.places("files.view")
    return (
        StoredFile.objects.filter(within(places), removed_at=None)
        .select_related("org")
        .order_by("-stored_at", "-pk")
    )


def file_for(context: Context, file_id: int) -> StoredFile:
    """Return one file that the reader may see; otherwise there is none."""
    found = visible_files(context).filter(pk=file_id).first()
    if found is None:
        raise NotFound("There is no such file.")
    return found


def files_of_org(context: Context, org: Org) -> QuerySet[StoredFile]:
    """Return the files of one organization."""
    return visible_files(context).filter(org=org)


def files_of_subject(context: Context, subject: str) -> QuerySet[StoredFile]:
    """Return the files that belong to one thing, as ``records.Record:12``, the oldest first."""
    return visible_files(context).filter(subject=subject).order_by("pk")


def published_files(subject: str) -> QuerySet[StoredFile]:
    """Return the files of a thing whose own room has already let the reader in."""
    return StoredFile.objects.filter(subject=subject, removed_at=None).order_by("pk")


def needed_digests(digests: Iterable[str]) -> set[str]:
    """Return those digests that some file, not removed, still needs."""
    return set(
        StoredFile.objects.filter(digest__in=list(digests), removed_at=None).values_list("digest", flat=True)
    )
