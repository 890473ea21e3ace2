"""Accounts, grants, delegations, tokens, and the sessions that are open."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from gangmu.kernel.orgs.models import Org


class Account(AbstractBaseUser):
    """What signs in: a person's one account, or a machine's.

    ``person`` is the person's id; the people room holds who that is. An account without a
    usable password waits for its start code.
    """

    class Kind(models.TextChoices):
        """Who is behind it."""

        PERSON = "person"
        MACHINE = "machine"
        SYSTEM = "system"

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    person = models.BigIntegerField(null=True, unique=True)
    is_active = models.BooleanField(default=True)
    factor_secret = models.BinaryField(null=True)
    factor_since = models.DateTimeField(null=True)
    factor_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    start_code = models.CharField(max_length=64, blank=True)
    start_code_until = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    objects = BaseUserManager["Account"]()

    def __str__(self) -> str:
        return self.name

    def is_locked(self, now: datetime) -> bool:
        """Whether too many wrong passwords keep it shut for now."""
        return self.locked_until is not None and self.locked_until > now


class Grant(models.Model):
    """A role at a place, from a day (included) to another (not included), for a reason.

    Without an organization it holds everywhere. It is ended, never rewritten.
    """

    class Reach(models.TextChoices):
        """How far below the organization it holds."""

        ORG = "org"
        SUBTREE = "subtree"

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="grants")
    reach = models.CharField(max_length=10, choices=Reach.choices, default=Reach.SUBTREE)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=200)
    source = models.CharField(max_length=60, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="grant_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} @ {self.org_id or 'everywhere'}"


class Delegation(models.Model):
    """One account lends its delegable roles to another for a time; it lends no more than it has."""

    giver = models.ForeignKey(Account, models.PROTECT, related_name="lent")
    taker = models.ForeignKey(Account, models.PROTECT, related_name="borrowed")
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegation_to_another"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id} → {self.taker_id}"


class Token(models.Model):
    """A key for a machine, kept as a hash: no more than its account may, and only its scopes."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class OpenSession(models.Model):
    """A signed-in browser, so that its owner can see and end it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=64, unique=True)
    device = models.CharField(max_length=120, blank=True)
    begun_at = models.DateTimeField()
    factor_passed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.device


class Replay(models.Model):
    """The answer given to a write that came with an ``Idempotency-Key``: it is given again."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key
