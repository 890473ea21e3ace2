"""Persons, how they stand as members, what posts they hold; households."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as words

from gangmu.kernel.orgs.models import Org, PathField


class Sex(models.TextChoices):
    """As the ID number says it."""

    MALE = "male", words("Male")
    FEMALE = "female", words("Female")


class Status(models.TextChoices):
    """How a person stands to the Party (handbook §1.4)."""

    APPLICANT = "applicant", words("Applicant")
    ACTIVIST = "activist", words("Activist")
    TARGET = "development_target", words("Development target")
    PROBATIONARY = "probationary", words("Probationary member")
    FULL = "full", words("Full member")
    SUSPENDED = "suspended", words("Membership suspended")
    SELF_QUIT = "self_quit", words("Removed for leaving by themselves")
    PERSUADED_OUT = "persuaded_out", words("Persuaded to leave")
    RESIGNED = "resigned", words("Resigned")
    EXPELLED = "expelled", words("Expelled")
    CANCELLED = "probation_cancelled", words("Probation cancelled")
    DECEASED = "deceased", words("Deceased")


class Person(models.Model):
    """A human being, kept by one organization; with no more about them than the work needs.

    The ID number and the telephone are readable only with the site's key; they are found
    by a keyed fingerprint. No two persons have one ID number.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="people")
    name = PathField(max_length=50, db_index=True)
    pinyin = PathField(max_length=60, db_index=True)
    initials = PathField(max_length=20, db_index=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True)
    joined_on = models.DateField(null=True)
    full_on = models.DateField(null=True)
    id_sealed = models.BinaryField(null=True)
    id_print = models.CharField(max_length=64, null=True, unique=True)
    telephone_sealed = models.BinaryField(null=True)
    telephone_print = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(full_on__isnull=True)
                | Q(joined_on__isnull=True)
                | Q(full_on__gte=F("joined_on")),
                name="person_full_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(id_sealed__isnull=True, id_print__isnull=True)
                | Q(id_sealed__isnull=False, id_print__isnull=False),
                name="person_id_sealed_and_found",
            ),
        ]
        indexes = [models.Index(fields=["org", "pinyin", "id"], name="people_of_org")]

    def __str__(self) -> str:
        return str(self.name)


class Membership(models.Model):
    """How a person stood at an organization from one day to another.

    A person has one open row; a change of standing closes it and opens the next, so that
    the history stays. Rows of one person do not overlap.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    org = models.ForeignKey(Org, models.PROTECT, related_name="memberships")
    status = models.CharField(max_length=20, choices=Status.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    paper = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(valid_to__isnull=True), name="one_open_membership"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "status", "valid_to"], name="membership_of_org"),
            models.Index(fields=["status"], name="membership_standing", condition=Q(valid_to__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.status} @ {self.org_id}"


class Post(models.Model):
    """A post that a person holds at an organization; ``valid_to`` is the first day after it.

    What the post's role gives is a grant of the access room with the source
    ``people.Post:<id>`` and the same days. Ended, never rewritten. ``with_person`` marks one whose
    sheet registered the person too: undoing the sheet takes both back.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    org = models.ForeignKey(Org, models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=40)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    paper = models.CharField(max_length=200, blank=True)
    with_person = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="post_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["org", "kind", "valid_from"], name="posts_of_org")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} @ {self.org_id}"

    @property
    def source(self) -> str:
        """What the grant of this post is found by."""
        return f"people.Post:{self.pk}"


class Household(models.Model):
    """A household in an organization's area: who heads it and how many live there.

    Closed, never deleted; ``door`` is the number by which the village knows it.
    """

    org = models.ForeignKey(Org, models.PROTECT, related_name="households")
    door = models.CharField(max_length=40)
    head = models.ForeignKey(Person, models.PROTECT, related_name="heads", null=True)
    size = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "door"], condition=Q(valid_to__isnull=True), name="one_open_household_a_door"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="household_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=60), name="household_has_people"),
        ]

    def __str__(self) -> str:
        return f"{self.door} @ {self.org_id}"
