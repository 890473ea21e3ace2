"""As which post a person answers, and for whom a substitute does."""

from dataclasses import dataclass

from gangmu.core.context import Context
from gangmu.core.errors import Invalid
from gangmu.kernel.access.queries import lender_of
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below
from gangmu.kernel.people.models import Post
from gangmu.kernel.people.queries import own_posts, post_kind


@dataclass(frozen=True)
class Hat:
    """One post as which a person may act at a place (一肩挑), by its name."""

    post: int
    title: str
    org: Org


def hats_at(context: Context, org: Org) -> list[Hat]:
    """Return the posts as which the reader may answer for an organization: there, or above it."""
    return [_hat(context, post) for post in own_posts(context) if is_below(org.path, post.org.path)]


def hats_of(context: Context) -> list[Hat]:
    """Return all posts that the reader holds today, in the order of the tree."""
    return [_hat(context, post) for post in own_posts(context)]


def _hat(context: Context, post: Post) -> Hat:
    return Hat(post.pk, hat_title(post, context.language), post.org)


def hat_title(post: Post, language: str) -> str:
    """Return what a post is called, with its place."""
    kind = post_kind(post.org, post.kind)
    return f"{kind.title.within(language) if kind else post.kind} · {post.org.name}"


@dataclass(frozen=True)
class Worn:
    """As which post somebody answers, and for whom."""

    post: int | None = None
    substitute_for: int | None = None


def worn_at(context: Context, org: Org, as_post: int | None) -> Worn:
    """Return as which post somebody answers for an organization, and whose substitute they are.

    Who has one post there need not say it; who has several and says none answers without one.
    Refused for a post that one does not hold today, or that has nothing to do with the place.
    """
    hats = [post.pk for post in own_posts(context) if is_below(org.path, post.org.path)]
    if as_post is not None and as_post not in hats:
        raise Invalid(
            "Some fields need attention.", faults={"as_post": "You do not hold this post here today."}
        )
    lender = lender_of(context.actor, "plans.answer", org.path, context.today)
    return Worn(as_post or (hats[0] if len(hats) == 1 else None), lender)
