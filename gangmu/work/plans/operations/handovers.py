"""A post is handed over with all that is open there, signed by who gives and who takes."""

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotAllowed
from gangmu.kernel.audit.operations import OWN, operation
from gangmu.kernel.people.models import Post
from gangmu.work.plans.models import Handover, Passing
from gangmu.work.plans.operations.steps import MOST_WORDS
from gangmu.work.plans.queries.handovers import listed_at


@operation("plans.give_post", permission=OWN)
def give_post(context: Context, post: Post, *, to: Post, note: str = "") -> Handover:
    """Hand over one's own post with all that is open there: the list is kept as it stands now.

    The successor holds the same kind of post at the same organization, or will from a day to
    come, and signs for it (``take_post``). Nothing moves away from the organization. Pressed
    twice it is one handover.
    """
    if context.actor.person_id is None or post.person_id != context.actor.person_id:
        raise NotAllowed("You may not do this here.")
    if to.person_id == post.person_id:
        raise Invalid("A post is handed to another.", faults={"to": "A post is handed to another."})
    if (to.org_id, to.kind) != (post.org_id, post.kind):
        raise Invalid(
            "Some fields need attention.",
            faults={"to": "The successor holds the same post at the same place."},
        )
    if to.valid_to is not None and to.valid_to <= context.today:
        raise Invalid("Some fields need attention.", faults={"to": "The successor's post has ended."})
    known = Handover.objects.filter(post=post).exclude(state=Handover.State.CANCELLED).first()
    if known is not None:
        if known.to_post_id != to.pk:
            raise Conflict("This post was handed to somebody else already.")
        return known
    return Handover.objects.create(
        post=post,
        to_post=to,
        org_id=post.org_id,
        note=note.strip()[:MOST_WORDS],
        listed=listed_at(context, post),
        given_by_id=context.account,
        given_at=context.now,
    )


@operation("plans.take_post", permission=OWN)
def take_post(context: Context, handover: Handover) -> Handover:
    """Sign for a post with all that is open there; what was passed to it by name is now one's own."""
    held = _given(handover)
    if context.actor.person_id is None or held.to_post.person_id != context.actor.person_id:
        raise NotAllowed("You may not do this here.")
    Passing.objects.filter(to_post=held.post_id, state=Passing.State.PASSED).update(to_post=held.to_post_id)
    held.state = Handover.State.TAKEN
    held.taken_by_id, held.taken_at = context.account, context.now
    held.save(update_fields=["state", "taken_by", "taken_at"])
    return held


@operation("plans.cancel_handover", permission=OWN)
def cancel_handover(context: Context, handover: Handover) -> Handover:
    """Take back a handover that nobody has signed for."""
    held = _given(handover)
    if held.given_by_id != context.account:
        raise NotAllowed("You may not do this here.")
    held.state = Handover.State.CANCELLED
    held.save(update_fields=["state"])
    return held


def _given(handover: Handover) -> Handover:
    held = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("post__person", "to_post__person", "org")
        .get(pk=handover.pk)
    )
    if held.state != Handover.State.GIVEN:
        raise Conflict("This handover is finished.")
    return held
