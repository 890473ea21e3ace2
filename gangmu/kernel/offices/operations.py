"""Founding an office on an empty site, and printing the slips with which its people sign in."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Conflict, Invalid, NotFound
from gangmu.kernel.access.models import Account, Grant
from gangmu.kernel.access.operations import (
    check_founding_code,
    fresh_founding_code,
    fresh_start_code,
    fresh_start_codes,
    grant_role,
    redeem_start_code,
    spend_founding_code,
)
from gangmu.kernel.access.queries import (
    accounts_of_people,
    sign_ins,
    somebody_may_sign_in,
    system_actor,
    taken_logins,
)
from gangmu.kernel.audit.operations import ANYONE, operation
from gangmu.kernel.offices.queries import founding_post, keeping_role, pack_offered
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.operations import NewOrg, found_root
from gangmu.kernel.packs.operations import take_pack_from, use_pack
from gangmu.kernel.packs.queries import pack_by_version
from gangmu.kernel.people.operations import assign_post, register_person
from gangmu.kernel.people.rules import NewPerson


@dataclass(frozen=True)
class FirstOfficer:
    """Who sets an office up; ``keeps_site`` adds the role that keeps the site and its packs."""

    name: str
    login: str
    keeps_site: bool = True


def founding_code_for_terminal(context: Context) -> str:
    """Return a code for founding an office if nobody has an account here yet, else nothing."""
    return "" if somebody_may_sign_in() else fresh_founding_code(context)


def begin_office(
    context: Context, *, code: str, pack: str, new: NewOrg, officer: FirstOfficer, password: str
) -> Account:
    """Found an office by the set-up code of the terminal; wrong codes are counted."""
    check_founding_code(context, code)
    return found_office(context, code=code, pack=pack, new=new, officer=officer, password=password)


@operation("offices.found_office", permission=ANYONE, secret=("code", "password"))
def found_office(
    context: Context, *, code: str, pack: str, new: NewOrg, officer: FirstOfficer, password: str
) -> Account:
    """Found an office: its top, under a pack, with a first officer who has an account and a password.

    Only with the code that the site's terminal showed, and once. Refused for a kind of
    organization at which the pack has no post that may set an office up.
    """
    spend_founding_code(context, code=code)
    site = Context(system_actor(), context.now, context.language)
    offer = pack_offered(pack)
    if taken_logins([officer.login]):
        raise Invalid("This sign-in name is taken.", faults={"login": "This sign-in name is taken."})
    version = take_pack_from(site, offer.folder)
    rules = pack_by_version(version)
    post = founding_post(rules, new.kind)
    if post is None:
        raise Conflict("The pack has no post there whose holder may set an office up.")
    root = found_root(site, new)
    use_pack(site, root, version=version, day=new.day)
    person = register_person(site, root, NewPerson(name=officer.name))
    assign_post(site, root, person=person, kind=post.code, day=context.today, login=officer.login)
    account = accounts_of_people([person.pk])[person.pk]
    keeping = keeping_role(rules) if officer.keeps_site else ""
    if keeping:
        grant_role(
            site,
            org=root,
            account=account,
            role=keeping,
            day=context.today,
            reason=translate("founded the office"),
        )
    start = fresh_start_code(site, org=root, account=account)
    return redeem_start_code(context, login=account.login, code=start, password=password)


@dataclass(frozen=True)
class Slip:
    """What is printed for one person: where they work, how they sign in, and the code, this once."""

    grant: Grant
    code: str


def printed_slips(context: Context, org: Org, *, grants: Collection[int]) -> list[Slip]:
    """Give people at or below an organization new one-time codes, and return their slips, in the tree's order.

    One slip a person, at the first of their places that was asked for.
    """
    found: dict[int, Grant] = {}
    for grant in sign_ins(context, org).filter(pk__in=grants):
        found.setdefault(grant.account_id, grant)
    if not found:
        raise NotFound("Nobody was chosen.")
    codes = fresh_start_codes(context, org=org, accounts=found)
    return [Slip(grant, codes[account]) for account, grant in found.items()]
