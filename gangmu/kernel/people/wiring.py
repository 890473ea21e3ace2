"""What the room brings to the house."""

from gangmu.core.definition import Fault
from gangmu.core.doubts import add_doubt_checks
from gangmu.frame.navigation import add_tab
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.imports.rules import add_import
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.rules import add_handed_on
from gangmu.kernel.packs.rules import Pack, add_check, add_shape
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.doubts import CHECKS
from gangmu.kernel.people.member_rows import PEOPLE
from gangmu.kernel.people.operations import hand_on_members
from gangmu.kernel.people.post_rows import POSTS

add_shape("post_kind", PostKind)
add_import(PEOPLE)
add_import(POSTS)
add_tab("org", "People", "people-of-org", "people.view", 30)
add_tab("org", "Posts", "people-posts", "people.view", 40)
add_tab("org", "Households", "people-households", "people.view", 50)


def posts_name_what_exists(pack: Pack) -> list[Fault]:
    """Return a fault for every post whose role or kind of organization the pack does not know."""
    faults = []
    for kind in pack.all(PostKind):
        file = pack.file_of("post_kind", kind.code)
        if kind.role and pack.find(RoleKind, kind.role) is None:
            faults.append(Fault(file, 1, "reference", f"role: there is no role {kind.role}"))
        faults += [
            Fault(file, 1, "reference", f"kinds: there is no kind of organization {code}")
            for code in sorted(kind.kinds)
            if pack.find(OrgKind, code) is None
        ]
    return faults


add_check(posts_name_what_exists)
add_doubt_checks(CHECKS)
add_handed_on(hand_on_members)
