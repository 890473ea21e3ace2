"""The log: entries as they are written, seals as they are chained, heads as they are signed."""

from django.db import models


class Entry(models.Model):
    """One operation that happened. Never updated, never deleted.

    ``payload`` and ``salt`` alone may be emptied, when a law asks for it: the digest stays.
    """

    at = models.DateTimeField()
    written_at = models.DateTimeField(auto_now_add=True)
    account = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=120)
    verb = models.CharField(max_length=80)
    org = models.BigIntegerField(null=True)
    path = models.CharField(max_length=255, blank=True)
    subject = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(null=True)
    salt = models.CharField(max_length=32, blank=True)
    payload_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["org", "-id"], name="entry_of_org"),
            models.Index(fields=["account", "-id"], name="entry_of_account"),
            models.Index(fields=["verb", "-id"], name="entry_of_verb"),
            models.Index(fields=["subject", "-id"], name="entry_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class Seal(models.Model):
    """The place of one entry in the chain: its number, its digest, the hash of all so far."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"


class Head(models.Model):
    """The end of the chain on one day, signed; the last one of a day stands."""

    day = models.DateField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    signature = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"{self.day} {self.seq} {self.hash[:12]}"
