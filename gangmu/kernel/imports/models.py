"""Imports and their rows, as they wait for confirmation."""

from django.db import models
from django.utils.translation import gettext_lazy as words

from gangmu.kernel.orgs.models import Org


class State(models.TextChoices):
    """How far an import has come."""

    UPLOADED = "uploaded", words("Being read")
    JUDGED = "judged", words("Waiting for confirmation")
    CONFIRMING = "confirming", words("Being written")
    REVERTING = "reverting", words("Being taken back after a refusal")
    CONFIRMED = "confirmed", words("Written")
    UNDOING = "undoing", words("Being undone")
    UNDONE = "undone", words("Undone")
    DISCARDED = "discarded", words("Discarded")


class Import(models.Model):
    """One sheet that came in at an organization: all of it is written, or nothing.

    ``heads`` says which column holds which field, so that a fault names its cell;
    ``done`` counts rows that stand written, which a stopped confirmation goes on from.
    """

    kind = models.CharField(max_length=100)
    org = models.ForeignKey(Org, models.PROTECT, related_name="imports")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADED)
    heads = models.JSONField(default=dict)
    unknown_heads = models.JSONField(default=list)
    partial = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True)
    account = models.BigIntegerField(null=True)
    by = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["org", "-id"], name="imports_of_org")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def writable(self) -> int:
        """How many rows a confirmation writes."""
        return self.total - self.wrong if self.partial else self.total


class ImportRow(models.Model):
    """One row of a sheet: what it says, what stands against it, what was made of it.

    Sensitive values are in ``sealed``, unreadable without the site's key. What a row says
    is emptied once it has been written, undone or discarded.
    """

    imported = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    values = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    faults = models.JSONField(default=dict)
    wrong = models.BooleanField(default=False)
    made = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["imported", "line"], name="one_row_a_line")]
        indexes = [models.Index(fields=["imported", "wrong", "line"], name="wrong_rows")]

    def __str__(self) -> str:
        return f"{self.imported_id}:{self.line}"
