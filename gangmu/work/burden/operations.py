"""Keeping what was asked and what it costs; keeping apart who said that it was a duplicate."""

import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.secrets import decrypt, encrypt, fingerprint
from gangmu.kernel.audit.operations import operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.packs.queries import pack_of
from gangmu.work.burden.definitions import SynonymKind
from gangmu.work.burden.models import Asking, DuplicateReport, ReportOpening, TimeTaken
from gangmu.work.burden.queries import packed_terms, sealed_reports
from gangmu.work.burden.rules import LONGEST_ANSWER, Cost, Demand, synonyms_of, words_of
from gangmu.work.records.definitions import RecordKind

_APART = "duplicate report"


@operation("burden.note_asking", permission="plans.issue", at="issuer", secret=("help_text",))
def note_asking(
    context: Context,
    issuer: Org,
    *,
    order: int,
    asked: Demand,
    asked_on: date,
    due_on: date,
    cost: Cost,
    reason: str = "",
    help_text: str = "",
) -> Asking:
    """Note what an order costs and by which words it is found, as it goes out.

    Above the quota it is kept with its reason, which everybody can read; refused without one.
    """
    if cost.above_quota and not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    if Asking.objects.filter(order=order).exists():
        raise Conflict("What this order costs is noted already.")
    pack = pack_of(issuer.root_id)
    words = words_of(asked.title, asked.text, pack.find(RecordKind, asked.record), help_text)
    return Asking.objects.create(
        order=order,
        root=issuer.root_id,
        issuer=issuer,
        duty=asked.duty,
        period=asked.period,
        title=asked.title[:200],
        words=words,
        record=asked.record,
        minutes=asked.minutes,
        organizations=asked.organizations,
        reach=asked.reach.kept(),
        asked_on=asked_on,
        due_on=due_on,
        terms=packed_terms(words, synonyms_of(pack.all(SynonymKind))),
        stamp=secrets.token_hex(8),
        above_quota=cost.above_quota,
        reason=reason.strip()[:300] if cost.above_quota else "",
        repeats=cost.repeats,
        form=cost.form.form.code if cost.form and cost.form.form and cost.form.state != "ended" else "",
    )


@operation("burden.withdraw_asking", permission="plans.issue", at="issuer")
def withdraw_asking(context: Context, issuer: Org, *, order: int) -> int:
    """Note that an order was withdrawn: it costs nobody anything any more."""
    found = Asking.objects.filter(order=order, issuer=issuer, withdrawn_on=None)
    return found.update(withdrawn_on=context.today)


def add_time(order: int, opened: timedelta) -> None:
    """Count how long an answer took, to the minute: not whose it was, and not when.

    It is no operation on purpose: the log would keep what this table must not know.
    """
    minutes = max(1, round(opened.total_seconds() / 60))
    if minutes > LONGEST_ANSWER:
        return
    with transaction.atomic():
        asking = Asking.objects.filter(order=order).only("pk").first()
        if asking is None:
            return
        TimeTaken.objects.get_or_create(asking=asking, minutes=minutes)
        TimeTaken.objects.filter(asking=asking, minutes=minutes).update(answers=F("answers") + 1)


def keep_report(asking: Asking, *, org: int, account: int) -> bool:
    """Keep apart, encrypted, that an organization called an order a duplicate; twice counts once.

    Whoever calls this has checked that the organization was asked, and writes no name down.
    """
    key = settings.GANGMU_DATA_KEY
    mark = fingerprint(key, f"{asking.pk}/{org}", purpose=_APART)
    sealed = encrypt(key, json.dumps({"org": org, "account": account}), purpose=_APART)
    _, made = DuplicateReport.objects.get_or_create(mark=mark, defaults={"asking": asking, "sealed": sealed})
    return made


@dataclass(frozen=True)
class Opened:
    """Which organizations called an order a duplicate; the log writes nothing of it."""

    orgs: tuple[int, ...]


@operation("burden.open_reports", permission="plans.arbitrate", at="asking.issuer")
def open_reports(context: Context, asking: Asking, *, reason: str) -> Opened:
    """Open, as the arbiter and for a reason, which organizations called an order a duplicate.

    That it was opened, by whom and why, everybody inside can read; what was read stands in
    no log. Refused without a reason.
    """
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    ReportOpening.objects.create(
        asking=asking, opened_by_id=context.account, opened_at=context.now, reason=reason.strip()[:300]
    )
    return Opened(tuple(_org_of(sealed) for sealed in sealed_reports(asking)))


def _org_of(sealed: bytes) -> int:
    return int(json.loads(decrypt(settings.GANGMU_DATA_KEY, sealed, purpose=_APART))["org"])
