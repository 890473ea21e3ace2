"""Rounds, what each run of one came to, and what people said about it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.facts.rules import AsKnown
from gangmu.kernel.notices.models import Notice
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion


class Round(models.Model):
    """One appraisal of all below one organization over one period.

    ``pack`` is the version that is in force when it is opened, and from the freezing on the
    one by which it is judged, whatever comes into force later. ``run`` is the number of
    the run that stands.
    """

    class State(models.TextChoices):
        """How far it is; the steps between stand in ``phases.STEPS``."""

        COLLECTING = "collecting"
        FROZEN = "frozen"
        PRELIMINARY = "preliminary"
        REVIEW = "review"
        PUBLICITY = "publicity"
        FINAL = "final"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    org = models.ForeignKey(Org, models.PROTECT, related_name="rounds")
    appraisal = models.CharField(max_length=60)
    period = models.CharField(max_length=7)
    title = models.CharField(max_length=200)
    scorecards = models.JSONField()
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.COLLECTING)
    run = models.PositiveSmallIntegerField(default=0)
    best = models.PositiveSmallIntegerField(default=3)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    review_until = models.DateField(null=True)
    publicity_from = models.DateField(null=True)
    publicity_until = models.DateField(null=True)
    appeals_until = models.DateField(null=True)
    publicity_notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    final_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "appraisal", "period"],
                condition=~Q(state="withdrawn"),
                name="one_standing_round_a_period",
            ),
        ]
        indexes = [models.Index(fields=["org", "-period"], name="round_of_org")]

    def __str__(self) -> str:
        return self.title

    @property
    def span(self) -> Period:
        """The period as a value."""
        return Period.parse(self.period)

    @property
    def shown(self) -> bool:
        """Whether results are known to those whom they concern: from the publicity on.

        What is withdrawn before it was made known stays unknown.
        """
        if self.state == "withdrawn":
            return self.publicity_from is not None
        return self.state in ("publicity", "final", "published")


class Run(models.Model):
    """One freezing of a round and what the engine made of it. Never deleted.

    ``tree`` is the tree itself, as it was exported; facts are found again by ``known_at``. A run
    for appeals that were upheld takes what is known by then of the organizations in ``later_for``
    alone; of all others it takes what was known at ``facts_until``, as the run before.
    Their fingerprints and those of the results prove that a later run is the same.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="runs", db_index=False)
    number = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    known_at = models.DateTimeField()
    facts_until = models.DateTimeField(null=True)
    later_for = models.JSONField(default=list)
    frozen_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    folder = models.CharField(max_length=60)
    tree = models.BinaryField()
    tree_hash = models.CharField(max_length=64)
    facts_hash = models.CharField(max_length=64)
    facts = models.PositiveIntegerField()
    results = models.JSONField(default=dict)
    engine = models.JSONField(default=dict)
    strays = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "number"], name="one_run_a_number")]

    def __str__(self) -> str:
        return f"{self.round_id} run {self.number}"

    @property
    def as_known(self) -> datetime | AsKnown:
        """As known when, and of whom later, facts count in this run."""
        if self.facts_until is None:
            return self.known_at
        return AsKnown(self.facts_until, self.known_at, frozenset(self.later_for))

    def known_of(self, org: int) -> datetime:
        """Return up to when what became known of an organization counts."""
        return self.known_at if self.facts_until is None or org in self.later_for else self.facts_until


class Result(models.Model):
    """What one organization has in one scorecard of one run. Never changed.

    ``lines`` has a row of each line: indicator, value, points, most points, state,
    numerator, denominator, parts known and unknown. ``upper`` is true in the upper half
    of the peer group: what is not, is listed to nobody but itself and its parent.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="rows", db_index=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="results", db_index=False)
    scorecard = models.CharField(max_length=60)
    score = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    coverage = models.DecimalField(max_digits=6, decimal_places=4)
    peer_group = models.CharField(max_length=160)
    peers = models.PositiveIntegerField()
    rank = models.PositiveIntegerField(null=True)
    stars = models.PositiveIntegerField(null=True)
    notes = models.CharField(max_length=60, blank=True)
    upper = models.BooleanField()
    lines = models.JSONField()
    vetoes = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "org", "scorecard"], name="one_result_a_scorecard"),
        ]
        indexes = [
            models.Index(fields=["org", "scorecard"], name="result_of_org"),
            models.Index(fields=["run", "peer_group", "rank"], name="result_of_group"),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.scorecard} {self.score}"

    @property
    def is_small(self) -> bool:
        """Whether its peer group is too small for a rank: what is an award there has to be signed."""
        return "few_peers" in self.notes.split(",")

    @property
    def known(self) -> Decimal | None:
        """The score as it is shown."""
        return self.score

    def line(self, indicator: str) -> dict[str, Any] | None:
        """Return one line by its indicator."""
        return next((line for line in self.lines if line["indicator"] == indicator), None)


class Remark(models.Model):
    """What somebody who reviews said about one organization's result, and why. Never changed."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="remarks")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    scorecard = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    said_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["org", "round"], name="remark_of_org")]

    def __str__(self) -> str:
        return self.text[:40]


class Review(models.Model):
    """That an office has looked at its own part of the tree, with what it says. Never changed."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="reviews")
    office = models.ForeignKey(Org, models.PROTECT, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    reviewed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "office"], name="one_review_an_office")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.office_id}"


class Signature(models.Model):
    """A reviewer's word on the awards of one small peer group of one run, where ceilings do not bind.

    ``run`` is the number of the run that was looked at: where a later one gives other awards, the
    word does not cover them. ``given`` False withholds them. ``name`` is what the reviewer was
    called then; of older ones only the name is known. Never changed.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="signatures")
    run = models.PositiveIntegerField()
    peer_group = models.CharField(max_length=160)
    given = models.BooleanField()
    reason = models.CharField(max_length=300)
    reviewer = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100)
    signed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "run", "peer_group"], name="one_signature_a_group"),
        ]

    def __str__(self) -> str:
        return f"{self.peer_group}: {self.name}"


class Appeal(models.Model):
    """What an organization says against its own result, and the one answer to it.

    ``line`` is the indicator it is about, if one. ``due_on`` is the last working day for
    the answer.
    """

    class Outcome(models.TextChoices):
        """What came of it; what is upheld is mended where the fact arose, and run again."""

        UPHELD = "upheld"
        REJECTED = "rejected"

    round = models.ForeignKey(Round, models.PROTECT, related_name="appeals")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    scorecard = models.CharField(max_length=60)
    line = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=1000)
    appealed_at = models.DateTimeField()
    appealed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    due_on = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answer = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, outcome="") | Q(answered_at__isnull=False) & ~Q(outcome=""),
                name="appeal_is_answered_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=F("appealed_by")),
                name="appeal_is_answered_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "round"], name="appeal_of_org"),
            models.Index(fields=["answered_at", "due_on"], name="appeal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.org_id}"


class Screening(models.Model):
    """An organization at the bottom, proposed to its parent, who decides; listed to nobody else.

    A proposal changes nothing by itself.
    """

    class Decision(models.TextChoices):
        """What the parent decided."""

        RECTIFY = "rectify"
        NO = "no"

    round = models.ForeignKey(Round, models.PROTECT, related_name="screenings")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    scorecard = models.CharField(max_length=60)
    score = models.DecimalField(max_digits=12, decimal_places=2)
    bound = models.DecimalField(max_digits=12, decimal_places=2)
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "org", "scorecard"], name="one_screening_an_org"),
        ]
        indexes = [models.Index(fields=["org", "decision"], name="screening_of_org")]

    def __str__(self) -> str:
        return f"{self.round_id} {self.org_id}"
