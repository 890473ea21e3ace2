"""A round from its opening to its publication: frozen, run, made known, finished, withdrawn."""

import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from pydantic import BaseModel, ConfigDict

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid
from gangmu.core.memory import collector_paused
from gangmu.core.periods import Period
from gangmu.frame.words import say
from gangmu.kernel.audit.operations import operation, require
from gangmu.kernel.facts.parquet import export_facts, orgs_under
from gangmu.kernel.facts.queries import fact_added_since, newest_fact
from gangmu.kernel.facts.rules import AsKnown
from gangmu.kernel.notices.operations import publish_notice, withdraw_notice
from gangmu.kernel.notices.rules import Term
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree
from gangmu.kernel.orgs.rules import ancestor_ids
from gangmu.kernel.packs.queries import pack_by_version, pack_of, pack_version_of
from gangmu.results.assessment.announcing import Listed, published_body
from gangmu.results.assessment.definitions import AppraisalKind
from gangmu.results.assessment.frozen import (
    DATA,
    PACK,
    Prints,
    Unusable,
    assess_folder,
    prints_of,
    remove,
    rows_of,
    write_pack,
)
from gangmu.results.assessment.models import Appeal, Result, Round, Run
from gangmu.results.assessment.phases import is_upper, possible
from gangmu.results.assessment.queries.awards import stars_given, to_be_named, withheld
from gangmu.results.assessment.queries.reviewing import unreviewed
from gangmu.results.assessment.queries.rounds import (
    CALENDAR,
    appraisal_of,
    run_folder,
    scorecard_of,
    unclosed,
    waiting_for,
)
from gangmu.work.plans.queries.duties import parsed_period

BATCH = 2000


def locked_round(round_: Round, step: str) -> Round:
    """Return a round anew and held, or refuse the step that it may not take from where it is."""
    held = Round.objects.select_for_update(of=("self",)).select_related("org").get(pk=round_.pk)
    if held.state == Round.State.WITHDRAWN:
        raise Conflict("The round was withdrawn: %(why)s", {"why": held.withdrawn_for})
    if not possible(step, held.state):
        raise Conflict("The round is not at this step.", {"state": held.state})
    return held


@operation("assessment.open_round", permission="assessment.manage", at="org")
def open_round(context: Context, org: Org, *, appraisal: str, period: str) -> Round:
    """Open a round of an appraisal over a period, for all at or below an organization.

    Refused while the period runs, while orders in it are not closed (whoever is silent would
    not be counted), and while another round of it stands here, above or below: nobody has two results.
    """
    span = parsed_period(period)
    kind = pack_of(org.root_id).find(AppraisalKind, appraisal)
    if kind is None:
        raise Invalid("Some fields need attention.", faults={"appraisal": "There is no such appraisal here."})
    if span.kind != kind.every:
        raise Invalid("Some fields need attention.", faults={"period": "Choose another period."})
    _refuse_open_period(context, org, span)
    _refuse_second(org, appraisal, span)
    return Round.objects.create(
        org=org,
        appraisal=appraisal,
        period=str(span),
        title=f"{kind.title.within('zh-hans')} {span}",
        scorecards=list(kind.scorecards),
        pack=pack_version_of(org.root_id),
        best=kind.best,
        opened_at=context.now,
        opened_by_id=context.account,
    )


def _refuse_second(org: Org, appraisal: str, span: Period) -> None:
    """Refuse a round beside one that stands and judges some of the same organizations."""
    standing = Round.objects.filter(appraisal=appraisal, period=str(span)).exclude(
        state=Round.State.WITHDRAWN
    )
    shared = Q(org__in=ancestor_ids(org.path)) | in_subtree(org.path, "org__path")
    other = standing.filter(shared).select_related("org").order_by("org__path").first()
    if other is None:
        return
    if other.org_id == org.pk:
        raise Conflict("There is a round of this appraisal and period already.")
    raise Conflict(
        "%(org)s holds a round of this appraisal and period that judges organizations of this one; nobody has two results.",
        {"org": other.org.name},
    )


def _refuse_open_period(context: Context, org: Org, span: Period) -> None:
    if context.today <= span.last:
        raise Conflict("The period is not over; a round judges what has come to its end.")
    if count := unclosed(org, span):
        raise Conflict(
            "%(count)s tasks of this period are not closed; close their orders first.", {"count": count}
        )


class Frozen(BaseModel):
    """What was exported for a run: where, how much, and its fingerprints."""

    model_config = ConfigDict(frozen=True)

    folder: str
    known_at: datetime
    facts_until: datetime | None = None
    later_for: tuple[int, ...] = ()
    facts: int
    last_fact: int
    tree_hash: str
    facts_hash: str


def freeze(context: Context, round_: Round) -> Run:
    """Freeze facts, tree and pack of a round into a folder, and note their fingerprints.

    The files are written first, since that takes longer than others should wait; what was
    written is kept only if nothing was added meanwhile.
    """
    _check_before(context, round_, "freeze")
    _refuse_open_period(context, round_.org, round_.span)
    version = pack_version_of(round_.org.root_id)
    frozen = _frozen_folder(context, round_, version)
    return _kept_or_removed(frozen, lambda: freeze_round(context, round_, frozen=frozen, pack=version.hash))


def freeze_anew(context: Context, round_: Round, *, reason: str) -> Run:
    """Freeze the facts once more under the pack of the first freezing, for a reason.

    Until the results are made known, as they are known now. From then on for appeals that were
    upheld alone: what is known now of who appealed, and of all others what was known before.
    """
    _check_before(context, round_, "freeze_again")
    frozen = _frozen_folder(context, round_, round_.pack, _as_known(context, round_))
    return _kept_or_removed(frozen, lambda: freeze_again(context, round_, frozen=frozen, reason=reason))


def _as_known(context: Context, round_: Round) -> AsKnown | None:
    """Return as known when a round that was made known takes its facts once more; None: now, as one that was not."""
    if round_.state != Round.State.PUBLICITY:
        return None
    upheld = Appeal.objects.filter(round=round_, outcome=Appeal.Outcome.UPHELD).select_related("org")
    orgs = {each.org for each in upheld}
    if not orgs:
        raise Conflict(_KNOWN_ALREADY)
    before = Run.objects.filter(round=round_, facts_until=None).order_by("number").defer("tree").last()
    assert before is not None  # a round is made known after its first run
    below = frozenset().union(*(orgs_under(org, round_.span) for org in orgs))
    return AsKnown(before.known_at, context.now, below)


_KNOWN_ALREADY = (
    "Results that are made known are run again only for an appeal that was upheld; "
    "what else is wrong, withdraw the round for, and open another."
)


def _check_before(context: Context, round_: Round, step: str) -> None:
    require(context, "assessment.manage", round_.org)
    if not possible(step, round_.state):
        raise Conflict("The round is not at this step.", {"state": round_.state})


def _frozen_folder(context: Context, round_: Round, version: Any, known: AsKnown | None = None) -> Frozen:
    name = f"{round_.pk}-{secrets.token_hex(6)}"
    folder = Path(settings.GANGMU_DATA) / "rounds" / name
    last = newest_fact()
    try:
        folder.mkdir(parents=True)
        at = known or context.now
        done = export_facts(context, round_.span, folder / DATA, known_at=at, under=round_.org)
        write_pack(version.files, folder / PACK)
        prints = prints_of(folder / DATA)
        return Frozen(
            folder=name,
            known_at=context.now,
            facts_until=known.at if known else None,
            later_for=tuple(sorted(known.orgs)) if known else (),
            facts=done.facts,
            last_fact=last,
            tree_hash=prints.tree,
            facts_hash=prints.facts,
        )
    except BaseException:
        remove(folder)
        raise


def _kept_or_removed(frozen: Frozen, write: Any) -> Run:
    try:
        made: Run = write()
    except BaseException:
        remove(Path(settings.GANGMU_DATA) / "rounds" / frozen.folder)
        raise
    return made


@operation("assessment.freeze_round", permission="assessment.manage", at="round_.org")
def freeze_round(context: Context, round_: Round, *, frozen: Frozen, pack: str) -> Run:
    """Freeze a round: from now on its facts, its tree and its pack are what they are.

    Refused if facts were added while they were read, and if another pack has come into force.
    """
    held = locked_round(round_, "freeze")
    version = pack_version_of(held.org.root_id)
    if version.hash != pack:
        raise Conflict("Another pack has come into force meanwhile; freeze the round again.")
    if pack_by_version(version).find(AppraisalKind, held.appraisal) is None:
        raise Conflict("The pack in force no longer has this appraisal.")
    held.pack = version
    kind = appraisal_of(held)
    held.scorecards, held.best = list(kind.scorecards), kind.best
    held.state, held.frozen_at = Round.State.FROZEN, frozen.known_at
    held.save(update_fields=["pack", "scorecards", "best", "state", "frozen_at"])
    return _new_run(context, held, frozen, 1, "")


@operation("assessment.freeze_again", permission="assessment.manage", at="round_.org")
def freeze_again(context: Context, round_: Round, *, frozen: Frozen, reason: str) -> Run:
    """Freeze the facts of a round anew, for a reason: an appeal that was upheld, a fault that was found.

    The pack stays the one of the first freezing. What stood is kept beside, and the
    difference is told. Refused for results that are made known, but for an appeal that was upheld.
    """
    if not reason.strip():
        raise Invalid("Some fields need attention.", faults={"reason": "This must be filled in."})
    held = locked_round(round_, "freeze_again")
    if held.state == Round.State.PUBLICITY and not frozen.later_for:
        raise Conflict(_KNOWN_ALREADY)
    last = Run.objects.filter(round=held).order_by("-number").values_list("number", flat=True)[0]
    return _new_run(context, held, frozen, last + 1, reason.strip()[:300])


def _new_run(context: Context, round_: Round, frozen: Frozen, number: int, reason: str) -> Run:
    if fact_added_since(frozen.last_fact, frozen.known_at):
        raise Conflict("Facts were written while the round was being frozen; freeze it again.")
    tree = (Path(settings.GANGMU_DATA) / "rounds" / frozen.folder / DATA / "orgs.parquet").read_bytes()
    return Run.objects.create(
        round=round_,
        number=number,
        reason=reason,
        known_at=frozen.known_at,
        facts_until=frozen.facts_until,
        later_for=list(frozen.later_for),
        frozen_by_id=context.account,
        folder=frozen.folder,
        tree=tree,
        tree_hash=frozen.tree_hash,
        facts_hash=frozen.facts_hash,
        facts=frozen.facts,
    )


def refuse_other_pack(round_: Round, pack: str) -> None:
    """Refuse a pack that is not the one with which a round was frozen."""
    if pack and pack != round_.pack.hash:
        raise Conflict(
            "The pack has changed since this round was frozen: it is judged by %(version)s, and by no other.",
            {"version": f"{round_.pack.name} {round_.pack.version}"},
        )


def run_round(context: Context, round_: Round, *, pack: str = "") -> Run:
    """Let the engine judge what was frozen last, and take its results in.

    Twice is as good as once. ``pack`` is by which version whoever asks believes to judge.
    """
    _check_before(context, round_, "run")
    refuse_other_pack(round_, pack)
    run = Run.objects.filter(round=round_).order_by("-number").defer("tree").first()
    if run is None:
        raise Conflict("The round is not frozen yet.")
    if run.done_at is not None:
        return run
    folder = run_folder(run)
    with ThreadPoolExecutor(1) as beside:  # the engine works in a process of its own meanwhile
        prints = beside.submit(prints_of, folder / DATA)
        try:
            manifest, why = assess_folder(folder, round_.pack.name, round_.span, run.known_at), ""
        except Unusable as problem:
            manifest, why = {}, str(problem)
    if prints.result() != Prints(run.tree_hash, run.facts_hash):
        raise Conflict("The frozen files have been changed; their fingerprints are not those of the round.")
    if why:
        raise Conflict("The engine made nothing of what was frozen: %(why)s", {"why": why})
    with collector_paused():
        rows = _results(folder, round_)
    for start in range(0, len(rows), BATCH):
        keep_results(context, run, rows=rows[start : start + BATCH])
    return finish_run(context, run, rows=len(rows), manifest=manifest)


def _results(folder: Path, round_: Round) -> list[Result]:
    lines: dict[tuple[int, str], list[dict[str, Any]]] = {}
    values = {(row["org"], row["indicator"]): row for row in rows_of(folder, "indicators")}
    for row in rows_of(folder, "lines", round_.scorecards):
        number = values.get((row["org"], row["indicator"]), {})
        lines.setdefault((row["org"], row["scorecard"]), []).append(
            {
                "indicator": row["indicator"],
                "value": _text(row["value"]),
                "points": _text(row["points"]),
                "max_points": _text(row["max_points"]),
                "state": row["state"],
                "numerator": _text(number.get("numerator")),
                "denominator": _text(number.get("denominator")),
                "parts": number.get("parts", 0),
                "parts_unknown": number.get("parts_unknown", 0),
            }
        )
    vetoes = {code: _veto_codes(round_, code) for code in round_.scorecards}
    return [
        Result(
            org_id=row["org"],
            scorecard=row["scorecard"],
            score=row["score"],
            coverage=row["coverage"],
            peer_group=row["peer_group"],
            peers=row["peers"],
            rank=row["rank"],
            stars=row["stars"],
            notes=row["notes"],
            upper=is_upper(row["rank"], row["peers"]),
            lines=lines.get((row["org"], row["scorecard"]), []),
            vetoes={
                code: _text(values.get((row["org"], code), {}).get("value"))
                for code in vetoes[row["scorecard"]]
            },
        )
        for row in rows_of(folder, "scores", round_.scorecards)
    ]


def _veto_codes(round_: Round, scorecard: str) -> list[str]:
    return [veto.indicator for veto in scorecard_of(round_, scorecard).veto]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


@operation("assessment.keep_results", permission="assessment.manage", at="run.round.org", secret=("rows",))
def keep_results(context: Context, run: Run, *, rows: Sequence[Result]) -> int:
    """Take in a batch of what the engine made of a run; a row that is there already stays."""
    held = Run.objects.select_for_update(of=("self",)).defer("tree").get(pk=run.pk)
    if held.done_at is not None or len(rows) > BATCH:
        raise Conflict("The results of this run are complete.")
    for row in rows:
        row.run = held
    Result.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


@operation("assessment.finish_run", permission="assessment.manage", at="run.round.org")
def finish_run(context: Context, run: Run, *, rows: int, manifest: dict[str, Any]) -> Run:
    """Let the results of a run stand: preliminary the first time, in place of the last run's later."""
    held = locked_round(run.round, "run")
    made = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if made.done_at is not None:
        return made
    if Result.objects.filter(run=made).count() != rows:
        raise Conflict("Not all results were taken in; run it again.")
    made.results, made.engine = manifest["results"], manifest["engine"]
    made.strays, made.done_at = manifest["strays"]["count"], context.now
    made.save(update_fields=["results", "engine", "strays", "done_at"])
    held.run = made.number
    if held.state == Round.State.FROZEN:
        held.state = Round.State.PRELIMINARY
    held.save(update_fields=["run", "state"])
    return made


@operation("assessment.begin_review", permission="assessment.manage", at="round_.org")
def begin_review(context: Context, round_: Round) -> Round:
    """Have every office look at its own part of the preliminary results, until a day."""
    held = locked_round(round_, "begin_review")
    held.state = Round.State.REVIEW
    held.review_until = CALENDAR.add_workdays(context.today, appraisal_of(held).review_days)
    held.save(update_fields=["state", "review_until"])
    return held


@operation("assessment.begin_publicity", permission="assessment.manage", at="round_.org")
def begin_publicity(context: Context, round_: Round) -> Round:
    """Make the preliminary results known to those whom they concern, who may object and appeal.

    The notice lists the upper half of each peer group; everybody else finds their own result.
    Refused while an office that reviews a part has neither said that it looked nor had its time.
    """
    held = locked_round(round_, "begin_publicity")
    waits = unreviewed(held, context.today)
    if waits.offices:
        raise Conflict(
            "%(count)s offices have not looked at their part yet; they have time until %(day)s.",
            {"count": len(waits.offices), "day": waits.until or ""},
        )
    kind = appraisal_of(held)
    held.publicity_from = context.today
    held.publicity_until = CALENDAR.add_workdays(context.today, kind.publicity_days)
    held.appeals_until = CALENDAR.add_workdays(context.today, kind.appeal_days)
    held.state = Round.State.PUBLICITY
    held.publicity_notice = publish_notice(
        context,
        held.org,
        title=say("Results for objection: %(title)s").zh_hans % {"title": held.title},
        body=published_body(held.title, listed(held), preliminary=True, until=held.publicity_until),
        term=Term(
            last=held.publicity_until,
            objections_until=held.publicity_until,
            answer_within=min(kind.answer_days, 60),
        ),
        source=f"assessment.Round:{held.pk}:publicity:{held.run}",
    )
    held.save()
    return held


def listed(round_: Round) -> list[Listed]:
    """Return who is named in a notice: the upper half of each group, and signed awards in that of small ones."""
    held_back = withheld(round_)
    return [
        Listed(
            row.scorecard,
            row.peer_group,
            row.org.parent.name if row.org.parent else "",
            row.org.name,
            row.rank,
            row.peers,
            stars_given(row, held_back),
        )
        for row in to_be_named(round_, held_back)
    ]


@operation("assessment.finish_round", permission="assessment.manage", at="round_.org")
def finish_round(context: Context, round_: Round) -> Round:
    """Make the results final: from now on no run changes them.

    Refused before the publicity is over, while an appeal or an objection has no answer, while an
    upheld appeal has not been run in, and while an award of a small group has no signature.
    """
    held = locked_round(round_, "finish")
    waits = waiting_for(held, context.today)
    if waits.until:
        raise Conflict("The publicity lasts until %(day)s.", {"day": waits.until})
    if waits.appeals or waits.objections:
        raise Conflict(
            "%(appeals)s appeals and %(objections)s objections have no answer yet.",
            {"appeals": waits.appeals, "objections": waits.objections},
        )
    if waits.unmended:
        raise Conflict(
            "%(count)s appeals were upheld after the last run; run it again.", {"count": waits.unmended}
        )
    if waits.unsigned:
        raise Conflict(
            "The awards of %(count)s small peer groups wait for a signature.", {"count": waits.unsigned}
        )
    held.state, held.final_at = Round.State.FINAL, context.now
    held.save(update_fields=["state", "final_at"])
    return held


@operation("assessment.publish_round", permission="assessment.manage", at="round_.org")
def publish_round(context: Context, round_: Round) -> Round:
    """Publish the final results through a notice that is frozen with the fingerprints it rests on."""
    held = locked_round(round_, "publish")
    run = Run.objects.defer("tree").get(round=held, number=held.run)
    held.notice = publish_notice(
        context,
        held.org,
        title=say("Results: %(title)s").zh_hans % {"title": held.title},
        body=published_body(held.title, listed(held), digest=run.results.get("scores", "")),
        source=f"assessment.Round:{held.pk}",
    )
    held.state, held.published_at = Round.State.PUBLISHED, context.now
    held.save(update_fields=["notice", "state", "published_at"])
    return held


@operation("assessment.withdraw_round", permission="assessment.manage", at="round_.org")
def withdraw_round(context: Context, round_: Round, *, reason: str) -> Round:
    """Withdraw a round, for a reason that stays visible in its place: what was published, or opened by mistake.

    What it made is kept, and its notices are withdrawn with it; another round of the period may be opened.
    """
    if not reason.strip():
        raise Invalid("Some fields need attention.", faults={"reason": "This must be filled in."})
    held = locked_round(round_, "withdraw")
    for notice in (held.publicity_notice, held.notice):
        if notice is not None and notice.withdrawn_at is None:
            withdraw_notice(context, notice, reason=reason)
    held.state, held.withdrawn_at = Round.State.WITHDRAWN, context.now
    held.withdrawn_for = reason.strip()[:200]
    held.save(update_fields=["state", "withdrawn_at", "withdrawn_for"])
    return held


@dataclass(frozen=True)
class Checked:
    """Whether a round, made once more from the database, is what it was."""

    facts: bool
    results: dict[str, bool]
    day: date

    @property
    def same(self) -> bool:
        """Whether everything is the same."""
        return self.facts and all(self.results.values())


def check_round(context: Context, round_: Round) -> Checked:
    """Make the standing run once more: facts from the database, tree and pack as frozen; compare all hashes."""
    run = Run.objects.get(round=round_, number=round_.run)
    name = f"check-{round_.pk}-{secrets.token_hex(6)}"
    folder = Path(settings.GANGMU_DATA) / "rounds" / name
    try:
        folder.mkdir(parents=True)
        export_facts(context, round_.span, folder / DATA, known_at=run.as_known, under=round_.org)
        (folder / DATA / "orgs.parquet").write_bytes(bytes(run.tree))
        write_pack(round_.pack.files, folder / PACK)
        facts = prints_of(folder / DATA).facts == run.facts_hash
        made = assess_folder(folder, round_.pack.name, round_.span, run.known_at)["results"]
    except Unusable as problem:
        raise Conflict("The engine made nothing of what was frozen: %(why)s", {"why": str(problem)}) from None
    finally:
        remove(folder)
    checked = Checked(
        facts, {each: made.get(each) == digest for each, digest in run.results.items()}, context.today
    )
    note_check(context, round_, same=checked.same)
    return checked


@operation("assessment.note_check", permission="assessment.manage", at="round_.org")
def note_check(context: Context, round_: Round, *, same: bool) -> None:
    """Write into the log that a round was made once more, and whether it was the same."""
