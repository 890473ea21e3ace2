"""Rows of the packs and of the tree."""

from datetime import date

from gangmu.kernel.orgs import operations as orgs
from gangmu.kernel.orgs.models import Division, Unit
from gangmu.kernel.orgs.operations import NewOrg
from gangmu.kernel.packs.models import PackVersion
from gangmu.kernel.packs.operations import take_pack
from tests.conftest import Office
from tests.site.matrix.call import JUNE, Call, call


@call("packs.take_pack")
def _(office: Office) -> Call:
    files = {"tiny/pack.yaml": 'title: 小包\nversion: "1.0"\n'}
    return Call({"name": "tiny", "files": files})


@call("packs.use_pack")
def _(office: Office) -> Call:
    version = take_pack(office.system, name="tiny", files={"tiny/pack.yaml": 'title: 小包\nversion: "1.0"\n'})
    assert isinstance(version, PackVersion)
    return Call({"root": office.county, "version": version, "day": JUNE}, office.county)


# --- orgs ----------------------------------------------------------------------------------


def new_branch(code: str = "990100101299") -> NewOrg:
    """A village branch to found."""
    return NewOrg(code, "中共新村支部委员会", "branch", "village", JUNE, domain="village")


@call("orgs.found_org")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "new": new_branch()}, office.town)


@call("orgs.found_root")
def _(office: Office) -> Call:
    return Call({"new": NewOrg("990200", "中共新县委员会", "committee", "county", JUNE)})


@call("orgs.found_orgs")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "batch": [new_branch()]}, office.town)


@call("orgs.rename_org")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "name": "中共新东庄村支部委员会", "day": JUNE}, office.branch)


@call("orgs.reclassify_org")
def _(office: Office) -> Call:
    return Call(
        {"org": office.branch, "kind": "general_branch", "domain": "village", "day": JUNE}, office.branch
    )


@call("orgs.move_org")
def _(office: Office) -> Call:
    # the holder holds the right at both ends: the county covers them
    return Call({"org": office.branch, "under": office.other_town, "day": JUNE}, office.county)


@call("orgs.close_org")
def _(office: Office) -> Call:
    return Call({"org": office.branch, "day": JUNE}, office.branch)


@call("orgs.merge_orgs")
def _(office: Office) -> Call:
    return Call({"into": office.branch, "merged": [office.other_branch], "day": JUNE}, office.town)


@call("orgs.split_org")
def _(office: Office) -> Call:
    parts = [
        (NewOrg("990100111", "中共河东镇委员会", "committee", "township", JUNE), [office.branch]),
        (NewOrg("990100112", "中共河西镇委员会", "committee", "township", JUNE), [office.other_branch]),
    ]
    return Call({"org": office.town, "parts": parts, "day": JUNE}, office.county)


@call("orgs.remove_orgs")
def _(office: Office) -> Call:
    return Call({"parent": office.town, "orgs": [office.branch]}, office.town)


@call("orgs.add_unit")
def _(office: Office) -> Call:
    return Call(
        {"under": office.town, "code": "u1", "name": "小学", "kind": "school", "day": JUNE}, office.town
    )


@call("orgs.cover_unit")
def _(office: Office) -> Call:
    return Call({"unit": unit_at(office), "org": office.branch, "day": JUNE}, office.town)


def unit_at(office: Office) -> Unit:
    """A unit that the first town looks after."""
    unit = orgs.add_unit(office.system, office.town, code="u1", name="小学", kind="school", day=JUNE)
    assert isinstance(unit, Unit)
    return unit


@call("orgs.correct_unit")
def _(office: Office) -> Call:
    given = {"unit": unit_at(office), "name": "中心小学", "kind": "school", "day": JUNE}
    return Call(given, office.town)


@call("orgs.move_unit")
def _(office: Office) -> Call:
    return Call({"unit": unit_at(office), "under": office.branch, "day": JUNE}, office.town)


@call("orgs.uncover_unit")
def _(office: Office) -> Call:
    unit = orgs.cover_unit(office.system, unit_at(office), org=office.branch, day=JUNE)
    return Call({"unit": unit, "day": JUNE}, office.town)


@call("orgs.close_unit")
def _(office: Office) -> Call:
    return Call({"unit": unit_at(office), "day": JUNE, "reason": "撤并"}, office.town)


@call("orgs.set_area")
def _(office: Office) -> Call:
    Division.objects.create(code="990100101201", name="东庄村", parent_code="", level="village")
    return Call({"org": office.branch, "area": "990100101201"}, office.branch)


@call("orgs.link_orgs")
def _(office: Office) -> Call:
    return Call(
        {"source": office.branch, "target": office.far_branch, "kind": "partner", "day": JUNE}, office.branch
    )


@call("orgs.end_link")
def _(office: Office) -> Call:
    link = orgs.link_orgs(office.system, office.branch, target=office.far_branch, kind="partner", day=JUNE)
    return Call({"link": link, "day": date(2015, 7, 1)}, office.branch)


@call("orgs.load_divisions")
def _(office: Office) -> Call:
    return Call({"divisions": [Division(code="990100", name="安平县", parent_code="", level="county")]})
