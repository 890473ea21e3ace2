"""What ``gangmu check`` finds between a pack's honours, contests and sheets and what they name."""

from collections.abc import Iterator

from gangmu.core.definition import Definition, Fault, Place
from gangmu.kernel.packs.rules import Pack
from gangmu.kernel.people.definitions import PostKind
from gangmu.results.assessment.definitions import AppraisalKind
from gangmu.results.honours.definitions import ContestKind, HonourKind, SheetKind


def honour_faults(pack: Pack) -> list[Fault]:
    """Return the contests and sheets that name what is not there, or outlast what allows them."""
    return [*_contests(pack), *_sheets(pack)]


def _fault(
    pack: Pack, kind: str, each: Definition, place: Place, text: str, code: str = "reference"
) -> Fault:
    return Fault(pack.file_of(kind, each.code), pack.line_of(kind, each.code, *place), code, text)


def _contests(pack: Pack) -> Iterator[Fault]:
    for kind in pack.all(ContestKind):
        honour = pack.find(HonourKind, kind.honour)
        if honour is None:
            yield _fault(pack, "contest", kind, ("honour",), f"there is no honour {kind.honour}")
        elif honour.by_others:
            yield _fault(pack, "contest", kind, ("honour",), f"{kind.honour} is conferred by others")
        elif honour.expires_on is not None and honour.expires_on < kind.expires_on:
            said = f"the honour {kind.honour} is allowed until {honour.expires_on} only"
            yield _fault(pack, "contest", kind, ("expires_on",), said, "approval")
        for at, code in enumerate(kind.needs_standard):
            if code not in pack.definitions.get("standard", {}):
                yield _fault(pack, "contest", kind, ("needs_standard", at), f"there is no standard {code}")


def _sheets(pack: Pack) -> Iterator[Fault]:
    for kind in pack.all(SheetKind):
        for number, code in enumerate(kind.appraisals):
            if pack.find(AppraisalKind, code) is None:
                yield _fault(pack, "sheet", kind, ("appraisals", number), f"there is no appraisal {code}")
        for number, code in enumerate(kind.contests):
            if pack.find(ContestKind, code) is None:
                yield _fault(pack, "sheet", kind, ("contests", number), f"there is no contest {code}")
        if kind.post and pack.find(PostKind, kind.post) is None:
            yield _fault(pack, "sheet", kind, ("post",), f"there is no post {kind.post}")
