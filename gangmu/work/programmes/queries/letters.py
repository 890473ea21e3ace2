"""Letters of responsibility: who has which, and how far they have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, open_children, within
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.programmes.definitions import LetterKind, ProgrammeKind
from gangmu.work.programmes.models import Letter, Target
from gangmu.work.programmes.queries.targets import VIEW
from gangmu.work.programmes.rules import LETTER_SOURCES, plain

STANDING = (Letter.State.ISSUED, Letter.State.ACCEPTED)


def letter_kinds(org: Org) -> tuple[LetterKind, ...]:
    """Return the letters that a place knows, by code."""
    return pack_of(org.root_id).all(LetterKind)


def letter_kind(org: Org, code: str) -> LetterKind:
    """Return one kind of letter as it is now; an unknown code refuses."""
    found = pack_of(org.root_id).find(LetterKind, code)
    if found is None:
        raise NotFound("There is no such letter here.")
    return found


def visible_letters(context: Context) -> QuerySet[Letter]:
    """Return the letters that organizations within reach have, the newest year first."""
    return (
        Letter.objects.filter(within(context.places(VIEW)))
        .select_related("org", "issuer", "issued_by", "accepted_by")
        .order_by("-year", "kind", "org__path")
    )


def letter_by_id(context: Context, letter_id: int) -> Letter:
    """Return one letter that the reader may see; otherwise there is none."""
    found = visible_letters(context).filter(pk=letter_id).first()
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def letter_at(context: Context, org: Org, *, kind: str, year: int) -> Letter | None:
    """Return the letter that an organization has for a year and has not had taken back."""
    return visible_letters(context).filter(org=org, kind=kind, year=year, state__in=STANDING).first()


def standing_letter(org: Org, *, kind: str, year: int) -> Letter | None:
    """Return the letter that stands for an organization; for decisions, not for showing."""
    return Letter.objects.filter(org=org, kind=kind, year=year, state__in=STANDING).first()


def waiting_letters(context: Context) -> QuerySet[Letter]:
    """Return the letters that wait to be accepted by the reader's own organizations."""
    tops = context.places("programmes.answer").tops
    return visible_letters(context).filter(state=Letter.State.ISSUED, org__path__in=tops).order_by("due_on")


def recipients_of(issuer: Org, kind: LetterKind) -> list[Org]:
    """Return who gets a letter from an issuer: those directly below, on a later level of its way."""
    if issuer.level not in kind.levels:
        return []
    later = kind.levels[kind.levels.index(issuer.level) + 1 :]
    return [
        each
        for each in open_children(issuer)
        if each.level in later and (not kind.kinds or each.kind in kind.kinds)
    ]


def is_first(issuer: Org, kind: LetterKind) -> bool:
    """Whether a letter's way begins with an organization: nobody above hands it one."""
    above = issuer.parent
    return above is None or above.level not in kind.levels


@dataclass(frozen=True)
class Recipient:
    """Somebody who is to have a letter, and the one that stands, if there is one."""

    org: Org
    letter: Letter | None


def recipients_with_letters(context: Context, issuer: Org, *, kind: str, year: int) -> list[Recipient]:
    """Return who gets a letter from an issuer, each with the one that stands."""
    found = {
        each.org_id: each
        for each in visible_letters(context).filter(issuer=issuer, kind=kind, year=year, state__in=STANDING)
    }
    places = context.places(VIEW)
    return [
        Recipient(each, found.get(each.pk))
        for each in recipients_of(issuer, letter_kind(issuer, kind))
        if places.covers(each.path)
    ]


@dataclass(frozen=True)
class Spread:
    """How many letters of a year stand below an organization, by level, and how many are accepted."""

    level: str
    issued: int
    accepted: int


def spread_below(context: Context, top: Org, *, kind: str, year: int) -> list[Spread]:
    """Return how far a year's letters have come below an organization, level by level."""
    rows = (
        visible_letters(context)
        .filter(in_subtree(top.path, "org__path"), kind=kind, year=year, state__in=STANDING)
        .exclude(org=top)
        .order_by()
        .values_list("org__level", "state")
    )
    counts: dict[str, list[int]] = {}
    for level, state in rows:
        held = counts.setdefault(level, [0, 0])
        held[0] += 1
        held[1] += state == Letter.State.ACCEPTED
    levels = letter_kind(top, kind).levels
    return [Spread(level, *counts[level]) for level in levels if level in counts]


def content_for(context: Context, org: Org, kind: LetterKind, year: int) -> Mapping[str, Any]:
    """Return what a letter to an organization says now: its articles, targets and duties.

    An official paper is in one language; what was printed does not change with the reader's.
    """
    return {
        "follows": kind.follows.in_words,
        "parts": [{"title": each.title.zh_hans, "text": each.text.zh_hans} for each in kind.text],
        "targets": _target_lines(org, kind, year),
        "duties": [
            {"title": line.title, "every": line.every, "paper": line.paper}
            for source in LETTER_SOURCES.values()
            for line in (source(context, org) if kind.duties else ())
        ],
    }


def _target_lines(org: Org, kind: LetterKind, year: int) -> list[dict[str, str]]:
    pack = pack_of(org.root_id)
    lines = []
    for target in Target.objects.filter(org=org, year=year, programme__in=kind.programmes).order_by(
        "programme", "pk"
    ):
        programme = pack.find(ProgrammeKind, target.programme)
        metric = programme.metric(target.metric) if programme else None
        if programme is not None and metric is not None:
            lines.append(
                {
                    "programme": programme.title.zh_hans,
                    "metric": metric.title.zh_hans,
                    "value": plain(target.value),
                    "unit": metric.unit.zh_hans if metric.unit else "",
                    "bound": "" if metric.combine == "sum" else metric.better,
                }
            )
    return lines
