"""Notices as they were published, what was objected to them, and documents in their versions."""

from django.db import models
from django.db.models import F, Q

from gangmu.kernel.orgs.models import Org


class Notice(models.Model):
    """A page that was made known. Never rewritten: it is withdrawn with a reason, or stands.

    Nothing counts who looked at it. ``source`` is what it came from, as
    ``assessment.Round:4``; one source is published once.
    """

    class Audience(models.TextChoices):
        """For whom it is, and nobody else."""

        PUBLIC = "public"
        SUBTREE = "subtree"
        NAMED = "named"

    org = models.ForeignKey(Org, models.PROTECT, related_name="notices")
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=60, blank=True)
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    characters = models.PositiveIntegerField()
    length_reason = models.CharField(max_length=200, blank=True)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    named = models.ManyToManyField(Org, related_name="notices_to_it")
    day_from = models.DateField()
    day_to = models.DateField(null=True)
    objections_until = models.DateField(null=True)
    answer_within = models.PositiveSmallIntegerField(default=5)
    source = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField()
    published_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day_to__isnull=True) | Q(day_to__gte=F("day_from")),
                name="notice_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="one_notice_a_source"),
        ]
        indexes = [
            models.Index(fields=["audience", "-day_from"], name="notice_of_audience"),
            models.Index(fields=["org", "-day_from"], name="notice_of_org"),
        ]

    def __str__(self) -> str:
        return self.title


class Objection(models.Model):
    """What somebody objected to a notice; who that is may stay unsaid.

    It is found by its receipt, of which only the digest is kept. Name and contact are
    encrypted.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        UPHELD = "upheld"
        REJECTED = "rejected"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="objections")
    receipt = models.CharField(max_length=64, unique=True)
    text = models.CharField(max_length=2000)
    name_sealed = models.BinaryField(null=True)
    contact_sealed = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    answer_due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.CharField(max_length=2000, blank=True)

    class Meta:
        indexes = [models.Index(fields=["notice", "answered_at"], name="objection_of_notice")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.received_at}"


class Document(models.Model):
    """A paper of the library that an office keeps itself; ``code`` is how duties name it."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="documents")
    code = models.CharField(max_length=60)
    root = models.BigIntegerField()
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "code"], name="one_document_a_code")]

    def __str__(self) -> str:
        return self.code


class DocumentVersion(models.Model):
    """A document as it was from one day on. Never updated, never deleted.

    ``articles`` are rows of code, title, text; ``file`` is the id of its scan, if any.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    newest = models.BooleanField(default=True)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=60, blank=True)
    issuer = models.CharField(max_length=200)
    issued_on = models.DateField()
    text = models.TextField(blank=True)
    articles = models.JSONField(default=list)
    file = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "version"], name="one_version_a_number"),
            models.UniqueConstraint(fields=["document"], condition=Q(newest=True), name="one_newest_version"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"
