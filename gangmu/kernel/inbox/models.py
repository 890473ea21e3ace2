"""What waits for one person in particular; what waits for an organization is read where it arose."""

from django.db import models
from django.db.models import Q

from gangmu.kernel.access.models import Account
from gangmu.kernel.orgs.models import Org


class Item(models.Model):
    """One thing for one account, or for whoever holds a permission at one organization.

    Exactly one of ``account`` and ``org`` is set. ``source`` is what it comes from, as
    ``access.Delegation:3``; for one addressee it stands once, however often it is posted.
    """

    class Kind(models.TextChoices):
        """Whether something is to be done, or read."""

        TODO = "todo"
        READ = "read"

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="items")
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="items")
    permission = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TODO)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    text = models.CharField(max_length=500, blank=True)
    url_name = models.CharField(max_length=80)
    url_args = models.JSONField(default=dict)
    source = models.CharField(max_length=120)
    due_on = models.DateField(null=True)
    posted_at = models.DateTimeField()
    posted_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False, org__isnull=True, permission="")
                | (Q(account__isnull=True, org__isnull=False) & ~Q(permission="")),
                name="item_has_one_addressee",
            ),
            models.UniqueConstraint(
                fields=["source", "account"], condition=Q(account__isnull=False), name="one_item_an_account"
            ),
            models.UniqueConstraint(
                fields=["source", "org", "permission"],
                condition=Q(org__isnull=False),
                name="one_item_an_org",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "done_at", "due_on"], name="item_of_account"),
            models.Index(fields=["permission", "org", "done_at"], name="item_of_org"),
            models.Index(fields=["posted_by", "-posted_at"], name="item_started_by"),
        ]

    def __str__(self) -> str:
        return self.title


class Digest(models.Model):
    """That an account was told on a day what waits for it: once a day at most."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="digests")
    day = models.DateField()
    counts = models.JSONField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"
