"""What a notice of results says: who stands in the upper half of which peer group, and nothing of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gangmu.frame import formats
from gangmu.frame.words import say
from gangmu.kernel.notices.rules import MOST_ROWS, Body


@dataclass(frozen=True)
class Listed:
    """One organization that a notice names."""

    scorecard: str
    peer_group: str
    above: str
    name: str
    rank: int | None
    peers: int
    stars: int | None


def published_body(
    title: str,
    rows: Sequence[Listed],
    *,
    preliminary: bool = False,
    until: date | None = None,
    digest: str = "",
) -> Body:
    """Return what is published; more rows than a notice holds are left to the round's own page."""
    said = [
        say(
            "%(title)s: judged within groups of like organizations. Of each group the upper half is listed; "
            "everybody else finds the own result, and so does the organization above."
        ).zh_hans
        % {"title": title}
    ]
    if any(row.rank is None for row in rows):
        said.append(
            say(
                "In a group that is too small for a rank only those of its upper half stand here whose award "
                "a named reviewer has signed."
            ).zh_hans
        )
    if preliminary and until is not None:
        said.append(
            say(
                "Made known until %(day)s. Whoever disagrees may object until then; an organization that was "
                "judged may appeal in time and is answered by somebody who did not review it."
            ).zh_hans
            % {"day": formats.day(until, "zh-hans")}
        )
    if digest:
        said.append(say("Fingerprint of the results: %(digest)s").zh_hans % {"digest": digest})
    shown = rows[:MOST_ROWS]
    if len(rows) > len(shown):
        words = say("%(shown)s of %(all)s organizations stand here.").zh_hans
        said.append(words % {"shown": len(shown), "all": len(rows)})
    return Body(
        paragraphs=tuple(said),
        head=tuple(say(each).zh_hans for each in ("Organization above", "Organization", "Rank", "Stars"))
        if shown
        else (),
        rows=tuple(
            (
                row.above,
                row.name,
                _place(row),
                "★" * (row.stars or 0) or "—",
            )
            for row in shown
        ),
    )


def _place(row: Listed) -> str:
    if row.rank is None:
        return "—"
    return say("No. %(place)s/%(among)s").zh_hans % {"place": row.rank, "among": row.peers}
