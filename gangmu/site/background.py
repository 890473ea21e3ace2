"""What goes on behind the site: sealing each second, digests, sweeping, clearing what has expired."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import translation

from gangmu.core.calendar import Calendar
from gangmu.core.context import Context
from gangmu.core.errors import Refusal
from gangmu.kernel.access.operations import ensure_system_account, forget_replays
from gangmu.kernel.access.queries import AccountActor, open_accounts
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.files.operations import sweep_files
from gangmu.kernel.inbox.models import Digest
from gangmu.kernel.inbox.operations import mark_digests_sent, write_digests
from gangmu.kernel.inbox.queries import told_on, unsent_digests
from gangmu.kernel.inbox.rules import may_disturb
from gangmu.kernel.quality.operations import look_through
from gangmu.kernel.quality.queries import trees_due
from gangmu.site import clock
from gangmu.site.databases import learn_sizes
from gangmu.site.terminal import warn
from gangmu.work.burden.queries import read_words
from gangmu.work.plans.operations.clocks import run_all_clocks
from gangmu.work.plans.operations.moves import follow_everywhere

REPLAYS_KEPT = timedelta(days=2)
AT_ONCE = 200
"""Accounts in one digest operation: none holds the one writer of SQLite for long."""


@dataclass(frozen=True)
class Chore:
    """Something done again and again, at most every so many seconds; it tells how much it did."""

    name: str
    every: float
    do: Callable[[], int]


def _system() -> Context:
    return Context(AccountActor(ensure_system_account()), clock.now())


def _seal() -> int:
    return seal_entries(clock.now())


def _sweep() -> int:
    return sweep_files(_system())


def _clear_expired() -> int:
    call_command("clearsessions")
    return forget_replays(clock.now() - REPLAYS_KEPT)


def _digests() -> int:
    """Write and send today's digests, if there is a webhook to send them to."""
    hook = settings.GANGMU_WEBHOOK_URL
    context = _system()
    if not hook or not may_disturb(context.now, Calendar()):
        return 0
    told = told_on(context.today)
    waiting = [account for account in open_accounts() if account.pk not in told]
    for start in range(0, len(waiting), AT_ONCE):
        write_digests(context, accounts=waiting[start : start + AT_ONCE])
    return _send(hook, context)


def _send(hook: str, context: Context) -> int:
    sent: list[Digest] = []
    for digest in unsent_digests(context.today):
        try:
            _post(hook, _message(digest))
        except (URLError, OSError) as problem:
            warn(f"gangmu: the webhook did not take a digest: {problem}")
            break
        sent.append(digest)
    for start in range(0, len(sent), AT_ONCE):
        mark_digests_sent(context, digests=sent[start : start + AT_ONCE])
    return len(sent)


def _message(digest: Digest) -> dict[str, Any]:
    """Return what is sent: who, and how much waits; never what it is about."""
    with translation.override(settings.LANGUAGE_CODE):
        text = (
            translation.gettext("%(waiting)s to do, %(overdue)s overdue, %(to_read)s to read") % digest.counts
        )
    return {"login": digest.account.login, "day": digest.day.isoformat(), "text": text, **digest.counts}


def _post(hook: str, message: dict[str, Any]) -> None:
    body = json.dumps(message, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    # the address is the operator's own setting, and settings refuse anything but http and https
    asked = urllib.request.Request(hook, data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=10):  # noqa: S310
        pass


def _run_clocks() -> int:
    """Let come about what issuers left unanswered, and let tasks follow organizations that are no more."""
    context = _system()
    return run_all_clocks(context) + follow_everywhere(context)


def _read_words() -> int:
    """Read the words of earlier orders, so that whoever issues the next one need not wait for that."""
    return read_words()


def _look_through() -> int:
    """Look through the trees whose time has come for what may be wrong in their data."""
    context = _system()
    return sum(look_through(context, root) for root in trees_due(context.now))


CHORES = (
    Chore("sealed", 1, _seal),
    Chore("words of orders read", 60, _read_words),
    Chore("digests sent", 300, _digests),
    Chore("clocks run", 900, _run_clocks),
    Chore("files swept", 3600, _sweep),
    Chore("answers forgotten", 3600, _clear_expired),
    Chore("doubts found", 1800, _look_through),
    Chore("sizes learned", 3600, learn_sizes),
)


@dataclass
class Background:
    """Does each chore when its time has come; one that fails is told and tried again later."""

    chores: tuple[Chore, ...] = CHORES
    _next: dict[str, float] = field(default_factory=dict)

    def turn(self, second: float) -> dict[str, int]:
        """Do what is due at a second of any steady clock; return how much each chore did."""
        did: dict[str, int] = {}
        for chore in self.chores:
            if second < self._next.get(chore.name, second):
                continue
            self._next[chore.name] = second + chore.every
            try:
                did[chore.name] = chore.do()
            except (DatabaseError, OSError, Refusal) as problem:
                warn(f"gangmu: {chore.name}: waits, because {problem}")
        return did
