"""A county whose pack asks for one figure in two wordings, and with a small quota."""

from pathlib import Path
from typing import Any

import pytest

import gangmu
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.rules import pack_files
from tests.conftest import BEGIN, Office
from tests.taken import small_pack

BASE = Path(gangmu.__file__).parent / "packs" / "base"

COUNT = """
title: 党员数月报
follows: {document: 某县方案}
asked_of: {kinds: [branch]}
answer: member_count
minutes: 10
"""

AGAIN = """
title: 在册党员数量统计表
follows: {document: 某局通知}
every: quarter
asked_of: {kinds: [branch]}
answer: member_table
minutes: 20
"""

TABLE = """
title: 党员数量统计表
entry: stock
day_field: counted_on
fields:
  - {code: counted_on, title: 统计日期, type: date, required: true}
  - {code: all, title: 党员人数, type: number, whole: true}
  - {code: trial, title: 预备期党员, type: number, whole: true}
facts: [all]
"""

ORCHARD = """
title: 苹果园滴灌设施
follows: {document: 某县方案}
every: year
asked_of: {kinds: [branch]}
answer: orchard
minutes: 5
"""

GARDEN = """
title: 果园滴灌
entry: stock
day_field: seen_on
fields:
  - {code: seen_on, title: 日期, type: date, required: true}
  - {code: metres, title: 管道长度, type: number}
"""

BURDEN = """
title: 报送负担
follows: {document: 某县减负清单, article: 第三条}
quotas:
  - {level: county, orders: 2, minutes: 100}
  - {level: township, orders: 1}
catalogue: CATALOGUE
"""


def pack_of_test(context: Any, catalogue: str = "warn") -> Any:
    """Take in the base pack with these duties upon it."""
    files, _ = pack_files(BASE)
    files |= {
        "place/pack.yaml": 'title: 某县\nversion: "1.0"\nextends: base\nreplaces: [burden/burden]\n',
        "place/duty/count.yaml": COUNT,
        "place/duty/again.yaml": AGAIN,
        "place/duty/orchard.yaml": ORCHARD,
        "place/record/member_table.yaml": TABLE,
        "place/record/orchard.yaml": GARDEN,
        "place/burden/burden.yaml": BURDEN.replace("CATALOGUE", catalogue),
    }
    return small_pack(context, "place", files)


@pytest.fixture
def asking_office(office: Office) -> Office:
    """The county under that pack."""
    use_pack(office.system, office.county, version=pack_of_test(office.system), day=BEGIN)
    return office
