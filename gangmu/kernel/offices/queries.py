"""Which packs an office may begin with, and how far its first day has come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from gangmu.core.context import Context
from gangmu.core.errors import NotFound
from gangmu.core.text import Text
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.queries import founding_account, sign_ins
from gangmu.kernel.access.rules import role_gives
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import children_of, roots_for
from gangmu.kernel.packs.rules import SHAPES, SHIPPED, Pack, compose_pack, pack_files
from gangmu.kernel.people.definitions import PostKind
from gangmu.kernel.people.queries import posts_below

FOUNDER = ("orgs.manage", "people.manage", "access.grant", "imports.run", "plans.issue")
"""What whoever sets an office up needs to be allowed to do."""
KEEPER = ("packs.manage",)


@dataclass(frozen=True)
class PackOffer:
    """A pack that an office may begin with, in words; with ``fault`` it cannot be used as it is."""

    name: str
    folder: Path
    pack: Pack | None
    fault: str = ""

    @property
    def title(self) -> Text | str:
        """What it calls itself."""
        return self.pack.manifest.title if self.pack else self.name

    def titles(self, kind: str) -> list[Text]:
        """Return what its definitions of a kind are called, by code."""
        shape = SHAPES.get(kind)
        return [each.title for each in self.pack.all(shape)] if self.pack and shape else []

    @property
    def duties(self) -> list[Text]:
        """What it asks for."""
        return self.titles("duty")

    @property
    def records(self) -> list[Text]:
        """What is written down under it."""
        return self.titles("record")

    @property
    def posts(self) -> list[Text]:
        """Which posts it knows."""
        return self.titles("post_kind")

    @property
    def org_kinds(self) -> tuple[OrgKind, ...]:
        """Which kinds of organization may stand at the top of an office: those with a post that may set it up."""
        if self.pack is None:
            return ()
        return tuple(kind for kind in self.pack.all(OrgKind) if founding_post(self.pack, kind.code))


def open_for_founding(now: datetime) -> bool:
    """Whether an office may be founded at this site: a set-up code has been given and serves still."""
    return founding_account(now) is not None


def _pack_folders() -> Iterator[Path]:
    """Yield the packs that come with the product, and those that lie in the data folder."""
    for home in (SHIPPED, Path(settings.GANGMU_DATA) / "packs"):
        yield from sorted(path.parent for path in home.glob("*/pack.yaml"))


def packs_offered() -> list[PackOffer]:
    """Return the packs that an office may begin with, by their names."""
    return [_offer(folder) for folder in _pack_folders()]


def _offer(folder: Path) -> PackOffer:
    files, faults = pack_files(folder)
    pack, wrong = compose_pack(folder.name, files, checked=False)
    fault = next((str(each) for each in (*faults, *wrong) if not each.warning), "")
    return PackOffer(folder.name, folder, pack, fault)


def pack_offered(name: str) -> PackOffer:
    """Return one pack that an office may begin with; one with faults is none."""
    found = next((each for each in packs_offered() if each.name == name and each.pack), None)
    if found is None:
        raise NotFound("There is no such pack.")
    return found


def founding_post(pack: Pack, org_kind: str) -> PostKind | None:
    """Return the post at a kind of organization whose holder may set an office up, the first in the pack's order."""
    posts = sorted(pack.all(PostKind), key=lambda post: (post.order, post.code))
    for post in posts:
        role = pack.find(RoleKind, post.role) if post.role else None
        fits = not post.kinds or org_kind in post.kinds
        if role and fits and not post.full_members and _gives(role, FOUNDER):
            return post
    return None


def keeping_role(pack: Pack) -> str:
    """Return the role that keeps the site and its packs; empty if the pack has none."""
    return next((role.code for role in pack.all(RoleKind) if _gives(role, KEEPER)), "")


def _gives(role: RoleKind, permissions: tuple[str, ...]) -> bool:
    return all(role_gives(role.permissions, permission) for permission in permissions)


@dataclass(frozen=True)
class FirstDay:
    """How far an office has come on its first day."""

    org: Org
    orgs: bool
    posts: bool
    slips: bool
    signed_in: bool

    @property
    def done(self) -> bool:
        """Whether everybody has what they need."""
        return self.orgs and self.posts and self.slips and self.signed_in


def first_day(context: Context) -> FirstDay | None:
    """Return how far the office has come at whose top the reader stands, None for everybody else."""
    for org in roots_for(context):
        if org.parent_id is None and all(
            context.may(permission, org.path) for permission in ("orgs.manage", "access.manage")
        ):
            others = sign_ins(context, org).exclude(account=context.actor.account_id or 0).order_by()
            return FirstDay(
                org,
                orgs=children_of(context, org).exists(),
                posts=posts_below(context, org).exclude(person=context.actor.person_id or 0).exists(),
                slips=others.exclude(account__start_code="", account__last_login=None).exists(),
                signed_in=others.filter(account__last_login__isnull=False).exists(),
            )
    return None
