"""Reports, every version of their drafts, and what each was frozen as."""

from django.db import models
from django.db.models import Q

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.notices.models import Notice
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion


class Report(models.Model):
    """One report of one organization over one period.

    ``pack`` is by whose sentences it speaks: the one in force while it is a draft, and from the
    freezing on the one under which its figures were fixed. ``frozen`` holds each figure with
    what it was made of, as known at ``known_at``; ``digest`` is the fingerprint of all it says.
    ``counted`` holds what the figures of a draft came to at ``counted_at``: who writes it sees
    them stand still until they are counted again.
    """

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft"
        FROZEN = "frozen"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    org = models.ForeignKey(Org, models.PROTECT, related_name="reports", db_index=False)
    kind = models.CharField(max_length=60, blank=True)
    period = models.CharField(max_length=7)
    title = models.CharField(max_length=100)
    addressee = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    counted = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    frozen = models.JSONField(default=dict)
    known_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    frozen_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=60, blank=True)
    signed_by = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    withdrawn_for = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(known_at__isnull=True, digest="") | Q(known_at__isnull=False) & ~Q(digest=""),
                name="report_is_frozen_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | (Q(signed_on__isnull=False) & ~Q(signed_by="")),
                name="report_is_signed_by_name_and_day",
            ),
        ]
        indexes = [models.Index(fields=["org", "-period"], name="report_of_org")]

    def __str__(self) -> str:
        return self.title

    @property
    def span(self) -> Period:
        """The period as a value."""
        return Period.parse(self.period)

    @property
    def is_draft(self) -> bool:
        """Whether it can still be written on."""
        return self.state == self.State.DRAFT


class ReportVersion(models.Model):
    """What a report said when somebody saved it: its parts in order. Never changed."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    parts = models.JSONField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="one_report_version"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"
