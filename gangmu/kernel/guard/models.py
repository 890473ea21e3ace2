"""Exceptions from the rules against formalism: who answers for them, by which paper, until when."""

from django.db import models
from django.db.models import F, Q

from gangmu.kernel.orgs.models import Org


class GuardOverride(models.Model):
    """Leave to write, at one organization and in one kind of text, what a rule would refuse.

    Everybody may read it. It always has an end; it is ended earlier for a reason, never
    rewritten.
    """

    class What(models.TextChoices):
        """In what kind of text it holds."""

        ORDER = "order"
        NOTICE = "notice"
        DOCUMENT = "document"

    rule = models.CharField(max_length=20)
    org = models.ForeignKey(Org, models.PROTECT, related_name="guard_overrides")
    what = models.CharField(max_length=10, choices=What.choices)
    reason = models.CharField(max_length=300)
    answerable = models.CharField(max_length=60)
    paper = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField()
    granted_at = models.DateTimeField()
    granted_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_for = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="override_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(answerable="") & ~Q(paper=""), name="override_says_why_and_who"
            ),
        ]
        indexes = [models.Index(fields=["org", "what", "valid_to"], name="override_of_org")]

    def __str__(self) -> str:
        return f"{self.rule} {self.org_id} {self.what}"
