"""``gangmu assess``: from organizations and facts to indicators, lines and scores."""

import argparse
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from gangmu.core.periods import Period
from gangmu.site.terminal import CommandFailure, Progress, write, write_json

NAME = "assess"
HELP = "compute indicators, scores, stars and ranks from facts"

_RESULTS = ("indicators", "lines", "scores")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])?i?B?\Z", re.ASCII | re.IGNORECASE)


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def instant(text: str) -> datetime:
    """Return an instant of RFC 3339, with its offset."""
    match = _INSTANT.match(text)
    if match:
        day, clock, fraction, offset = match.groups()
        fraction = (fraction or "0")[:6].ljust(6, "0")
        try:
            return datetime.fromisoformat(f"{day}T{clock}.{fraction}{offset.upper()}")
        except ValueError:
            pass
    raise argparse.ArgumentTypeError(f"{text!r} is no instant: write 2025-09-01T00:00:00+08:00")


def _written(text: str) -> tuple[str, ...]:
    chosen = text.split(",")
    unknown = [name for name in chosen if name not in _RESULTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]!r} is no result: choose of {', '.join(_RESULTS)}")
    return tuple(name for name in _RESULTS if name in chosen)


def _size(text: str) -> int:
    match = _SIZE.match(text.strip())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write 8GB")
    size = int(float(match[1]) * 1024 ** " KMGT".index((match[2] or " ").upper()))
    if size < 256 << 20:
        raise argparse.ArgumentTypeError("an assessment needs at least 256MB")
    return size


def _threads(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of threads")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--pack", type=Path, required=True, help="folder of the definitions")
    parser.add_argument("--data", type=Path, required=True, help="folder with orgs.parquet and facts/")
    parser.add_argument("--period", type=_period, required=True, help="2025, 2025H1, 2025Q3 or 2025-07")
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--as-known-at", help="count only what was known at this instant (RFC 3339)")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--master", default="", help="where Spark runs, e.g. local[2] (spark only)")
    parser.add_argument("--write", type=_written, default=_RESULTS, help="of indicators,lines,scores")
    parser.add_argument("--strict", action="store_true", help="refuse facts that stand nowhere in the tree")
    parser.add_argument("--trust", action="store_true", help="files were checked when they were taken in")
    parser.add_argument("--replace", action="store_true", help="put the results in place of earlier ones")
    parser.add_argument("--memory", type=_size, default=None, help="upper limit, e.g. 8GB (default: half)")
    parser.add_argument("--threads", type=_threads, default=os.cpu_count() or 1)
    parser.add_argument("--spill", type=Path, default=None, help="folder for what does not fit into memory")


def _half_of_memory() -> int:
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 4 << 30
    return max(whole // 2, 512 << 20)


def run(args: argparse.Namespace) -> int:
    """Assess in a child process; nothing is written unless all of it is right."""
    known_at = None
    if args.as_known_at is not None:
        known_at = _option(instant, args.as_known_at)
    if args.strict and args.trust:
        raise CommandFailure("--strict and --trust do not go together", exit_code=2)
    if args.master and args.engine != "spark":
        raise CommandFailure("--master is for --engine spark", exit_code=2)
    if args.spill is not None and not args.spill.is_dir():
        raise CommandFailure(f"{args.spill}: there is no such folder for spilling", exit_code=2)

    from gangmu.results.assessment.apart import Failed, assess_apart
    from gangmu.results.assessment.engine import Job, WrongDefinitions
    from gangmu.results.indicators.outcome import Limits, WrongInput

    job = Job(
        pack=args.pack,
        data=args.data,
        period=args.period,
        out=args.out,
        known_at=known_at,
        known_at_written=args.as_known_at,
        write=args.write,
        strict=args.strict,
        trust=args.trust,
        replace=args.replace,
        engine=args.engine,
        master=args.master,
        limits=Limits(args.memory or _half_of_memory(), args.threads, args.spill),
    )
    try:
        manifest = assess_apart(job, Progress())
    except WrongDefinitions as wrong:
        raise CommandFailure("nothing was written", faults=wrong.faults) from None
    except WrongInput as wrong:
        raise CommandFailure("\ngangmu: ".join(wrong.reasons)) from None
    except Failed as failed:
        raise CommandFailure(f"nothing was written: {failed}") from None
    if args.json:
        write_json(manifest)
    else:
        _tell(manifest, args.out)
    return 0


def _option(parse: Callable[[str], datetime], text: str) -> datetime:
    try:
        return parse(text)
    except argparse.ArgumentTypeError as wrong:
        raise CommandFailure(str(wrong), exit_code=2) from None


def _tell(manifest: dict[str, object], out: Path) -> None:
    results, strays = manifest["results"], manifest["strays"]
    assert isinstance(results, dict)
    assert isinstance(strays, dict)
    for name, digest in results.items():
        write(f"{name:10}  {digest}")
    if strays["count"]:
        write(f"{strays['count']} strays were left out; see {out / 'manifest.json'}")
