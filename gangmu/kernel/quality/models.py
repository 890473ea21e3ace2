"""Doubts as they were found last, and when each tree was looked through."""

from django.db import models
from django.db.models import Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org


class Doubt(models.Model):
    """Something that may be wrong, as one check found it at one organization.

    It is there as long as the check finds it; ``since`` is the first day. What was looked at
    and is right is excused until a day, with a reason that all who see the doubt can read.
    """

    check_code = models.CharField(max_length=60)
    root = models.BigIntegerField()
    org = models.ForeignKey(Org, models.PROTECT, related_name="doubts", db_index=False)
    subject = models.CharField(max_length=160, blank=True)
    params = models.JSONField(default=dict)
    since = models.DateField()
    excused_until = models.DateField(null=True)
    excused_for = models.CharField(max_length=300, blank=True)
    excused_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    excused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "check_code", "subject"], name="one_doubt_a_subject"),
            models.CheckConstraint(
                condition=Q(excused_until=None) | ~Q(excused_for=""), name="excused_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["root", "check_code"], name="doubts_of_check")]

    def __str__(self) -> str:
        return f"{self.check_code} {self.org_id} {self.subject}"


class Sweep(models.Model):
    """When one check last looked through one tree, how much it found, and how much the day before."""

    root = models.BigIntegerField()
    check_code = models.CharField(max_length=60)
    swept_at = models.DateTimeField()
    found = models.PositiveIntegerField()
    found_before = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "check_code"], name="one_sweep_a_check")]

    def __str__(self) -> str:
        return f"{self.root} {self.check_code} {self.found}"
