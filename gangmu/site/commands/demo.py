"""``gangmu demo``: a whole invented place to try everything on."""

import argparse
import os
import shutil
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from gangmu.core.calendar import Calendar
from gangmu.core.context import LOCAL
from gangmu.core.periods import Period, period_of
from gangmu.site.demo.state import DemoAccount, DemoState, ToldSentence, read_state, write_state
from gangmu.site.start import DATABASE, DEFAULT_FOLDER, migrate, start
from gangmu.site.terminal import CommandFailure, Progress, warn, write, write_json

NAME = "demo"
HELP = "make a demonstration place, play a month or a year in it, and serve it"

CALENDAR = Calendar()
TODAY_IN_JANUARY = 26
"""Once a year is played, it is this day of the January after it: its results are published."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--place", action="append", metavar="CODE", help="a pack that has a world: a name, or its folder"
    )
    parser.add_argument("--year", type=int, help="play this whole year; left out: the month before this")
    parser.add_argument("--size", choices=("small", "full"), default="small", help="one county, or all of it")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="where it lives (./data)")
    parser.add_argument("--no-serve", action="store_true", help="make it and stop")
    parser.add_argument("--host", default="127.0.0.1", help="where to serve it (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="where to serve it (8000)")


def run(args: argparse.Namespace) -> int:
    """Make the demonstration unless it is there already, say where it is, and serve it."""
    folder = _folder(args.data)
    wanted = _wanted(args)
    state = _present(folder, wanted)
    if state is None:
        state = _make(folder, wanted)
    _tell(folder, state, args)
    if not args.no_serve:
        _serve(folder, args.host, args.port)
    return 0


def _serve(folder: Path, host: str, port: int) -> NoReturn:
    """Become the server: it begins with the settings and the little memory of a fresh process."""
    sys.stdout.flush()
    command = [
        sys.executable,
        "-m",
        "gangmu",
        "serve",
        f"--data={folder}",
        f"--host={host}",
        f"--port={port}",
    ]
    os.execv(sys.executable, command)  # noqa: S606 -- this very program, and no shell


def _folder(given: Path | None) -> Path:
    return (given or Path(os.environ.get("GANGMU_DATA") or DEFAULT_FOLDER)).resolve()


def pack_folder(place: str) -> Path:
    """Return the folder of a pack that is named or comes with the product; one without a world is refused."""
    if (Path(place) / "world.yaml").is_file():
        return Path(place).resolve()
    home = Path(__file__).parents[2] / "packs"
    known = sorted(path.parent.name for path in home.glob("*/world.yaml"))
    if place not in known:
        raise CommandFailure(f"there is no place {place}; there are: {', '.join(known)}", exit_code=2)
    return home / place


def _wanted(args: argparse.Namespace) -> DemoState:
    places = tuple(dict.fromkeys(args.place or _every_place()[:1]))
    for place in places:
        pack_folder(place)
    now = datetime.now(LOCAL)
    last = period_of(now.date(), "month").previous()
    if args.year is None:
        return DemoState(places=places, size=args.size, month=str(last))
    if not 2000 <= args.year <= last.year:
        raise CommandFailure(f"a year from 2000 to {last.year} can be played, not {args.year}", exit_code=2)
    if args.year == now.year:
        return DemoState(places=places, size=args.size, month=str(last), months=last.number)
    december = Period("month", args.year, 12)
    return DemoState(
        places=places,
        size=args.size,
        month=str(december),
        months=12,
        clock_offset=_offset(args.year, now),
    )


def _every_place() -> list[str]:
    """Return the places there are, the one that its world plan shows first before the others."""
    plans = (Path(__file__).parents[2] / "packs").glob("*/world.yaml")
    first = {path.parent.name: "shown_first: true" in path.read_text(encoding="utf-8") for path in plans}
    return sorted(first, key=lambda place: (not first[place], place))


def _offset(year: int, now: datetime) -> timedelta:
    """Return how far the clock is set: to this time of day in the January after the year played."""
    today = CALENDAR.on_or_after(date(year + 1, 1, TODAY_IN_JANUARY))
    return timedelta(days=(today - now.date()).days)


def _present(folder: Path, wanted: DemoState) -> DemoState | None:
    """Return the demonstration that is there already; another one gives way, real data never."""
    state = read_state(folder)
    if state is None:
        if (folder / DATABASE).exists():
            raise CommandFailure(
                f"{folder} holds a database that is no demonstration: name another folder with --data"
            )
        return None
    if state.finished and state.is_same_world(wanted):
        return state
    warn(f"gangmu: the demonstration in {folder} is replaced by another")
    for path in folder.glob(DATABASE + "*"):
        path.unlink()
    (folder / "log-head.json").unlink(missing_ok=True)
    for name in ("files", "facts"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return None


def _make(folder: Path, wanted: DemoState) -> DemoState:
    os.environ.pop("GANGMU_DATABASE_URL", None)  # a demonstration is always embedded
    write_state(folder, wanted)
    progress = Progress()
    start(folder)
    migrate()
    from gangmu.site.demo.playing import play

    accounts: list[DemoAccount] = []
    sentences: list[ToldSentence] = []
    members = 0
    for place in wanted.places:
        world, doors, told = play(pack_folder(place), wanted, progress, after=members)
        accounts += doors
        sentences += told
        members += world.members
    state = wanted.model_copy(
        update={"finished": True, "accounts": tuple(accounts), "sentences": tuple(sentences)}
    )
    write_state(folder, state)
    return state


def _tell(folder: Path, state: DemoState, args: argparse.Namespace) -> None:
    if args.json:
        said: dict[str, Any] = {"data": str(folder), **state.model_dump(mode="json")}
        write_json(said)
        return
    played = state.month if state.months == 1 else f"{state.months} months to {state.month}"
    write(f"{', '.join(state.places)} ({state.size}), {played}, in {folder}")
    for account in state.accounts:
        write(f"  {account.login:<24}{account.title}: {account.does}")
    for sentence in state.sentences:
        write(sentence.text)
        for figure in sentence.figures:
            write(f"  {figure.text:>10}  {figure.link}")
