"""Claims with their lines and evidence; templates that others take over; sites that are shown."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion
from gangmu.work.records.models import Record


class Claim(models.Model):
    """That an organization holds a standard to be met, and what was said to it.

    ``reviewer`` judges, ``second`` answers an appeal: both as the tree stood on the day of
    handing in. ``held_since`` and ``held_until`` (not included) are set by a verdict that
    grants; ``ended_on`` is the day of a revocation, which is ``held_since`` when it should never
    have been granted.
    """

    class State(models.TextChoices):
        """How far it is. What is over by its own date stays granted: the days say so."""

        DRAFT = "draft"
        WITHDRAWN = "withdrawn"
        SUBMITTED = "submitted"
        GRANTED = "granted"
        REFUSED = "refused"
        APPEALED = "appealed"
        UPHELD = "upheld"
        REVOKED = "revoked"

    kind = models.CharField(max_length=60)
    period = models.CharField(max_length=7, blank=True)
    org = models.ForeignKey(Org, models.PROTECT, related_name="claims", db_index=False)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    begun_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    begun_at = models.DateTimeField()
    reviewer = models.ForeignKey(Org, models.PROTECT, null=True, related_name="claims_to_review")
    second = models.ForeignKey(Org, models.PROTECT, null=True, related_name="claims_to_answer")
    submitted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    submitted_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=1000, blank=True)
    appeal_until = models.DateField(null=True)
    appeal = models.CharField(max_length=1000, blank=True)
    appealed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    appealed_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    held_since = models.DateField(null=True)
    held_until = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)
    ended_paper = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "kind", "period"],
                condition=Q(state__in=("draft", "submitted", "appealed")),
                name="one_open_claim",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("granted", "revoked")) | Q(held_since__isnull=False),
                name="granted_claim_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | (Q(ended_on__isnull=False) & ~Q(ended_reason="")),
                name="revoked_claim_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=True) | Q(held_until__gt=F("held_since")),
                name="claim_is_held_for_a_while",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("decided_by")),
                name="second_look_is_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "kind"], name="claim_of_org"),
            models.Index(fields=["kind", "state", "org"], name="claim_of_kind"),
            models.Index(fields=["state", "due_on"], name="claim_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} {self.org_id}".replace("  ", " ")

    @property
    def decider(self) -> Org:
        """The organization that judges it, or, while it is not handed in, whose it is."""
        return self.reviewer or self.org

    @property
    def answerer(self) -> Org:
        """The organization that answers its appeal."""
        return self.second or self.decider

    def is_held(self, day: date) -> bool:
        """Whether it makes its organization a holder on a day."""
        if self.held_since is None or day < self.held_since:
            return False
        ends = [each for each in (self.held_until, self.ended_on) if each is not None]
        return self.state in ("granted", "revoked") and all(day < each for each in ends)


class ClaimLine(models.Model):
    """One criterion of a claim: what the organization says, and what both looks found."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="lines")
    criterion = models.CharField(max_length=60)
    says_met = models.BooleanField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    known = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    found_met = models.BooleanField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    again_met = models.BooleanField(null=True)
    again_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "criterion"], name="one_line_a_criterion"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.criterion}"

    @property
    def stands_met(self) -> bool | None:
        """What the last look found."""
        return self.found_met if self.again_met is None else self.again_met


class Evidence(models.Model):
    """A record that shows that a criterion is met; it was written once, for whoever asks."""

    line = models.ForeignKey(ClaimLine, models.CASCADE, related_name="evidence")
    record = models.ForeignKey(Record, models.PROTECT, related_name="shown_in_claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "record"], name="one_record_a_line")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.record_id}"


class ClaimStep(models.Model):
    """What happened to a claim, when, by whom, and what was said. Never updated, never deleted."""

    claim = models.ForeignKey(Claim, models.CASCADE, related_name="steps")
    event = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.event}"


class Template(models.Model):
    """A way of working that an organization wrote down for others to take over (操作样板)."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="templates", db_index=False)
    kind = models.CharField(max_length=60, blank=True)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=5000)
    published_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    published_on = models.DateField()
    withdrawn_on = models.DateField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawn_reason=""),
                name="withdrawn_template_says_why",
            ),
        ]
        indexes = [models.Index(fields=["org", "published_on"], name="template_of_org")]

    def __str__(self) -> str:
        return self.title


class Adoption(models.Model):
    """That an organization took a template over, from a day on; what it gave up says why."""

    template = models.ForeignKey(Template, models.PROTECT, related_name="adoptions", db_index=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="adoptions")
    adopted_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    adopted_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["template", "org"], condition=Q(ended_on__isnull=True), name="one_adoption_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} {self.org_id}"


class Site(models.Model):
    """An organization that the one above shows to others (示范点), from a day on, by a paper."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="sites")
    kind = models.CharField(max_length=60)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=120)
    shows = models.CharField(max_length=1000)
    paper = models.CharField(max_length=200)
    named_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    since_on = models.DateField()
    ended_on = models.DateField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "kind"], condition=Q(ended_on__isnull=True), name="one_site_a_standard"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | (Q(ended_on__gte=F("since_on")) & ~Q(ended_reason="")),
                name="ended_site_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def namer(self) -> Org:
        """The organization that names it and ends it: the one above, or at the top itself."""
        return self.org.parent or self.org
