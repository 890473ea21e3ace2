"""Stations and breaks of a thread as people read them, each with what leads on from it."""

from collections.abc import Mapping

from gangmu.core.text import Text
from gangmu.desk.thread.rules import Break, Why
from gangmu.frame.formats import listed
from gangmu.frame.words import say, worded
from gangmu.kernel.facts.words import item_in_words
from gangmu.kernel.packs.rules import Pack

STATIONS: Mapping[str, Text] = {
    "goal": say("Goal"),
    "letters": say("Letters of responsibility"),
    "duties": say("Duties"),
    "orders": say("Orders"),
    "checks": say("Checks"),
    "records": say("Records"),
    "facts": say("Facts"),
    "indicators": say("Indicators"),
    "lines": say("Lines of scorecards"),
    "rounds": say("Results"),
    "rectified": say("Proposed and rectified"),
    "notices": say("Notices"),
    "next": say("Goal of the next year"),
}
"""The stations of a thread, in the order of the way."""

BREAKS: Mapping[Break, Text] = {
    "no_target": say("No target is set for this year"),
    "no_letter": say("The letter was not handed here: %(what)s"),
    "no_duty": say("No duty brings it about"),
    "not_ordered": say("Not ordered this year: %(what)s"),
    "not_checked": say("Answered, and nobody looked: %(what)s"),
    "no_measure": say("Nobody has said how it is counted"),
    "no_facts": say("No facts of this year: %(what)s"),
    "not_counted": say("No indicator counts it"),
    "no_line": say("No scorecard reads it: %(what)s"),
    "not_published": say("The result is not published: %(what)s"),
    "no_next": say("No goal of the next year takes it up"),
}

KINDS: Mapping[Break, str] = {
    "no_letter": "letter",
    "not_ordered": "duty",
    "not_checked": "duty",
    "no_line": "indicator",
    "not_published": "appraisal",
}
"""Which kind of definition a break names."""

WHY: Mapping[Why, Text] = {
    "named": say("named by the goal"),
    "counted": say("its records are counted"),
    "paper": say("asked for by the same article"),
}

CODES: Mapping[str, Text] = {
    "task.due": say("orders whose time was up"),
    "task.answered": say("orders that were answered"),
    "task.on_time": say("orders that were answered in time"),
    "record.value": say("what records say"),
    "meeting.held": say("meetings held"),
    "case.closed": say("cases seen through"),
    "money.received": say("money received"),
}


def break_in_words(pack: Pack, kind: Break, what: str) -> str:
    """Return a break as a sentence that names the definition it is about."""
    said = worded(BREAKS[kind])
    if "%(what)s" not in said:
        return said
    named = worded(CODES[what]) if what in CODES else title_of(pack, KINDS.get(kind, ""), what)
    return said % {"what": named}


def title_of(pack: Pack, kind: str, code: str) -> str:
    """Return what a definition is called; its code if there is none."""
    placed = pack.definitions.get(kind, {}).get(code)
    return worded(placed.definition.title) if placed else code


def items_in_words(pack: Pack, items: frozenset[str] | None) -> str:
    """Return which items are counted: duties and records by their titles, fields by theirs."""
    return listed(item_in_words(pack, each) for each in sorted(items or ()))


def plainly(words: Text) -> str:
    """Return a break's words without the definition that one of them names."""
    return worded(words).replace("%(what)s", "").rstrip(" ：:")
