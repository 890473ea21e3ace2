"""What happens in a played year beside its orders: posts pass on, towns become one."""

from datetime import datetime

from gangmu.core.periods import Period
from gangmu.kernel.access.queries import AccountActor, accounts_of_people
from gangmu.kernel.orgs.operations import merge_orgs
from gangmu.kernel.orgs.queries import orgs_by_code
from gangmu.kernel.people.models import Person
from gangmu.kernel.people.operations import NewPost, assign_posts, end_post, handover_post
from gangmu.kernel.people.queries import posts_at
from gangmu.site.demo.agenda import Do
from gangmu.site.demo.building import batches, morning
from gangmu.site.demo.definitions import Merger
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.work.plans.operations.moves import follow_everywhere

VILLAGES = ("village", "community", "turned_community")
PAPER = "任免通知（演示）"
ELECTED = "村（居）民委员会选举结果（演示）"


def plan_changes(stage: Stage, month: Period) -> None:
    """Put on the agenda who passes a post on in a month, and which towns become one."""
    plan = stage.world.plan.year
    day = CALENDAR.on_or_after(month.first.replace(day=5))
    stage.agenda.put(morning(day, 15), lambda moment: _hand_over(stage, month, moment))
    for merger in plan.mergers:
        if merger.month == month.number:
            day = CALENDAR.on_or_after(month.first.replace(day=merger.day))
            stage.agenda.put(morning(day, 8), _merging(stage, merger))


def give_second_posts(stage: Stage, moment: datetime) -> None:
    """Make some secretaries of villages head the villagers' committee as well (一肩挑)."""
    share = stage.world.plan.year.two_posts
    chance = stage.chance("two posts")
    villages = [
        org
        for org in stage.world.orgs
        if org.domain in VILLAGES and org.level == "village" and chance.randrange(100) < share
    ]
    context = stage.as_officer(moment)
    posts = [
        NewPost(
            stage.staff.holders[org.code, "secretary"],
            stage.orgs[org.code],
            "village_director",
            context.today,
            paper=ELECTED,
        )
        for org in villages
    ]
    for part in batches(posts):
        assign_posts(context, stage.root, part)
    stage.say(f"{len(posts)} secretaries head their villagers' committee too")


def _hand_over(stage: Stage, month: Period, moment: datetime) -> None:
    plan, chance = stage.world.plan.year, stage.chance("handovers", month)
    held = [post for post in stage.staff.holders if post not in stage.staff.desks]
    branches = [each for each in held if each[1] == "secretary" and stage.staff.members[each[0]]]
    offices = [each for each in held if each[1] == "town_officer"]
    done = 0
    for kind, count in ((branches, plan.handovers), (offices, plan.officer_handovers)):
        for code, post in chance.sample(kind, min(count, len(kind))):
            done += _pass_on(stage, code, post, moment)
    if done:
        stage.say(f"{month}: {done} posts passed on")


def _pass_on(stage: Stage, code: str, kind: str, moment: datetime) -> int:
    """Hand one post to the next who is free; return how many were handed over."""
    free = _successor(stage, code)
    if free is None or code in stage.goes_on_in:
        return 0
    context = stage.as_officer(moment)
    for post in posts_at(context, stage.orgs[code], context.today):
        if post.kind == kind and post.person_id == stage.staff.holders[code, kind].pk:
            handover_post(context, post, to=free, day=context.today, paper=PAPER)
            stage.staff.taken.add(free.pk)
            stage.staff.holders[code, kind] = free
            account = accounts_of_people([free.pk]).get(free.pk)
            if account is not None:
                stage.staff.actors[code, kind] = AccountActor(account)
            return 1
    return 0


def _successor(stage: Stage, code: str) -> Person | None:
    for near in (code, *stage.staff.near[code]):
        for person in stage.staff.members.get(near, ()):
            if person.pk not in stage.staff.taken:
                return person
    return None


def _merging(stage: Stage, merger: Merger) -> Do:
    def merge(moment: datetime) -> None:
        context = stage.as_officer(moment)
        into = stage.orgs[merger.into]
        closed = [stage.orgs[code] for code in merger.merged]
        for org in closed:
            for post in posts_at(context, org, context.today):
                end_post(context, post, day=context.today, paper=merger.paper)
        merge_orgs(context, into, closed, day=context.today, paper=merger.paper)
        for code in merger.merged:
            stage.goes_on_in[code] = merger.into
            _forget_posts(stage, code)
        moved = [code for code in stage.orgs if code.startswith(merger.merged)]
        stage.orgs |= orgs_by_code(moved)
        follow_everywhere(context)
        stage.say(f"{moment.date()}: {', '.join(org.name for org in closed)} merged into {into.name}")

    return merge


def _forget_posts(stage: Stage, code: str) -> None:
    for held in [held for held in stage.staff.holders if held[0] == code]:
        del stage.staff.holders[held]
