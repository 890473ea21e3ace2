"""Contests with their panels and candidates, honours with their re-checks, pledges and marks."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.notices.models import Notice, Objection
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.models import PackVersion
from gangmu.results.honours.rules import state_of


class Contest(models.Model):
    """One run of a contest by one office in one year, under the document that allows it.

    ``places`` says how many there are by line of the quota. ``pack`` is the version by
    which it was opened, and by no other is it judged.
    """

    class State(models.TextChoices):
        """How far it is."""

        NOMINATION = "nomination"
        REVIEW = "review"
        PUBLICITY = "publicity"
        CONFERRED = "conferred"
        CANCELLED = "cancelled"

    org = models.ForeignKey(Org, models.PROTECT, related_name="contests")
    kind = models.CharField(max_length=60)
    honour = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    places = models.JSONField()
    pack = models.ForeignKey(PackVersion, models.PROTECT, related_name="+")
    approval_number = models.CharField(max_length=60)
    approval_issuer = models.CharField(max_length=120)
    approval_level = models.CharField(max_length=12)
    approved_on = models.DateField()
    approval_expires_on = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.NOMINATION)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    nominate_until = models.DateField()
    review_until = models.DateField(null=True)
    publicity_until = models.DateField(null=True)
    publicity_notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    conferred_at = models.DateTimeField(null=True)
    notice = models.ForeignKey(Notice, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_for = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "kind", "year"],
                condition=~Q(state="cancelled"),
                name="one_standing_contest_a_year",
            ),
            models.CheckConstraint(
                condition=Q(approval_expires_on__gte=F("approved_on")), name="approval_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="contest_of_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def known(self) -> bool:
        """Whether its outcome is known to all whom it concerns."""
        return self.state in (self.State.PUBLICITY, self.State.CONFERRED)


class PanelMember(models.Model):
    """Somebody who judges in a contest, by name and organization; with an account, or on paper."""

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="panel")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "account"],
                condition=Q(account__isnull=False),
                name="one_seat_an_account",
            ),
            models.UniqueConstraint(fields=["contest", "org", "name"], name="one_seat_a_name"),
        ]
        indexes = [models.Index(fields=["account", "contest"], name="seats_of_account")]

    def __str__(self) -> str:
        return self.name


class Nomination(models.Model):
    """One organization as a candidate, by whom and why; ``evidence`` are published results as they were.

    ``total`` is null until enough of the panel have judged it: that is unknown, not zero.
    """

    class Outcome(models.TextChoices):
        """What was decided; struck: taken off the list after an objection was upheld."""

        CHOSEN = "chosen"
        NOT_CHOSEN = "not_chosen"
        STRUCK = "struck"

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="nominations")
    org = models.ForeignKey(Org, models.PROTECT, related_name="nominations")
    line = models.CharField(max_length=60)
    nominator = models.ForeignKey(Org, models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    evidence = models.JSONField(default=list)
    nominated_at = models.DateTimeField()
    nominated_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    total = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    rank = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "org"], condition=Q(withdrawn_at=None), name="nominated_once"
            ),
        ]
        indexes = [models.Index(fields=["org", "contest"], name="nomination_of_org")]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.org_id}"


class Sheet(models.Model):
    """What one panel member gives one candidate; until the decision it may be written anew.

    ``points`` by criterion, null where the member does not know; ``vote`` is yes, no or
    abstain. ``paper`` says which paper sheet it was entered from.
    """

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="sheets")
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="sheets")
    points = models.JSONField(default=dict)
    vote = models.CharField(max_length=8, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    paper = models.CharField(max_length=100, blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(Account, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nomination", "member"], name="one_sheet_a_member")]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.member_id}"


class Decision(models.Model):
    """What was decided in one line of a contest, with reasons; signed by name where it has to be. Never changed."""

    contest = models.ForeignKey(Contest, models.PROTECT, related_name="decisions")
    line = models.CharField(max_length=60)
    reason = models.CharField(max_length=500)
    tie = models.BooleanField()
    few = models.BooleanField()
    signed_by = models.ForeignKey(PanelMember, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contest", "line"], name="one_decision_a_line"),
            models.CheckConstraint(
                condition=Q(tie=False, few=False) | Q(signed_by__isnull=False),
                name="ties_and_small_groups_are_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contest_id} {self.line}"


class Heeding(models.Model):
    """What follows from an objection that was upheld: a candidate is struck, or stays for a reason. Never changed."""

    objection = models.OneToOneField(Objection, models.PROTECT, related_name="+")
    contest = models.ForeignKey(Contest, models.PROTECT, related_name="heedings")
    nomination = models.ForeignKey(Nomination, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    heeded_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    heeded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.contest_id} {self.objection_id}"


class Honour(models.Model):
    """What an organization was given: by whom, by which paper, until when. Withdrawn with a paper, never deleted.

    ``office`` keeps it: the one that conferred it, or that put on record what others
    conferred. ``person`` is a name only, of somebody whom others honoured. Where a ``plaque``
    goes with it, the days say whether one hangs; an honour that ends leaves it to be taken down.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="honours")
    office = models.ForeignKey(Org, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    line = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    person = models.CharField(max_length=60, blank=True)
    given_by = models.CharField(max_length=120)
    paper = models.CharField(max_length=120)
    number = models.CharField(max_length=40, blank=True)
    contest = models.ForeignKey(Contest, models.PROTECT, null=True, related_name="honours")
    by_others = models.BooleanField()
    public = models.BooleanField()
    rechecked = models.BooleanField()
    plaque = models.BooleanField(default=False)
    plaque_hung_on = models.DateField(null=True)
    plaque_down_on = models.DateField(null=True)
    conferred_on = models.DateField()
    lasts_until = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    withdrawn_for = models.CharField(max_length=300, blank=True)
    withdrawn_paper = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "org"], condition=Q(contest__isnull=False), name="conferred_once_a_contest"
            ),
            models.CheckConstraint(
                condition=Q(lasts_until=None) | Q(lasts_until__gte=F("conferred_on")),
                name="honour_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | ~Q(withdrawn_paper=""),
                name="honour_is_withdrawn_by_a_paper",
            ),
            models.CheckConstraint(
                condition=Q(plaque_hung_on=None) | Q(plaque=True), name="plaque_hangs_where_one_belongs"
            ),
            models.CheckConstraint(
                condition=Q(plaque_down_on=None) | Q(plaque_down_on__gte=F("plaque_hung_on")),
                name="plaque_comes_down_after_it_was_hung",
            ),
        ]
        indexes = [
            models.Index(fields=["org", "-conferred_on"], name="honour_of_org"),
            models.Index(fields=["office", "kind", "line"], name="honour_of_office"),
        ]

    def __str__(self) -> str:
        return self.title

    def state_on(self, day: date) -> str:
        """Return how it stands on a day."""
        return state_of(day, self.lasts_until, self.withdrawn_on)

    @property
    def plaque_hangs(self) -> bool:
        """Whether its plaque hangs, as far as is known."""
        return self.plaque_hung_on is not None and self.plaque_down_on is None


class Recheck(models.Model):
    """That an honour was looked at again in a year, and what came of it. Never changed."""

    class Verdict(models.TextChoices):
        """What came of it."""

        KEPT = "kept"
        WITHDRAWN = "withdrawn"

    honour = models.ForeignKey(Honour, models.PROTECT, related_name="rechecks")
    year = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=300)
    checked_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    checked_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["honour", "year"], name="one_recheck_a_year")]

    def __str__(self) -> str:
        return f"{self.honour_id} {self.year}"


class Pledge(models.Model):
    """What an organization promised in a contest, by when, and whether it was kept, with reasons."""

    class Verdict(models.TextChoices):
        """What the level above says when the day has come."""

        KEPT = "kept"
        PARTLY = "partly"
        NOT_KEPT = "not_kept"

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="pledges")
    text = models.CharField(max_length=300)
    due_on = models.DateField()
    stated_on = models.DateField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    judged_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    judged_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", judged_on=None) | ~Q(verdict="") & Q(judged_on__isnull=False),
                name="pledge_is_judged_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["nomination", "due_on"], name="pledge_of_nomination")]

    def __str__(self) -> str:
        return self.text[:40]


class Mark(models.Model):
    """A mark of an organization in a year, with its source; a corrected one stays beside the one that stands."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="marks")
    sheet = models.CharField(max_length=60)
    mark = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    value = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    good = models.CharField(max_length=500, blank=True)
    poor = models.CharField(max_length=500, blank=True)
    source = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)
    stands = models.BooleanField(default=True)
    entered_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "sheet", "mark", "year"],
                condition=Q(stands=True),
                name="one_standing_mark_a_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.org_id} {self.mark} {self.year}"
