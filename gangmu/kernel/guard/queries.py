"""Which exceptions are in force, and whether somebody may write a text somewhere."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.guard.models import GuardOverride
from gangmu.kernel.guard.rules import check_text, refuse
from gangmu.kernel.orgs.models import Org


def in_force(day: date) -> Q:
    """Return the condition that an exception holds on a day."""
    return Q(valid_from__lte=day, valid_to__gte=day, ended_at__isnull=True)


def standing_overrides(day: date) -> QuerySet[GuardOverride]:
    """Return every exception in force on a day and to come, for everybody; what ends first comes first."""
    standing = GuardOverride.objects.filter(valid_to__gte=day, ended_at=None)
    return standing.select_related("org").order_by("valid_to", "pk")


def past_overrides(day: date) -> QuerySet[GuardOverride]:
    """Return the exceptions that are over, the newest first: they stay readable for everybody."""
    over = GuardOverride.objects.exclude(valid_to__gte=day, ended_at=None)
    return over.select_related("org").order_by("-valid_to", "-pk")


def override_by_id(override_id: int) -> GuardOverride:
    """Return one exception; they are for everybody."""
    found = GuardOverride.objects.select_related("org").filter(pk=override_id).first()
    if found is None:
        raise NotFound("There is no such exception.")
    return found


def refuse_text(
    org: Org,
    texts: Mapping[str, str],
    *,
    what: str,
    context: Context,
    knowingly: bool = False,
    measured: bool = False,
) -> None:
    """Refuse texts, by field, that ask for what a rule forbids and no exception at ``org`` allows.

    What a rule only warns of passes when it is written ``knowingly``. ``measured``: the
    text is a document, whose length has a bound.
    """
    for field, text in texts.items():
        findings = check_text(text, measured=measured)
        if findings:
            holds = GuardOverride.objects.filter(in_force(context.today), org=org.pk, what=what)
            excepted = set(holds.values_list("rule", flat=True))
            left = [finding for finding in findings if finding.rule.code not in excepted]
            refuse(left, field=field, knowingly=knowingly, language=context.language)
