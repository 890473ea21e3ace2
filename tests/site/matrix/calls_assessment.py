"""Rows of rounds: of the first branch, over last year, in which nothing was asked."""

from datetime import UTC, datetime
from typing import Any

from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.results.assessment.models import Appeal, Remark, Result, Round, Run, Screening
from gangmu.results.assessment.operations import review, rounds
from tests.conftest import BEGIN, Office
from tests.site.matrix.call import Call, call
from tests.taken import small_pack

PACK = {
    "graded/pack.yaml": 'title: 考核\nversion: "1.0"\nextends: base\n',
    "graded/scorecard/branch_year.yaml": (
        "title: 支部考核\napplies_to: {kinds: [branch]}\nlines:\n"
        "  - {indicator: orders_on_time, points: 100, rule: {linear: [0, 1]}}\n"
        "stars:\n  - {stars: 1, at_least: 0}\nmin_peers: 2\n"
    ),
    "graded/appraisal/year.yaml": (
        "title: 年度考核\nfollows: 安平县党建工作要点\nscorecards: [branch_year]\nscreen_below: 60\n"
    ),
}


def pack_of(office: Office) -> Any:
    """Let the pack that is in force hold an appraisal as well."""
    files = dict(pack_version_of(office.county.pk).files)
    name = next(name for name in ("seats", "graded", "base") if f"{name}/pack.yaml" in files)
    grown = {
        key.replace("graded/", f"{name}/") if name != "base" else key: text for key, text in PACK.items()
    }
    if name != "base":
        grown.pop(f"{name}/pack.yaml")
    version = small_pack(office.system, "graded" if name == "base" else name, {**files, **grown})
    use_pack(office.system, office.county, version=version, day=BEGIN)
    return version


def round_of(office: Office, state: str = "collecting") -> Round:
    """A round of the first branch in a state; what the engine would make of it is written down."""
    version = pack_of(office)
    round_ = Round.objects.filter(org=office.branch, appraisal="year", period="2014").first()
    if round_ is None:
        round_ = rounds.open_round(office.system, office.branch, appraisal="year", period="2014")
    if state != "collecting":
        when = office.system.now
        values = {"round": round_, "number": 1, "known_at": when, "frozen_by_id": office.system.account}
        run, _ = Run.objects.get_or_create(
            **{key: values[key] for key in ("round", "number")},
            defaults=values | {"folder": "none", "tree": b"", "facts": 0, "done_at": when},
        )
        Result.objects.get_or_create(
            run=run,
            org=office.branch,
            scorecard="branch_year",
            defaults={
                "score": 40,
                "coverage": 1,
                "peer_group": "branch_year/all/-",
                "peers": 1,
                "stars": 1,
                "notes": "few_peers",
                "upper": True,
                "lines": [
                    {
                        "indicator": "orders_on_time",
                        "value": "0.400000",
                        "points": "40.00",
                        "max_points": "100.00",
                        "state": "known",
                        "numerator": "2.0000",
                        "denominator": "5.0000",
                        "parts": 1,
                        "parts_unknown": 0,
                    }
                ],
            },
        )
        day = office.system.today
        Round.objects.filter(pk=round_.pk).update(
            state=state, run=1, pack=version, publicity_until=day, appeals_until=day
        )
    return Round.objects.select_related("org", "pack").get(pk=round_.pk)


def appeal_of(office: Office) -> Appeal:
    """An appeal of the first branch, made by somebody."""
    account = Account.objects.create(login="appellant", name="appellant", password="!")
    return Appeal.objects.create(
        round=round_of(office, "publicity"),
        org=office.branch,
        scorecard="branch_year",
        text="东庄村的记录没有计入",
        appealed_at=office.system.now,
        appealed_by=account,
        due_on=office.system.today,
    )


def screening_of(office: Office) -> Screening:
    """The first branch, proposed to its town."""
    return screening_on(round_of(office, "final"))


def screening_on(round_: Round) -> Screening:
    """The organization of a round, proposed to the one above."""
    return Screening.objects.create(
        round=round_,
        org=round_.org,
        scorecard="branch_year",
        score=40,
        bound=60,
        proposed_at=round_.opened_at,
    )


def remark_on(round_: Round, text: str) -> Remark:
    """What a reviewer said about the organization of a round."""
    return Remark.objects.create(
        round=round_,
        org=round_.org,
        scorecard="branch_year",
        text=text,
        said_by=round_.opened_by,
        said_at=round_.opened_at,
    )


def _frozen(office: Office) -> rounds.Frozen:
    folder = rounds.Path(rounds.settings.GANGMU_DATA) / "rounds" / "matrix" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orgs.parquet").write_bytes(b"tree")
    return rounds.Frozen(
        folder="matrix", known_at=office.system.now, facts=0, last_fact=0, tree_hash="t", facts_hash="f"
    )


@call("assessment.open_round")
def _(office: Office) -> Call:
    pack_of(office)
    return Call({"org": office.branch, "appraisal": "year", "period": "2014"}, office.branch)


@call("assessment.freeze_round")
def _(office: Office) -> Call:
    round_ = round_of(office)
    return Call({"round_": round_, "frozen": _frozen(office), "pack": round_.pack.hash}, office.branch)


@call("assessment.freeze_again")
def _(office: Office) -> Call:
    given = {"round_": round_of(office, "review"), "frozen": _frozen(office), "reason": "审核中发现漏报"}
    return Call(given, office.branch)


def _new_run(office: Office) -> Run:
    round_ = round_of(office, "publicity")
    return Run.objects.create(
        round=round_,
        number=2,
        known_at=office.system.now,
        frozen_by_id=office.system.account,
        folder="none",
        tree=b"",
        facts=0,
    )


@call("assessment.keep_results")
def _(office: Office) -> Call:
    row = Result(
        org=office.branch,
        scorecard="branch_year",
        coverage=1,
        peer_group="branch_year/all/-",
        peers=0,
        upper=False,
        lines=[],
    )
    return Call({"run": _new_run(office), "rows": [row]}, office.branch)


@call("assessment.finish_run")
def _(office: Office) -> Call:
    manifest = {"results": {"scores": "s"}, "engine": {"name": "duckdb"}, "strays": {"count": 0}}
    return Call({"run": _new_run(office), "rows": 0, "manifest": manifest}, office.branch)


@call("assessment.begin_review")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "preliminary")}, office.branch)


@call("assessment.begin_publicity")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "review")}, office.branch)


def _signing(office: Office) -> dict[str, Any]:
    """What somebody who reviews the whole county says of the awards of the round."""
    account = Account.objects.create(login="reviewer", name="王某", password="!")
    Grant.objects.create(
        account=account, role="officer", org=office.county, valid_from=BEGIN, reason="reviews the county"
    )
    return {"peer_group": "branch_year/all/-", "given": True, "reviewer": account.pk, "reason": "同意"}


@call("assessment.finish_round")
def _(office: Office) -> Call:
    round_ = round_of(office, "publicity")
    Round.objects.filter(pk=round_.pk).update(publicity_until=datetime(2015, 1, 2, tzinfo=UTC).date())
    review.sign_awards(office.system, round_, **_signing(office))
    return Call({"round_": round_}, office.branch)


@call("assessment.publish_round")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "final")}, office.branch)


@call("assessment.withdraw_round")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "published"), "reason": "口径有误"}, office.branch)


@call("assessment.note_check")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "published"), "same": True}, office.branch)


@call("assessment.remark_result")
def _(office: Office) -> Call:
    given = {"org": office.branch, "round_": round_of(office, "review"), "scorecard": "branch_year"}
    return Call(given | {"text": "记录不全"}, office.branch)


@call("assessment.review_part")
def _(office: Office) -> Call:
    return Call({"office": office.branch, "round_": round_of(office, "review")}, office.branch)


@call("assessment.sign_awards")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "publicity")} | _signing(office), office.branch)


@call("assessment.appeal_result")
def _(office: Office) -> Call:
    given = {"org": office.branch, "round_": round_of(office, "publicity"), "scorecard": "branch_year"}
    return Call(given | {"text": "有一次没有计入"}, office.branch)


@call("assessment.answer_appeal")
def _(office: Office) -> Call:
    given = {"appeal": appeal_of(office), "outcome": "rejected", "answer": "已核实"}
    return Call(given, office.branch)


@call("assessment.screen_round")
def _(office: Office) -> Call:
    return Call({"round_": round_of(office, "final")}, office.branch)


@call("assessment.decide_screening")
def _(office: Office) -> Call:
    given = {"screening": screening_of(office), "decision": "no", "reason": "已整改"}
    return Call(given, office.town)
