"""Packs as they were taken in, frozen, and from when to when each rules where."""

from django.db import models
from django.db.models import F, Q


class PackVersion(models.Model):
    """One pack as it was on the day it was taken in. Never updated, never deleted.

    ``files`` holds the very text of every definition, so that an old report is read with
    the form under which it was given.
    """

    name = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    hash = models.CharField(max_length=64, unique=True)
    files = models.JSONField()
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class PackUse(models.Model):
    """Which version rules the tree of a root organization from one day to another."""

    root = models.BigIntegerField()
    version = models.ForeignKey(PackVersion, models.PROTECT, related_name="uses")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["root"], condition=Q(valid_to__isnull=True), name="one_pack_in_force"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="pack_use_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.root}: {self.version_id}"
