"""What was handed in: one row per file, whose bytes lie beside the database under their digest."""

from django.db import models

from gangmu.kernel.orgs.models import Org


class StoredFile(models.Model):
    """A file of an organization. Its bytes and its name are never changed.

    ``subject`` is what refers to it, as ``records.Record:12``. Files with equal bytes
    share them. One that is removed keeps its row; its bytes go when nobody needs them.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="files")
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    notes = models.JSONField(default=dict)
    subject = models.CharField(max_length=120, blank=True)
    stored_at = models.DateTimeField()
    stored_by = models.BigIntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_for = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="file_of_subject")]

    def __str__(self) -> str:
        return self.name
