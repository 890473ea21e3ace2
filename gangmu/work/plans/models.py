"""Orders, their tasks, the answers to them and what was given back."""

from django.db import models
from django.db.models import Q

from gangmu.core.periods import Period
from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org, PathField
from gangmu.kernel.packs.models import PackVersion
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
    ``missing`` once a period has closed without one.
    """

    class State(models.TextChoices):
        """Where it is on its way; the steps between stand in ``rules.TRANSITIONS``."""

        ISSUED = "issued"
        RECEIVED = "received"
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
                fields=["order", "parent", "state", "timing", "due_on", "path"], name="task_account"
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
