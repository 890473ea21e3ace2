"""A county with two standards of its own, and who claims and judges them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.records.operations import write_record
from gangmu.work.standards.models import Claim
from gangmu.work.standards.operations.claims import (
    Judged,
    NewLine,
    begin_claim,
    decide_claim,
    fill_claim,
    submit_claim,
)
from tests.conftest import BEGIN, Office
from tests.taken import small_pack

PACK = {
    "county/pack.yaml": 'title: 县\nversion: "1.0"\nextends: base\n',
    "county/standard/village_branch.yaml": """
title: 村党支部标准
follows: {document: 县委文件}
applies_to: {kinds: [branch], domains: [village]}
valid: 24
enough: 1
criteria:
  - {code: meetings, title: 会议, shows: 开会, of: [meeting_record], minimum: 1}
  - {code: members, title: 党员, shows: 有党员, field: members, at_least: 3, required: false}
  - {code: words, title: 制度, shows: 制度上墙, required: false}
""",
    "county/standard/yearly.yaml": """
title: 年度标准
follows: {document: 县委文件}
applies_to: {kinds: [branch]}
every: year
valid: 12
criteria:
  - {code: one, title: 一项, shows: 做到}
""",
    "county/demonstration/example.yaml": """
title: 示范县
follows: {document: 县委文件}
standards: [village_branch]
level: township
share: 0.5
""",
}


@dataclass(frozen=True)
class Place:
    """Who works with standards: a secretary, the town above, the county above it, a neighbour."""

    office: Office
    secretary: Context
    town: Context
    second_town: Context
    county: Context
    neighbour: Context

    def meeting(self, org: Any, day: str = "2015-10-07") -> Any:
        """Minutes of a committee."""
        values = {"held_on": day, "should_attend": "5", "attended": "4", "agenda": "学习"}
        return write_record(self.office.system, org, kind="meeting_record", values=values)

    def submitted(self, *, org: Any = None, says: bool = True) -> Claim:
        """A claim that was handed in, shown by one meeting and one sentence."""
        place = org or self.office.branch
        actor = self.office.system if org else self.secretary
        record = self.meeting(place)
        claim = begin_claim(actor, place, kind="village_branch")
        lines = [
            NewLine("meetings", met=True, records=(record.pk,)),
            NewLine("members", met=False),
            NewLine("words", met=says, note="制度在村部" if says else ""),
        ]
        return submit_claim(actor, fill_claim(actor, claim, lines=lines))

    def judged(self, *, meetings: bool = True, words: bool = True, claim: Claim | None = None) -> Claim:
        """A claim that the town judged."""
        return decide_claim(
            self.town, claim or self.submitted(), lines=found(meetings=meetings, words=words), reason="看过了"
        )


def found(*, meetings: bool = True, words: bool = True, members: bool = False) -> list[Judged]:
    """What a reviewer found of each criterion."""
    return [
        Judged("meetings", meetings, "" if meetings else "会没开"),
        Judged("members", members, "不足三人"),
        Judged("words", words, "" if words else "没有制度"),
    ]


@pytest.fixture
def place(office: Office, acting: Callable[..., Any]) -> Place:
    files = {**pack_version_of(office.county.pk).files, **PACK}
    use_pack(office.system, office.county, version=small_pack(office.system, "county", files), day=BEGIN)
    return Place(
        office,
        acting("secretary", office.branch),
        acting("town_officer", office.town),
        acting("town_officer", office.town, until=date(2030, 1, 1)),
        acting("officer", office.county),
        acting("secretary", office.far_branch),
    )
