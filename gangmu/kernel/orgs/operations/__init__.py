"""Every write of the room: to the tree, to the units and links beside it, to divisions."""

from gangmu.kernel.orgs.operations.divisions import load_divisions, set_area
from gangmu.kernel.orgs.operations.links import end_link, link_orgs
from gangmu.kernel.orgs.operations.tree import (
    BATCH,
    NewOrg,
    close_org,
    found_org,
    found_orgs,
    found_root,
    judge_orgs,
    merge_orgs,
    move_org,
    reclassify_org,
    remove_orgs,
    rename_org,
    split_org,
)
from gangmu.kernel.orgs.operations.units import (
    add_unit,
    close_unit,
    correct_unit,
    cover_unit,
    move_unit,
    uncover_unit,
)

__all__ = [
    "BATCH",
    "NewOrg",
    "add_unit",
    "close_org",
    "close_unit",
    "correct_unit",
    "cover_unit",
    "end_link",
    "found_org",
    "found_orgs",
    "found_root",
    "judge_orgs",
    "link_orgs",
    "load_divisions",
    "merge_orgs",
    "move_org",
    "move_unit",
    "reclassify_org",
    "remove_orgs",
    "rename_org",
    "set_area",
    "split_org",
    "uncover_unit",
]
