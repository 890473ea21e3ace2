"""A record of the first branch that everybody of its place may read: its kind is open in the pack."""

from typing import Any

from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from gangmu.work.records.operations import write_record
from tests.conftest import BEGIN, Office
from tests.taken import small_pack

PACK = 'title: 品牌\nversion: "1.0"\nextends: base\n'
BRAND = (
    "title: 党建品牌\nday_field: noted_on\nopen: true\nfields:\n"
    "  - {code: noted_on, title: 日期, type: date, required: true}\n"
    "  - {code: name, title: 名称, required: true}\n"
)


def opened_of(office: Office, name: str = "东庄书屋") -> Any:
    """A brand that the first branch wrote down, under a pack in which brands are open."""
    files = dict(pack_version_of(office.county.pk).files)
    pack = "seats" if "seats/pack.yaml" in files else "branded"
    files.setdefault(f"{pack}/pack.yaml", PACK)
    files[f"{pack}/record/brand.yaml"] = BRAND
    use_pack(office.system, office.county, version=small_pack(office.system, pack, files), day=BEGIN)
    values = {"noted_on": "2015-10-07", "name": name}
    return write_record(office.system, office.branch, kind="brand", values=values)
