"""What happens in a played year beside its orders: posts pass on, towns become one, an order is taken back."""

from datetime import datetime

from gangmu.core.context import Context
from gangmu.core.periods import Period
from gangmu.kernel.access.queries import AccountActor, accounts_of_people
from gangmu.kernel.orgs.operations import merge_orgs
from gangmu.kernel.orgs.queries import orgs_by_code
from gangmu.kernel.people.models import Person
from gangmu.kernel.people.operations import NewPost, assign_posts, end_post, handover_post
from gangmu.kernel.people.queries import posts_at
from gangmu.site.demo.agenda import Do
from gangmu.site.demo.building import batches, morning
from gangmu.site.demo.definitions import Merger, Withdrawal
from gangmu.site.demo.stage import CALENDAR, VILLAGES, Stage
from gangmu.work.plans.models import Handover, Order
from gangmu.work.plans.operations.handovers import give_post, take_post
from gangmu.work.plans.operations.moves import follow_everywhere
from gangmu.work.plans.operations.orders import issue_to_all, withdraw_order

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
    for withdrawal in plan.withdrawals:
        if withdrawal.month == month.number:
            stage.agenda.put(
                morning(CALENDAR.first_workday(month), 15), _asking_twice(stage, withdrawal, month)
            )


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
    context, giver = stage.as_officer(moment), stage.staff.actors.get((code, kind))
    for post in posts_at(context, stage.orgs[code], context.today):
        if post.kind == kind and post.person_id == stage.staff.holders[code, kind].pk:
            new = handover_post(context, post, to=free, day=context.today, paper=PAPER)
            stage.staff.taken.add(free.pk)
            stage.staff.holders[code, kind] = free
            account = accounts_of_people([free.pk]).get(free.pk)
            if account is not None:
                taker = stage.staff.actors[code, kind] = AccountActor(account)
                if giver is not None:
                    _sign(stage, give_post(Context(giver, moment), post, to=new), taker)
            return 1
    return 0


def _sign(stage: Stage, given: Handover, taker: AccountActor) -> None:
    """Have the successor sign, on the next working day, for all that is open at the post."""
    day = CALENDAR.add_workdays(given.given_at.date(), 1)
    stage.agenda.put(morning(day, 9), lambda moment: _take(taker, given, moment))


def _take(taker: AccountActor, given: Handover, moment: datetime) -> None:
    take_post(Context(taker, moment), given)


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


def _asking_twice(stage: Stage, withdrawal: Withdrawal, month: Period) -> Do:
    """Have the imagined county issue what its superior asks already, and take it back the next morning."""
    county = stage.world.plan.imagined.code

    def issue(moment: datetime) -> None:
        context = stage.as_keeper(county, moment)
        order = issue_to_all(
            context, stage.org(county), duty=withdrawal.duty, period=str(month), knowingly=True
        )
        day = CALENDAR.add_workdays(moment.date(), 1)
        stage.agenda.put(morning(day, 9), lambda later: take_back(order, later))

    def take_back(order: Order, moment: datetime) -> None:
        withdraw_order(stage.as_keeper(county, moment), order, reason=withdrawal.reason)
        stage.say(f"{month} {order.duty}: an order of {order.asked} taken back")

    return issue


def _forget_posts(stage: Stage, code: str) -> None:
    for held in [held for held in stage.staff.holders if held[0] == code]:
        del stage.staff.holders[held]
