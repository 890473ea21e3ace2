"""``gangmu facts export``: the tree and the facts of a period as Parquet."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gangmu.core.periods import Period
from gangmu.site.terminal import CommandFailure, Progress, write, write_json

if TYPE_CHECKING:
    from gangmu.core.context import Context
    from gangmu.kernel.orgs.models import Org

NAME = "facts"
HELP = "take the tree and the facts of a period out as Parquet files"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("action", choices=["export"], help="what to do with the facts")
    parser.add_argument("--period", required=True, help="2025, 2025H1, 2025Q3 or 2025-07")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument("--as-known-at", metavar="T", help="only what was known by then (RFC 3339)")
    parser.add_argument("--under", metavar="ORG", help="this organization, by code or id, and all below it")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="the data folder (./data)")


def _period(written: str) -> Period:
    try:
        return Period.parse(written)
    except ValueError as wrong:
        raise CommandFailure(str(wrong), exit_code=2) from None


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or "T" not in written.upper():
        raise CommandFailure(
            f"{written!r} is no instant: write it with its offset, as 2025-07-31T18:00:00+08:00", exit_code=2
        )
    return instant


def _org(context: "Context", named: str | None) -> "Org | None":
    from gangmu.kernel.orgs.queries import visible_orgs

    if named is None:
        return None
    orgs = visible_orgs(context)
    found = orgs.filter(code=named).first()
    if found is None and named.isdecimal():
        found = orgs.filter(pk=int(named)).first()
    if found is None:
        raise CommandFailure(f"there is no organization {named}: give its code or its id")
    return found


def run(args: argparse.Namespace) -> int:
    """Write the files, whole or not at all."""
    period, known_at = _period(args.period), _instant(args.as_known_at)
    from gangmu.site.start import start

    start(args.data)
    from gangmu.core.context import Context
    from gangmu.kernel.access.queries import system_actor
    from gangmu.kernel.facts.parquet import export_facts
    from gangmu.site.clock import now

    context = Context(system_actor(), now())
    under = _org(context, args.under)
    Progress()(f"writing {period} to {args.out}")
    done = export_facts(context, period, args.out, known_at=known_at, under=under)
    if args.json:
        write_json({"out": str(done.folder), "period": str(period), "spans": done.spans, "facts": done.facts})
    else:
        write(f"{done.folder}: {done.spans} spans of organizations, {done.facts} facts")
    return 0
