"""Orders, their tasks, the answers to them and what was given back."""

from datetime import date

from django.db import models
from django.db.models import Q

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org, PathField, Unit
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.people.models import Post
from gangmu.work.plans.rules import token_of
from gangmu.work.records.models import Record


class Order(models.Model):
    """One duty, for one period, issued by one organization to all whom it concerns there.

    It is read with the pack under which it was issued. ``delivered_to`` is the path of the
    last organization that has its task: whoever resumes an issuing goes on after it.
    """

    class State(models.TextChoices):
        """How far it is."""

        ISSUING = "issuing"
        ISSUED = "issued"
        CLOSING = "closing"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    duty = models.CharField(max_length=60)
    period = models.CharField(max_length=7)
    issuer = models.ForeignKey(Org, models.PROTECT, related_name="orders")
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    answer_kind = models.CharField(max_length=60)
    review = models.CharField(max_length=10)
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ISSUING)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()
    issued_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    due_on = models.DateField()
    delivered_to = PathField(max_length=255, blank=True)
    asked = models.PositiveIntegerField(default=0)
    withdrawn_reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty", "period", "issuer"], name="one_order_a_period"),
        ]
        indexes = [models.Index(fields=["period", "state"], name="order_of_period")]

    def __str__(self) -> str:
        return f"{self.title} {self.period}"

    @property
    def span(self) -> Period:
        """The period as a value."""
        return Period.parse(self.period)


class Task(models.Model):
    """One order as one organization has it.

    ``path`` and ``parent`` are those of the order's day: by them it is answered for, even if
    the organization moves. ``timing`` says whether the first answer came in time, and
    ``missing`` once a period has closed without one. ``due_on`` is the day it is judged by:
    the order's, or a later one that was granted. ``carried_to`` names the period into which it
    was carried open when its own closed, to be answered by ``carried_until``; late stays late.

    ``disputed`` stands beside the state, which says received, so that no list, sorting, sheet
    or answer of the API tells the issuer who disputes; the machine's state is ``standing``.
    """

    class State(models.TextChoices):
        """Where it is on its way; the steps between stand in ``rules.TRANSITIONS``."""

        ISSUED = "issued"
        RECEIVED = "received"
        PASSED = "passed"
        ANSWERED = "answered"
        RETURNED = "returned"
        ACCEPTED = "accepted"
        WITHDRAWN = "withdrawn"

    order = models.ForeignKey(Order, models.PROTECT, related_name="tasks", db_index=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="tasks", db_index=False)
    duty = models.CharField(max_length=60)
    period = models.CharField(max_length=7)
    path = PathField(max_length=255)
    parent = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ISSUED)
    timing = models.CharField(max_length=8, blank=True)
    due_on = models.DateField()
    versions = models.PositiveSmallIntegerField(default=0)
    returns = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_on = models.DateField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField(null=True)
    carried_to = models.CharField(max_length=7, blank=True)
    carried_until = models.DateField(null=True)
    disputed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "org"], name="one_task_an_order"),
            models.CheckConstraint(
                condition=Q(closed_at=None, timing__in=("", "on_time", "late"))
                | Q(closed_at__isnull=False, timing__in=("on_time", "late", "missing")),
                name="task_closes_with_a_timing",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "state"], name="task_of_org"),
            models.Index(fields=["state", "org"], name="task_of_state"),
            models.Index(fields=["parent", "period"], name="task_of_parent"),
            models.Index(fields=["period", "path"], name="task_of_period"),
            models.Index(  # holds all that an account of running orders reads
                fields=["order", "state", "timing", "due_on", "path", "parent"], name="task_account"
            ),
            models.Index(
                fields=["order", "parent"],
                condition=~Q(carried_to="") & Q(closed_at__isnull=True),
                name="task_carried",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.period} {self.org_id}"

    @property
    def reviewer(self) -> Org:
        """The organization that looks at its answers: the parent as it is today, or the issuer."""
        above = self.org.parent if self.order.review == "parent" else None
        return above if above is not None else self.order.issuer

    def is_closed(self) -> bool:
        """Whether its period has been closed."""
        return self.closed_at is not None

    @property
    def standing(self) -> str:
        """Its state in the machine: a disputed task says received to whoever lists it."""
        return "disputed" if self.disputed else self.state

    @property
    def token(self) -> str:
        """What changes with each step: whoever acts on an older one sees a stale page."""
        return token_of(self.state, self.versions, self.returns, self.due_on)

    def is_over(self) -> bool:
        """Whether its period is closed or being closed, and it was not carried into the next."""
        closing = self.order.state in (Order.State.CLOSING, Order.State.CLOSED)
        return self.is_closed() or (closing and not self.carried_to)

    def is_carried(self) -> bool:
        """Whether its order is closed and it stays open in the next period."""
        return bool(self.carried_to) and self.closed_at is None and self.order.state == Order.State.CLOSED

    @property
    def last_day(self) -> date:
        """The day by which it is wanted: what was carried over has one of its own."""
        return max(self.due_on, self.carried_until or self.due_on)


class ClosedTally(models.Model):
    """What a closed order came to directly below one organization; a later answer moves it by one.

    It says in few rows what the closed tasks say, so that a year's account is read at once.
    ``path`` is that of one of the tasks: it shows where the parent stood on the order's day.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="tallies", db_index=False)
    parent = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    path = PathField(max_length=255)
    on_time = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "parent"], name="one_tally_a_parent"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.parent_id}"


class Answer(models.Model):
    """One version of an answer: which record, for whom, entered by whom and when.

    ``post`` is the post as whose holder the person answered, ``substitute_for`` the account
    whose right was borrowed for it.

    Never changed but for ``standing``, which is true for the last version alone.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="answers", db_index=False)
    version = models.PositiveSmallIntegerField()
    record = models.ForeignKey(Record, models.PROTECT, related_name="answers")
    answered_for = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    person = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField()
    after_closing = models.BooleanField(default=False)
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", db_index=False)
    substitute_for = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    standing = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="one_answer_a_version"),
            models.UniqueConstraint(fields=["task"], condition=Q(standing=True), name="one_answer_stands"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} v{self.version}"


class Return(models.Model):
    """An answer that was given back: why, and which fields. Never updated, never deleted."""

    answer = models.OneToOneField(Answer, models.PROTECT, related_name="returned")
    task = models.ForeignKey(Task, models.PROTECT, related_name="returned_answers")
    reason = models.CharField(max_length=500)
    faults = models.JSONField(default=dict)
    returned_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.reason[:40]}"


class Step(models.Model):
    """One thing that was done about a task beside receiving, answering and reviewing it.

    Never updated, never deleted. ``day`` is the day it counts for, ``at`` when it was
    entered. A task is reminded of once a day at most.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="steps", db_index=False)
    event = models.CharField(max_length=20)
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    note = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task", "day"], condition=Q(event="reminded"), name="one_reminder_a_day"
            ),
        ]
        indexes = [models.Index(fields=["task", "at"], name="steps_of_task")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.event}"


class Extension(models.Model):
    """A later day for a task: asked for before it is due, granted or refused by the issuer.

    Without a word by ``answer_by`` the pack's rule decides; ``silent`` tells that it did.
    What the issuer gives unasked stands here too, as asked and granted at once.
    """

    class State(models.TextChoices):
        """How far it is."""

        ASKED = "asked"
        GRANTED = "granted"
        REFUSED = "refused"
        MOOT = "moot"

    task = models.ForeignKey(Task, models.PROTECT, related_name="extensions", db_index=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    due_before = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_on = models.DateField()
    answer_by = models.DateField()
    granted_until = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    silent = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state="asked"), name="one_open_extension_a_task"
            ),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(granted_until__isnull=False), name="granted_until_a_day"
            ),
        ]
        indexes = [
            models.Index(fields=["task", "asked_at"], name="extensions_of_task"),
            models.Index(fields=["state", "answer_by"], name="extension_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.until}"


class Dispute(models.Model):
    """A task that is said to be a duplicate, or not the asked organization's business.

    It goes to the issuer without a name; rejected there, or not answered by ``answer_by``,
    it climbs to the arbiter, who alone sees who raised it and decides. While it is open the
    task's clock stands still. Nothing is ever scored by it.
    """

    class Ground(models.TextChoices):
        """What is said."""

        DUPLICATE = "duplicate"
        NOT_MINE = "not_mine"

    class State(models.TextChoices):
        """How far it is."""

        RAISED = "raised"
        CLIMBED = "climbed"
        UPHELD = "upheld"
        REJECTED = "rejected"
        DROPPED = "dropped"
        MOOT = "moot"

    task = models.ForeignKey(Task, models.PROTECT, related_name="disputes", db_index=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="disputes", db_index=False)
    ground = models.CharField(max_length=10, choices=Ground.choices)
    other_order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    other_record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RAISED)
    raised_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    raised_on = models.DateField()
    answer_by = models.DateField()
    silent = models.BooleanField(default=False)
    issuer_note = models.CharField(max_length=500, blank=True)
    climbed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, blank=True)
    decided_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(state__in=("raised", "climbed")), name="one_open_dispute_a_task"
            ),
            models.CheckConstraint(
                condition=~Q(ground="duplicate")
                | Q(other_order__isnull=False)
                | Q(other_record__isnull=False),
                name="duplicate_names_the_other",
            ),
        ]
        indexes = [
            models.Index(fields=["task", "raised_at"], name="disputes_of_task"),
            models.Index(fields=["order", "state"], name="disputes_of_order"),
            models.Index(fields=["state", "answer_by"], name="dispute_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.ground}"


class Passing(models.Model):
    """A task passed down (转办): to whom, until when, and what came back up.

    Exactly one of ``to_org``, ``to_unit``, ``to_post`` is set; ``place`` is the organization
    at which it is answered. ``above`` is the passing that was passed on further. The duty
    itself stays with the task's organization.
    """

    class State(models.TextChoices):
        """How far it is."""

        PASSED = "passed"
        ANSWERED = "answered"
        RECALLED = "recalled"

    task = models.ForeignKey(Task, models.PROTECT, related_name="passings", db_index=False)
    above = models.ForeignKey("self", models.PROTECT, null=True, related_name="below")
    place = models.ForeignKey(Org, models.PROTECT, related_name="passings", db_index=False)
    to_org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    to_post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PASSED)
    note = models.CharField(max_length=500, blank=True)
    due_on = models.DateField()
    passed_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    passed_at = models.DateTimeField()
    words = models.TextField(blank=True)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(to_org__isnull=False, to_unit__isnull=True, to_post__isnull=True)
                | Q(to_org__isnull=True, to_unit__isnull=False, to_post__isnull=True)
                | Q(to_org__isnull=True, to_unit__isnull=True, to_post__isnull=False),
                name="passing_has_one_addressee",
            ),
        ]
        indexes = [
            models.Index(fields=["task", "passed_at"], name="passings_of_task"),
            models.Index(fields=["place", "state"], name="passings_at_place"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.place_id}"

    @property
    def passer(self) -> Org:
        """The organization that passed it: the task's own, or one in between."""
        return self.above.place if self.above is not None else self.task.org

    @property
    def to_name(self) -> str:
        """To whom it was passed, by name."""
        if self.to_post is not None:
            return f"{self.to_post.person} · {self.place.name}"
        return str(self.to_org or self.to_unit)


class Bulk(models.Model):
    """One press on a list: what was to be done with many tasks, and what came of each row.

    ``rows`` hold for each task its outcome (done, stale, refused), the sentence that says
    why, and how it stood before and after, so that a step can be undone.
    """

    kind = models.CharField(max_length=10)
    org = models.ForeignKey(Org, models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    rows = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    undone_rows = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d}"


class Handover(models.Model):
    """A post handed over with all that is open there: listed, signed by who gives and who takes.

    What is open stays with the organization; only what was passed to the post by name goes
    to the successor's.
    """

    class State(models.TextChoices):
        """How far it is."""

        GIVEN = "given"
        TAKEN = "taken"
        CANCELLED = "cancelled"

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False)
    org = models.ForeignKey(Org, models.PROTECT, related_name="handovers")
    state = models.CharField(max_length=9, choices=State.choices, default=State.GIVEN)
    note = models.CharField(max_length=500, blank=True)
    listed = models.JSONField(default=list)
    given_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    taken_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post"], condition=Q(state__in=("given", "taken")), name="one_handover_a_post"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} → {self.to_post_id}"


class PaperAnswer(models.Model):
    """An answer that was given on paper and entered by somebody else: the day on the paper.

    ``backfilled`` says that it was entered after the day it was due (补录): it is allowed,
    and counted apart. ``first_state`` is how the task stood before, for undoing.
    """

    answer = models.OneToOneField(Answer, models.CASCADE, related_name="paper")
    task = models.ForeignKey(Task, models.PROTECT, related_name="paper_answers", db_index=False)
    given_on = models.DateField()
    backfilled = models.BooleanField()
    first_state = models.CharField(max_length=10)
    first_timing = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["task"], condition=Q(backfilled=True), name="backfilled_tasks"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.given_on}"
