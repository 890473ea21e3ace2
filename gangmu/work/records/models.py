"""Records and their versions."""

from django.db import models
from django.db.models import F, Q

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion


class Record(models.Model):
    """What an organization wrote down about one day or period, in one version.

    A correction is another row: ``replaces`` names the version before, ``origin`` the
    first; ``standing`` is true for the last alone. Values are never changed.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="records", db_index=False)
    kind = models.CharField(max_length=60)
    day = models.DateField()
    values = models.JSONField()
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveSmallIntegerField(default=1)
    origin = models.ForeignKey("self", models.PROTECT, null=True, related_name="versions")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    standing = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, blank=True)
    answered_for = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["org", "kind", "day"], name="record_of_org"),
            models.Index(fields=["kind", "day"], name="record_of_kind"),
            models.Index(  # counts what stands without opening a row
                fields=["org"], condition=Q(standing=True), name="standing_record_of_org"
            ),
            models.Index(  # lists the newest without sorting a year of them
                fields=["-day", "-id"], condition=Q(standing=True), name="standing_record_by_day"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(version=1, replaces=None, origin=None)
                | Q(version__gt=1, replaces__isnull=False, origin__isnull=False),
                name="record_versions_follow",
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=F("id")), name="record_replaces_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"

    @property
    def first_id(self) -> int:
        """The id of its first version."""
        return self.origin_id or self.pk

    def lies_in(self, period: Period) -> bool:
        """Whether it is about a day of a period."""
        return period.contains(self.day)


class KnownValue(models.Model):
    """What is known of an organization in one field of the dictionary, about one day.

    ``way`` says how it came: with a ``record``, or from a department. Never changed but for
    two marks: ``standing`` is false once it was corrected or taken back, ``current`` is true
    for the newest that stands. ``amount`` is a number's value in ten-thousandths, so that
    sums are exact on every database; a ``value`` of null was reported as unknown.
    """

    class Way(models.TextChoices):
        """How it came in."""

        RECORD = "record"
        DEPARTMENT = "department"

    org = models.ForeignKey(Org, models.PROTECT, related_name="known_values", db_index=False)
    field = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    amount = models.BigIntegerField(null=True)
    day = models.DateField()
    way = models.CharField(max_length=12, choices=Way.choices)
    record = models.ForeignKey(Record, models.CASCADE, null=True, related_name="known_values")
    source = models.CharField(max_length=120)
    owner = models.CharField(max_length=120)
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    standing = models.BooleanField(default=True)
    current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["field", "org"], condition=Q(current=True), name="one_value_is_current"
            ),
            models.CheckConstraint(condition=Q(standing=True) | Q(current=False), name="current_stands"),
            models.CheckConstraint(
                condition=Q(way="record", record__isnull=False) | Q(way="department", record=None),
                name="known_value_comes_one_way",
            ),
        ]
        indexes = [models.Index(fields=["org", "field", "day"], name="known_value_of_org")]

    def __str__(self) -> str:
        return f"{self.field} {self.day}"
