"""States, notes, rules and peer groups as people read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as translate

from gangmu.core.text import Text
from gangmu.frame.figures import Status, Step
from gangmu.frame.formats import listed
from gangmu.frame.words import say, worded
from gangmu.kernel.orgs.definitions import DomainKind, OrgKind
from gangmu.kernel.orgs.queries import names_of
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.results.assessment.definitions import ScorecardKind
from gangmu.results.assessment.models import Round
from gangmu.results.assessment.phases import WAY

STATES: Mapping[str, Status] = {
    "collecting": Status(say("Collecting"), "blue"),
    "frozen": Status(say("Frozen"), "blue"),
    "preliminary": Status(say("Preliminary"), "yellow"),
    "review": Status(say("In review"), "yellow"),
    "publicity": Status(say("Made known"), "orange"),
    "final": Status(say("Final"), "green"),
    "published": Status(say("Published"), "green"),
    "withdrawn": Status(say("Withdrawn"), "grey"),
}

STEPS: Mapping[str, Text] = {
    "collecting": say("Collection of the data"),
    "frozen": say("Freezing"),
    "preliminary": say("Preliminary results"),
    "review": say("Review by the offices"),
    "publicity": say("Publicity"),
    "final": say("Making it final"),
    "published": say("Publication"),
}
"""What is done in each state, as a step that may be over or still to come."""

OUTCOMES: Mapping[str, Status] = {
    "": Status(say("Waits for an answer"), "yellow"),
    "upheld": Status(say("Appeal upheld"), "green"),
    "rejected": Status(say("Appeal rejected"), "grey"),
}

NOTES: Mapping[str, Text] = {
    "coverage": say("Too little is known for a score"),
    "waiting": say("Waits for a value that others owe"),
    "no_peers": say("There is nobody to compare it with"),
    "few_peers": say("The peer group is too small for a rank"),
    "veto": say("A serious matter limits the stars"),
}

LINE_STATES: Mapping[str, Status] = {
    "known": Status(say("Known"), "green"),
    "unknown": Status(say("Unknown"), "yellow"),
}

LEVELS: Mapping[str, Text] = {
    "year": say("Every year"),
    "half": say("Every half year"),
    "quarter": say("Every quarter"),
}


def notes_in_words(notes: str) -> str:
    """Return the notes of a result as a sentence each."""
    return "；".join(worded(NOTES[note]) for note in notes.split(",") if note)


def steps_of(round_: Round) -> list[Step]:
    """Return how far a round has come; of one that was withdrawn, how far it had."""
    if round_.state == Round.State.WITHDRAWN:
        reached = _reached(round_)
        return [Step(STEPS[state], "done" if at < reached else "todo") for at, state in enumerate(WAY)]
    here = WAY.index(round_.state)
    steps = []
    for at, state in enumerate(WAY):
        done = at < here or (at == here and state == "published")
        now = at == here and state != "published"
        steps.append(Step(STEPS[state], "done" if done else "here" if now else "todo"))
    return steps


def _reached(round_: Round) -> int:
    """Return how many states a round has gone through: each leaves its day."""
    days = (
        round_.opened_at,
        round_.frozen_at,
        round_.run or None,
        round_.review_until,
        round_.publicity_from,
        round_.final_at,
        round_.published_at,
    )
    return sum(day is not None for day in days)


def stars_text(stars: int | None) -> str:
    """Return stars as they are drawn."""
    return "★" * stars if stars else ""


def scorecard_titles(round_: Round) -> dict[str, str]:
    """Return what the scorecards of a round are called."""
    pack = pack_by_version(round_.pack)
    found = ((code, pack.find(ScorecardKind, code)) for code in round_.scorecards)
    return {code: worded(kind.title) if kind else code for code, kind in found}


def group_names(round_: Round, groups: Iterable[str]) -> dict[str, str]:
    """Return what peer groups are called: the scorecard, below whom, of which sort."""
    pack = pack_by_version(round_.pack)
    sorts: dict[str, Any] = {each.code: each.title for each in pack.all(OrgKind)}
    sorts |= {each.code: each.title for each in pack.all(DomainKind)}
    cards = scorecard_titles(round_)
    parts = {group: group.split("/", 2) for group in set(groups)}
    names = names_of(int(place) for _, place, _ in parts.values() if place.isdecimal())
    found = {}
    for group, (card, place, attributes) in parts.items():
        above = names.get(int(place), place) if place.isdecimal() else ""
        said = [worded(sorts[each]) if each in sorts else _level(each) for each in attributes.split("+")]
        found[group] = " · ".join(
            each for each in (cards.get(card, card), above, listed([each for each in said if each])) if each
        )
    return found


def _level(code: str) -> str:
    words = {
        "nation": translate("Nation"),
        "province": translate("Province"),
        "prefecture": translate("Prefecture"),
        "county": translate("County"),
        "township": translate("Township"),
        "village": translate("Village"),
        "group": translate("Group"),
        "-": "",
    }
    return words.get(code, code)
