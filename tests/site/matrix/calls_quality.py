"""Rows of doubts: noting, excusing and opening them again."""

from datetime import date
from typing import Any

from gangmu.core.doubts import Found
from gangmu.kernel.quality.models import Doubt
from gangmu.kernel.quality.operations import excuse_doubt, note_doubts
from gangmu.kernel.quality.queries import Difference
from tests.conftest import Office
from tests.site.matrix.call import Call, call

UNTIL = date(2015, 12, 31)


def _noted(office: Office) -> Difference:
    return Difference([Found(office.branch.pk, params={"name": "东庄村"})], [], [], 1)


def doubt_of(office: Office) -> Any:
    """A doubt at the first branch: it has no domain."""
    note_doubts(office.system, office.county, check="tree.no_domain", changes=_noted(office))
    return Doubt.objects.select_related("org").get(check_code="tree.no_domain", org=office.branch)


@call("quality.note_doubts")
def note(office: Office) -> Call:
    """Note what a check found in the county."""
    given = {"root": office.county, "check": "tree.no_domain", "changes": _noted(office)}
    return Call(given, office.county)


@call("quality.excuse_doubt")
def excuse(office: Office) -> Call:
    """Excuse the doubt at the first branch."""
    return Call({"doubt": doubt_of(office), "reason": "已核实", "until": UNTIL}, office.branch)


@call("quality.end_excuse")
def end_excuse(office: Office) -> Call:
    """Open it again."""
    doubt = excuse_doubt(office.system, doubt_of(office), reason="已核实", until=UNTIL)
    return Call({"doubt": doubt}, office.branch)
