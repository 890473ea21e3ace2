"""``gangmu pack``: begin a pack, see in words what it changes, try it on last year's facts."""

import argparse
import re
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gangmu.core.periods import Period
from gangmu.site.terminal import CommandFailure, Progress, write, write_json

if TYPE_CHECKING:
    from gangmu.kernel.packs.rules import Pack

NAME = "pack"
HELP = "begin a pack, compare two in words, try one on facts that are there"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_MARK = {"added": "+", "removed": "-", "changed": "~"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser(
        "new", help="make the folder of a pack that passes every check", allow_abbrev=False
    )
    new.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder; its name is the pack's")
    new.add_argument("--title", required=True, help="what people call the place, in Chinese")
    new.add_argument("--over", default="base", metavar="PACK", help="the pack that it stands on (base)")
    diff = actions.add_parser("diff", help="say in words what is different", allow_abbrev=False)
    diff.add_argument("old", type=Path, metavar="OLD", help="folder of a pack, or the name of a shipped one")
    diff.add_argument("new", type=Path, metavar="NEW", help="folder of a pack, or the name of a shipped one")
    tried = actions.add_parser("try", help="what would change under other rules", allow_abbrev=False)
    tried.add_argument("old", type=Path, metavar="OLD", help="the pack in force")
    tried.add_argument("new", type=Path, metavar="NEW", help="the pack to try")
    tried.add_argument(
        "--facts", type=Path, required=True, metavar="DIR", help="what gangmu facts export wrote"
    )
    tried.add_argument("--period", required=True, help="2025, 2025H1, 2025Q3 or 2025-07")
    tried.add_argument("--org", type=int, metavar="ID", help="also show one organization, line by line")
    for action in (new, diff, tried):
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Do what is named."""
    return {"new": _begin, "diff": _compare, "try": _try}[args.action](args)


# --- new ------------------------------------------------------------------------------------

_FILES = {
    "pack.yaml": 'title: {{zh-hans: {title}}}\nversion: "0.1"\nextends: {over}\norigin: {{zh-hans: 由{title}编写}}\n',
    "README.md": "# {title}\n\nWhat this pack says, and after which papers. Begin with `duty/monthly_note.yaml`.\n",
    "record/monthly_note.yaml": (
        "title: {{zh-hans: 月度工作记录, en: Monthly note}}\n"
        "entry: event\n"
        "day_field: held_on\n"
        "fields:\n"
        "  - {{code: held_on, title: {{zh-hans: 日期, en: Day}}, type: date, required: true}}\n"
        "  - {{code: done, title: {{zh-hans: 办了哪些事, en: What was done}}, type: long_text, required: true, max_length: 500}}\n"
    ),
    "duty/monthly_note.yaml": (
        "title: {{zh-hans: 每月工作记录, en: Monthly note}}\n"
        "# which paper asks for it: nothing is asked of the grassroots without one\n"
        "follows: {{document: 中国共产党支部工作条例（试行）, article: 第十二条}}\n"
        "every: month\n"
        "issue_on: first_workday\n"
        "due_on: {{last_workday_of: period}}\n"
        "asked_of: {{kinds: [branch, general_branch]}}\n"
        "answer: monthly_note\n"
        "minutes: 10\n"
        "review: parent\n"
    ),
    "indicator/notes_on_time.yaml": (
        "title: {{zh-hans: 月度记录按期率, en: Notes on time}}\n"
        "numerator: {{sum: task.on_time, item: [monthly_note]}}\n"
        "denominator: {{sum: task.due, item: [monthly_note]}}\n"
    ),
    "divisions.csv": (
        "code,name,parent,level\n990001,样县,9900,county\n"
        "990001100,样一镇,990001,township\n990001101,样二镇,990001,township\n"
        "990001100001,样一社区居委会,990001100,village\n990001100201,样甲村委会,990001100,village\n"
        "990001101201,样乙村委会,990001101,village\n990001101202,样丙村委会,990001101,village\n"
    ),
    "world.yaml": (
        "# The world of the demonstration: your divisions from divisions.csv, and an invented part in which\n"
        "# organizations may be late or weak. `gangmu demo --place FOLDER` plays it.\n"
        'root: "990001"\nseed: {name}\nsmall: ["990001100", "990001101"]\n'
        "totals: {{orgs: 13, divisions: {{county: 1, township: 2, village: 4}}, members: 200}}\n"
        "founding:\n"
        "  - {{level: county, kinds: {{committee: 100}}}}\n"
        "  - {{level: township, kinds: {{committee: 100}}, domain: town}}\n"
        "  - {{level: village, ends: [社区居委会, 社区], suffix: 社区, kinds: {{branch: 100}}, domain: community}}\n"
        "  - {{level: village, ends: [村委会, 村], suffix: 村, kinds: {{branch: 100}}, domain: village}}\n"
        'imagined:\n  code: "990001900"\n  name: 云水新区\n  towns:\n'
        "    - {{name: 云水镇, villages: [云东村委会, 云西村委会, 云南社区居委会, 云北村委会]}}\n"
        "units: []\n"
        "members:\n  - {{kind: branch, size: [12, 40]}}\n"
        "month:\n"
        "  imagined: {{late: 10, missing: 6, returned: 8}}\n"
        "  reasons: [请写明办了哪些事]\n"
        "  answers:\n    monthly_note: {{done: {{texts: [走访群众、调解纠纷, 整修村道、清理水渠]}}}}\n"
    ),
    "scorecard/branches.yaml": (
        "title: {{zh-hans: 党支部考核, en: Branches}}\n"
        "applies_to: {{kinds: [branch, general_branch]}}\n"
        "lines:\n"
        "  - {{indicator: notes_on_time, points: 100, rule: {{linear: [0.6, 1.0]}}}}\n"
        "peers: {{within: county, same: [domain]}}\n"
        "min_peers: 3\n"
    ),
    "appraisal/year.yaml": (
        "title: {{zh-hans: 年度考核, en: Yearly appraisal}}\n"
        "# which paper says how it is appraised; without an appraisal nothing is judged in the product\n"
        "follows: 写明考核办法的题名和条款\n"
        "scorecards: [branches]\n"
        "review_days: 5\n"
        "publicity_days: 5\n"
        "appeal_days: 5\n"
    ),
}


def _begin(args: argparse.Namespace) -> int:
    folder, name = args.folder, args.folder.resolve().name
    if not _NAME.match(name):
        raise CommandFailure(f"{name!r} is no name of a pack: small letters, digits and _", exit_code=2)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailure(f"{folder} is there already: name a new folder")
    if not re.fullmatch(r"[^\s{}\[\]:,#&*!|>'\"%@`\\][^{}\[\]:,#\"'\\\n]{0,60}", args.title):
        raise CommandFailure("a title is a line of words without marks of its own", exit_code=2)
    from gangmu.kernel.packs.rules import SHIPPED

    if name == args.over or (SHIPPED / name / "pack.yaml").is_file():
        raise CommandFailure(f"the product has a pack {name} already: choose another name")
    if not any((home / args.over / "pack.yaml").is_file() for home in (folder.resolve().parent, SHIPPED)):
        raise CommandFailure(
            f"there is no pack {args.over} to stand on, neither beside it nor in the product"
        )
    for path, text in _FILES.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.format(title=args.title, over=args.over, name=name), encoding="utf-8")
    if args.json:
        write_json({"folder": str(folder), "files": sorted(_FILES)})
    else:
        write(f"{folder}: {len(_FILES)} files over {args.over}. Next: gangmu check {folder}")
    return 0


# --- diff -----------------------------------------------------------------------------------


def folder_of(named: Path) -> Path:
    """Return a pack's folder: the one that is named, else a shipped pack of that name."""
    from gangmu.kernel.packs.rules import SHIPPED

    for folder in (named, SHIPPED / named):
        if (folder / "pack.yaml").is_file():
            return folder
    raise CommandFailure(
        f"{named}: there is no pack (a folder with pack.yaml, or a shipped one's name)", exit_code=2
    )


def _read(folder: Path) -> "Pack":
    from gangmu.kernel.packs.rules import compose_pack, pack_files

    files, faults = pack_files(folder)
    pack, found = compose_pack(folder.resolve().name, files)
    if pack is None or faults:
        wrong = [fault for fault in faults + found if not fault.warning]
        raise CommandFailure(f"{folder} is refused; gangmu check tells why", faults=wrong)
    return pack


def _compare(args: argparse.Namespace) -> int:
    from gangmu.site.commands.check import register_shapes

    register_shapes()
    from django.utils.translation import override

    from gangmu.desk.comparison import differences

    with override("zh-hans"):
        found = differences(_read(folder_of(args.old)), _read(folder_of(args.new)))
    if args.json:
        write_json(
            [
                {
                    "kind": each.kind,
                    "code": each.code,
                    "title": str(each.title),
                    "what": each.what,
                    "changes": [vars(change) for change in each.changes],
                }
                for each in found
            ]
        )
        return 0
    for each in found:
        write(f"{_MARK[each.what]} {each.kind}/{each.code}  {each.title}")
        for change in each.changes:
            write(f"    {change.key}: {change.before or '—'} → {change.after or '—'}")
    if not found:
        write("They say the same.")
    return 0


# --- try ------------------------------------------------------------------------------------


def _try(args: argparse.Namespace) -> int:
    try:
        period = Period.parse(args.period)
    except ValueError as wrong:
        raise CommandFailure(str(wrong), exit_code=2) from None
    old, new = folder_of(args.old), folder_of(args.new)
    with tempfile.TemporaryDirectory(prefix="gangmu-try-") as work:
        for name, folder in (("old", old), ("new", new)):
            _assess(folder, args.facts, period, Path(work) / name)
        found = _compared(Path(work))
        lines = _lines_of(Path(work), args.org) if args.org is not None else []
    if args.json:
        write_json({"period": str(period), "scorecards": found, "lines": lines})
        return 0
    for card in found:
        write(
            f"{card['scorecard']}: {card['both']} organizations under both rules, {card['only_old']} only under the"
            f" old, {card['only_new']} only under the new"
        )
        if not card["both"]:
            continue
        write(
            f"    points: {card['more']} more, {card['less']} less, {card['same']} the same;"
            f" by {card['mean']} on average, {card['most']} at most"
        )
        write(f"    stars: {card['stars_up']} rise, {card['stars_down']} fall")
    for line in lines:
        write(f"    {line['scorecard']}/{line['indicator']}: {line['old']} → {line['new']} points")
    return 0


def _assess(pack: Path, facts: Path, period: Period, out: Path) -> None:
    from gangmu.results.assessment.apart import Failed, assess_apart
    from gangmu.results.assessment.engine import Job, WrongDefinitions
    from gangmu.results.indicators.outcome import WrongInput

    try:
        assess_apart(Job(pack=pack, data=facts, period=period, out=out), Progress())
    except WrongDefinitions as wrong:
        raise CommandFailure(f"{pack} is refused", faults=wrong.faults) from None
    except WrongInput as wrong:
        raise CommandFailure("\ngangmu: ".join(wrong.reasons)) from None
    except Failed as failed:
        raise CommandFailure(f"{pack}: {failed}") from None


_COMPARED = """
SELECT coalesce(o.scorecard, n.scorecard) AS scorecard,
    count(*) FILTER (o.org IS NOT NULL AND n.org IS NOT NULL) AS both,
    count(*) FILTER (n.org IS NULL) AS only_old,
    count(*) FILTER (o.org IS NULL) AS only_new,
    count(*) FILTER (n.score > o.score) AS more,
    count(*) FILTER (n.score < o.score) AS less,
    count(*) FILTER (n.score = o.score) AS same,
    round(avg(n.score - o.score), 2) AS mean,
    max(abs(n.score - o.score)) AS most,
    count(*) FILTER (n.stars > o.stars) AS stars_up,
    count(*) FILTER (n.stars < o.stars) AS stars_down
FROM read_parquet($old) o FULL JOIN read_parquet($new) n USING (org, scorecard)
GROUP BY ALL ORDER BY 1
"""

_LINES = """
SELECT scorecard, indicator, o.points AS old, n.points AS new
FROM (FROM read_parquet($old) WHERE org = $org) o
FULL JOIN (FROM read_parquet($new) WHERE org = $org) n USING (scorecard, indicator)
ORDER BY 1, 2
"""


def _rows(statement: str, work: Path, file: str, **more: Any) -> list[dict[str, Any]]:
    import duckdb

    with duckdb.connect() as connection:
        asked = {"old": str(work / "old" / file), "new": str(work / "new" / file), **more}
        answer = connection.execute(statement, asked)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, map(_plain, row), strict=True)) for row in answer.fetchall()]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | float) else value


def _compared(work: Path) -> list[dict[str, Any]]:
    """Return how many move, and how far; who falls is listed to nobody (handbook, rules on ranking)."""
    return _rows(_COMPARED, work, "scores.parquet")


def _lines_of(work: Path, org: int) -> list[dict[str, Any]]:
    return _rows(_LINES, work, "lines.parquet", org=org)
