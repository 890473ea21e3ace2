"""Rows of an office's first day."""

from gangmu.kernel.access import operations as access
from gangmu.kernel.offices.operations import FirstOfficer
from gangmu.kernel.orgs.operations import NewOrg
from tests.conftest import BEGIN, Office
from tests.site.matrix.call import Call, call

CODE = "ABCDE-23456"


@call("offices.found_office")
def _(office: Office) -> Call:
    access.give_founding_code(office.system, code=CODE)
    given = {
        "code": CODE,
        "pack": "base",
        "new": NewOrg("330824", "中共开化县委员会", "committee", "county", BEGIN),
        "officer": FirstOfficer("姜敏", "jiangmin"),
        "password": "long enough 1",
    }
    return Call(given)
