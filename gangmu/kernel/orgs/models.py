"""Divisions, organizations and units with their spans of time; links beside the tree."""

from typing import Any

from django.db import models
from django.db.models import F, Q


class PathField(models.CharField):  # type: ignore[type-arg]
    """Ids from the root down, each ended by a slash: ``1/20/``; compared byte by byte."""

    def db_parameters(self, connection: Any) -> dict[str, str | None]:
        """Ask PostgreSQL for its C collation, so that range queries use the index."""
        parameters = dict(super().db_parameters(connection))
        if getattr(connection, "vendor", "") == "postgresql":
            parameters["collation"] = "C"
        return parameters


class Division(models.Model):
    """An administrative division as published; an area, not an organization."""

    code = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=100)
    parent_code = models.CharField(max_length=12, blank=True, db_index=True)
    level = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class Org(models.Model):
    """An organization; what stands here is as of its newest span.

    ``closed_on`` is the first day on which it no longer exists.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    path = PathField(max_length=255, db_index=True)
    level = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    domain = models.CharField(max_length=40, blank=True)
    area = models.ForeignKey(Division, models.PROTECT, null=True, related_name="orgs")
    founded_on = models.DateField()
    closed_on = models.DateField(null=True)
    fictional = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("founded_on")),
                name="org_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["parent", "code"], name="org_siblings")]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many organizations stand above it."""
        return str(self.path).count("/") - 1

    @property
    def root_id(self) -> int:
        """The id of the root of its tree: the office whose pack rules here."""
        return int(self.path.split("/", 1)[0])

    def is_open(self) -> bool:
        """Whether it exists as of its newest span."""
        return self.closed_on is None


class OrgSpan(models.Model):
    """An organization as it stood from one day (included) to another (not included).

    Spans of one organization do not overlap. They are closed, never rewritten.
    """

    org = models.ForeignKey(Org, models.CASCADE, related_name="spans")
    parent = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    domain = models.CharField(max_length=40, blank=True)
    path = PathField(max_length=255)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="span_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["org", "valid_from"], name="one_span_a_day"),
            models.UniqueConstraint(fields=["org"], condition=Q(valid_to__isnull=True), name="one_open_span"),
        ]
        indexes = [
            models.Index(fields=["path", "valid_from", "valid_to", "org"], name="span_range"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}–{self.valid_to or ''}"


class Succession(models.Model):
    """What became of an organization: merged into or split into another, on a day."""

    class Way(models.TextChoices):
        """How one came out of the other."""

        MERGED = "merged"
        SPLIT = "split"

    before = models.ForeignKey(Org, models.PROTECT, related_name="successors")
    after = models.ForeignKey(Org, models.PROTECT, related_name="predecessors")
    way = models.CharField(max_length=10, choices=Way.choices)
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["before", "after"], name="one_succession_a_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.before_id} {self.way} {self.after_id}"


class Unit(models.Model):
    """A body that has, or does not yet have, an organization of its own: a school, a firm.

    What stands here is as of its newest span; ``valid_to`` is the first day on which it is not counted.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    under = models.ForeignKey(Org, models.PROTECT, related_name="units")
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="founded_in")
    fictional = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class UnitSpan(models.Model):
    """A unit as it stood from one day (included) to another (not included).

    Spans of one unit do not overlap. One that ends on the day on which it begins never counted:
    so an entry is taken back that was made twice.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="spans", db_index=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    under = models.ForeignKey(Org, models.PROTECT, related_name="+")
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_span_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["unit", "valid_from"], name="one_unit_span_a_day"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to__isnull=True), name="one_open_unit_span"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}–{self.valid_to or ''}"


class OrgLink(models.Model):
    """A dated tie beside the tree: who guides, partners or covers whom."""

    kind = models.CharField(max_length=40)
    source = models.ForeignKey(Org, models.PROTECT, related_name="links_out")
    target = models.ForeignKey(Org, models.PROTECT, related_name="links_in")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    paper = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="link_joins_two_organizations"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="link_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class NameTerm(models.Model):
    """What an organization may be looked up by: pieces of its name, pinyin, initials."""

    term = PathField(max_length=60)
    org = models.ForeignKey(Org, models.CASCADE, related_name="terms")

    class Meta:
        indexes = [models.Index(fields=["term", "org"], name="term_range")]

    def __str__(self) -> str:
        return str(self.term)
