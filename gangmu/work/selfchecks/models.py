"""What an organization thinks of itself; nobody's name, and no tie to claims, records or facts."""

from django.db import models

from gangmu.kernel.orgs.models import Org


class SelfCheck(models.Model):
    """One look of an organization at itself by a standard's criteria.

    ``marks`` keeps for each criterion whether it is met and a note. ``shown_on`` is set while the
    organization itself lets those above see it.
    """

    org = models.ForeignKey(Org, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=60)
    marks = models.JSONField(default=dict)
    changed_on = models.DateField()
    shown_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "kind"], name="one_self_check_a_standard")]

    def __str__(self) -> str:
        return f"{self.kind}"
