"""Targets and their versions, letters of responsibility."""

from django.db import models
from django.db.models import Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion


class Target(models.Model):
    """What one organization is to reach in one metric of a programme in one year.

    ``value`` is that of the version in force. ``held`` is what was kept back when it was handed
    on, null while it has not been: then ``value`` is the sum below plus ``held``, always.
    """

    programme = models.CharField(max_length=60)
    metric = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    org = models.ForeignKey(Org, models.PROTECT, related_name="targets", db_index=False)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts")
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=18, decimal_places=4)
    held = models.DecimalField(max_digits=18, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "year", "programme", "metric"], name="one_target_a_metric"
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0) & (Q(held__isnull=True) | Q(held__gte=0)),
                name="target_is_not_below_nothing",
            ),
        ]
        indexes = [models.Index(fields=["programme", "year", "metric", "org"], name="target_of_programme")]

    def __str__(self) -> str:
        return f"{self.programme} {self.metric} {self.year} {self.org_id}"

    @property
    def decider(self) -> Org:
        """The organization that decides on changes: the level above, or at the top itself."""
        if self.parent is not None:
            return self.parent.org
        return self.org.parent or self.org


class TargetVersion(models.Model):
    """One version of a target, or a wish for one: why, by whom, and who decided. Never deleted."""

    class State(models.TextChoices):
        """How it stands."""

        PROPOSED = "proposed"
        IN_FORCE = "in_force"
        REPLACED = "replaced"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    target = models.ForeignKey(Target, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=18, decimal_places=4)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=500, blank=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["target", "number"], name="one_target_version"),
            models.UniqueConstraint(
                fields=["target"], condition=Q(state="in_force"), name="one_version_in_force"
            ),
            models.UniqueConstraint(
                fields=["target"], condition=Q(state="proposed"), name="one_wish_a_target"
            ),
        ]
        indexes = [models.Index(fields=["state", "target"], name="target_version_of_state")]

    def __str__(self) -> str:
        return f"{self.target_id} v{self.number} {self.value}"


class Letter(models.Model):
    """One letter of responsibility, as it was issued: its content is frozen with it.

    ``above`` is the letter that its issuer had accepted before; the first level has none.
    """

    class State(models.TextChoices):
        """How far it is."""

        ISSUED = "issued"
        ACCEPTED = "accepted"
        WITHDRAWN = "withdrawn"

    kind = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=60)
    issuer = models.ForeignKey(Org, models.PROTECT, related_name="letters_issued")
    org = models.ForeignKey(Org, models.PROTECT, related_name="letters", db_index=False)
    above = models.ForeignKey("self", models.PROTECT, null=True, related_name="below")
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ISSUED)
    signed_by = models.CharField(max_length=60)
    issued_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    due_on = models.DateField()
    accepted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    accepted_name = models.CharField(max_length=60, blank=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_on = models.DateField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "year", "kind"], condition=~Q(state="withdrawn"), name="one_letter_a_year"
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(accepted_on__isnull=False) & ~Q(accepted_name="")),
                name="letter_is_accepted_by_name_and_day",
            ),
        ]
        indexes = [models.Index(fields=["issuer", "year"], name="letter_of_issuer")]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"
