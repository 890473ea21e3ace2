"""Records are filled in by chance: what a field names is there."""

from datetime import date
from random import Random

from gangmu.core.fields import FieldSpec
from gangmu.site.demo.filling import fill_record
from gangmu.site.demo.world import PlannedDivision, PlannedOrg
from gangmu.work.records.definitions import RecordKind

LOOK = RecordKind(
    code="look",
    title="研判记录",
    fields=(
        FieldSpec(code="looked_on", title="日期", type="date", required=True),
        FieldSpec(code="looked_at", title="组织", type="organization", required=True),
    ),
)


def test_fill_record_names_one_of_the_organizations_below() -> None:
    place = PlannedDivision("990100101", "河滨镇", "990100", "township", "township")
    town = PlannedOrg("990100101", "中共河滨镇委员会", "committee", "township", "town", "990100", place)

    values = fill_record(LOOK, {}, town, Random(1), date(2022, 3, 30), [7])

    assert values == {"looked_on": "2022-03-30", "looked_at": 7}
