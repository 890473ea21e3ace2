"""Facts, and the numbers under which each office writes them."""

from django.db import models

from gangmu.kernel.orgs.models import Org


class Fact(models.Model):
    """One thing that can be counted, about one organization and one day.

    Never updated, never deleted: a correction is another fact, which names in ``replaces``
    the one it stands for. ``known_at`` is when it became known here; rounds read that.
    """

    fact = models.CharField(max_length=60, unique=True)
    replaces = models.CharField(max_length=60, null=True, db_index=True)
    org = models.ForeignKey(Org, models.PROTECT, related_name="facts", db_index=False)
    day = models.DateField()
    code = models.CharField(max_length=40)
    item = models.CharField(max_length=120, blank=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    source = models.CharField(max_length=80)
    thread = models.CharField(max_length=60, null=True)
    written_at = models.DateTimeField()
    known_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["org", "code", "item", "day"], name="fact_of_org"),
            models.Index(fields=["day"], name="fact_of_day"),
            models.Index(fields=["source"], name="fact_of_source"),
            models.Index(fields=["code", "item", "day"], name="fact_of_code"),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.code} {self.value}"


class FactSum(models.Model):
    """What the facts that count say together of one organization, code, item and year; all items are ``ALL_ITEMS``.

    Written with the facts, in their transaction. ``facts`` is how many count, ``known`` how many
    of them have a value, ``total`` their sum in ten-thousandths. ``changed_at`` is when one of the
    three was last another: as known at any instant from then on they are the same. None: not noted.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40)
    item = models.CharField(max_length=120)
    year = models.PositiveSmallIntegerField()
    facts = models.IntegerField()
    known = models.IntegerField()
    total = models.BigIntegerField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "item", "org", "year"], name="one_sum_of_facts"),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.year} {self.code} {self.item}: {self.total}"


class FactNumber(models.Model):
    """The last number that an office, a root organization, gave to a fact."""

    office = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.office}-{self.last}"
