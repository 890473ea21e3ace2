"""Targets and their versions, letters, projects with milestones, lists of posts, campaigns, what the calendar notes."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion
from gangmu.work.records.models import Record


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


class Project(models.Model):
    """A project that an organization proposed, with its owner; ``text`` is what is to come of it."""

    class State(models.TextChoices):
        """How it stands."""

        PROPOSED = "proposed"
        REFUSED = "refused"
        APPROVED = "approved"
        REPORTED = "reported"
        DONE = "done"
        NOT_DONE = "not_done"
        WITHDRAWN = "withdrawn"

    kind = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    org = models.ForeignKey(Org, models.PROTECT, related_name="projects", db_index=False)
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=1000)
    owner = models.CharField(max_length=60)
    post = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    result = models.CharField(max_length=1000, blank=True)
    verdict = models.CharField(max_length=500, blank=True)
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    last_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["org", "year", "kind"], name="project_of_org")]

    def __str__(self) -> str:
        return self.title

    @property
    def decider(self) -> Org:
        """The organization that approves and judges: the level above, or at the top itself."""
        return self.org.parent or self.org


class Milestone(models.Model):
    """What of a project is reached by a day, and who answers for it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=60)
    due_on = models.DateField()
    reached_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_milestone_a_number")]
        indexes = [models.Index(fields=["reached_on", "due_on"], name="milestone_due")]

    def __str__(self) -> str:
        return self.title


class ProjectStep(models.Model):
    """What happened to a project, when, by whom, and what was said. Never updated, never deleted."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="steps")
    event = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return f"{self.project_id} {self.event}"


class ListLine(models.Model):
    """One line of a post's list; what was dropped stays, with its reason."""

    class State(models.TextChoices):
        """How it stands."""

        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    kind = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    org = models.ForeignKey(Org, models.PROTECT, related_name="list_lines", db_index=False)
    post = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    values = models.JSONField()
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    ended_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)
    written_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "year", "kind", "post", "number"], name="one_list_line_a_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.number}"


class Campaign(models.Model):
    """A campaign that runs at an organization and all below it, from a day to a day, both included."""

    kind = models.CharField(max_length=60)
    org = models.ForeignKey(Org, models.PROTECT, related_name="campaigns")
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    paper = models.CharField(max_length=200)
    first_on = models.DateField()
    last_on = models.DateField()
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_on = models.DateField(null=True)
    result = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="campaign_ends"),
        ]
        indexes = [models.Index(fields=["kind", "org", "first_on"], name="campaign_of_kind")]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_on(self) -> date:
        """The last day on which it runs: as announced, or the day of its closing."""
        return self.closed_on or self.last_on


class CampaignTick(models.Model):
    """That an organization did one point of a campaign, and what shows it. Taken back, it stays with its reason.

    ``point`` counts through the checklists of the campaign's pinned pack.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="ticks", db_index=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="campaign_ticks", db_index=False)
    point = models.PositiveSmallIntegerField()
    done_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    ticked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    ticked_at = models.DateTimeField()
    undone_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "org", "point"], condition=Q(undone_at=None), name="one_tick_a_point"
            ),
            models.CheckConstraint(
                condition=~Q(note="") | Q(record__isnull=False), name="tick_says_what_shows_it"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | ~Q(reason=""), name="tick_is_undone_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["org", "campaign"], name="tick_of_org")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.org_id} {self.point}"


class CycleNote(models.Model):
    """That something of the year's calendar happened, noted by hand because no other room tells it."""

    cycle = models.CharField(max_length=60)
    entry = models.CharField(max_length=60)
    period = models.CharField(max_length=7)
    org = models.ForeignKey(Org, models.PROTECT, related_name="cycle_notes", db_index=False)
    happened_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    noted_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org", "cycle", "entry", "period"], name="one_cycle_note"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.entry} {self.period}"


class CalendarFeed(models.Model):
    """An address under which a calendar program fetches an account's days; kept as a digest alone."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="calendar_feeds")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
