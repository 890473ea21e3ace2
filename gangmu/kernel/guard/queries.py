"""Which exceptions are in force, and whether somebody may write a text somewhere."""

import re
from collections.abc import Mapping
from datetime import date

from django.db.models import Q, QuerySet

from gangmu.core.context import Context
from gangmu.core.definition import Fault
from gangmu.core.errors import Invalid, NotFound
from gangmu.kernel.guard.models import GuardOverride
from gangmu.kernel.guard.rules import Finding, asked_back, check_text, refuse
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import roots_for
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.queries import pack_findings, pack_version_of
from gangmu.kernel.packs.rules import SHAPES, compose_pack


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
    quoted: bool = False,
) -> None:
    """Refuse texts, by field, that ask for what a rule forbids and no exception at ``org`` allows.

    What a rule only warns of passes when it is written ``knowingly``. ``measured``: the
    text is a document, whose length has a bound. ``quoted``: it is others' paper, kept as
    they wrote it, so that nothing in it refuses and everything is asked back.
    """
    for field, text in texts.items():
        findings = check_text(text, measured=measured)
        if findings:
            holds = GuardOverride.objects.filter(in_force(context.today), org=org.pk, what=what)
            excepted = set(holds.values_list("rule", flat=True))
            left = [finding for finding in findings if finding.rule.code not in excepted]
            refuse(
                asked_back(left) if quoted else left,
                field=field,
                knowingly=knowingly,
                language=context.language,
            )


MOST_DRAFTED = 20_000
"""Characters of a draft: more is no definition that anybody reads."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")


def findings_in(context: Context, *, text: str, kind: str = "", code: str = "draft") -> list[Fault]:
    """Return what the rules find in a text, or in a draft of a definition where the reader works.

    Without ``kind`` it is a text as people follow it. With one, the draft is read as a file
    of the pack in force, so that its shape, what it names and what it repeats are found as well.
    """
    if not text.strip():
        raise Invalid("Some fields need attention.", faults={"text": "This must be filled in."})
    if len(text) > MOST_DRAFTED:
        raise Invalid("Some fields need attention.", faults={"text": "This is too long."})
    if not kind:
        return [_told(finding, context.language) for finding in check_text(text, measured=True)]
    if kind not in SHAPES or not _CODE.match(code):
        raise Invalid("Some fields need attention.", faults={"kind": "This is not one of the choices."})
    root = next(iter(roots_for(context)), None)
    if root is None:
        raise NotFound("No pack is in force here.")
    version = pack_version_of(root.root_id)
    file = f"{version.name}/{kind}/{code}.yaml"
    _, faults = compose_pack(version.name, {**version.files, file: text})
    return [fault for fault in faults if fault.file == file]


def _told(finding: Finding, language: str) -> Fault:
    rule = finding.rule
    said = f"{finding.quote}: {rule.title.within(language)}"
    return Fault("", 1, rule.code, said, rule.document, rule.article, finding.effect == "warn")


def pack_here(context: Context) -> tuple[PackVersion, tuple[Fault, ...]]:
    """Return the pack that rules where the reader works, and all that today's rules say about it."""
    root = next(iter(roots_for(context)), None)
    if root is None:
        raise NotFound("No pack is in force here.")
    version = pack_version_of(root.root_id)
    return version, pack_findings(version)
