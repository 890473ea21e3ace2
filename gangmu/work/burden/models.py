"""What was asked and what it cost, who said that it was a duplicate, how long answers took."""

from django.db import models
from django.db.models import Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org


class Asking(models.Model):
    """One order as it costs: by whom, of how many, for how many minutes, in which words.

    ``order`` is the order's id; the room above holds the order itself. ``terms`` are what its
    words are found by. Never updated but for ``withdrawn_on``, never deleted.
    """

    order = models.BigIntegerField(unique=True)
    root = models.BigIntegerField()
    issuer = models.ForeignKey(Org, models.PROTECT, related_name="askings", db_index=False)
    duty = models.CharField(max_length=60)
    period = models.CharField(max_length=7)
    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    record = models.CharField(max_length=60)
    minutes = models.PositiveSmallIntegerField()
    organizations = models.PositiveIntegerField()
    reach = models.JSONField(default=dict)
    asked_on = models.DateField()
    due_on = models.DateField()
    terms = models.BinaryField()
    stamp = models.CharField(max_length=16)
    above_quota = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    repeats = models.BooleanField(default=False)
    form = models.CharField(max_length=60, blank=True)
    withdrawn_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(above_quota=False) | ~Q(reason=""), name="above_quota_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["root", "asked_on"], name="asking_of_root"),
            models.Index(fields=["issuer", "asked_on"], name="asking_of_issuer"),
            models.Index(fields=["root", "due_on"], name="asking_open"),
            models.Index(fields=["root", "duty"], name="asking_of_duty"),
            models.Index(fields=["asked_on"], condition=Q(above_quota=True), name="asking_above_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.period}"


class TimeTaken(models.Model):
    """How many answers to an order took so many minutes; never whose, and never when."""

    asking = models.ForeignKey(Asking, models.CASCADE, related_name="times", db_index=False)
    minutes = models.PositiveSmallIntegerField()
    answers = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asking", "minutes"], name="one_count_a_minute")]

    def __str__(self) -> str:
        return f"{self.minutes}: {self.answers}"


class DuplicateReport(models.Model):
    """An organization said that an order asks for what it has given before.

    ``mark`` is a keyed fingerprint, so that each is counted once; ``sealed`` is who it was,
    encrypted. There is no time, no order of arrival and no link to the organization. Nothing
    may be measured by it.
    """

    asking = models.ForeignKey(Asking, models.PROTECT, related_name="reports")
    mark = models.CharField(max_length=64, primary_key=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.asking_id)


class ReportOpening(models.Model):
    """An arbiter read who had reported an order, and why. Never updated, never deleted."""

    asking = models.ForeignKey(Asking, models.PROTECT, related_name="openings")
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="opening_says_why")]

    def __str__(self) -> str:
        return f"{self.asking_id}: {self.reason[:40]}"
