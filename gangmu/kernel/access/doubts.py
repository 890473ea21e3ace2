"""What may be wrong with accounts, grants, delegations and tokens."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from django.db.models import Exists, F, OuterRef, Q

from gangmu.core.doubts import DoubtCheck, Found, Look
from gangmu.core.text import Text
from gangmu.frame.words import say
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.models import Account, Delegation, Grant, Token
from gangmu.kernel.access.queries import active_on, title_of_role
from gangmu.kernel.orgs.definitions import OrgKind
from gangmu.kernel.orgs.doubts import tree_of
from gangmu.kernel.orgs.queries import in_subtree

LONG_DELEGATION = timedelta(days=180)
LONG_TOKEN = timedelta(days=366)


def _held(look: Look) -> list[Grant]:
    """Return the grants that hold in a tree today, by organization."""

    def read() -> list[Grant]:
        rows = Grant.objects.filter(active_on(look.today), in_subtree(look.path, "org__path"))
        return list(rows.select_related("org", "account").order_by("org__path", "pk"))

    return look.once("grants", read)


def _grant(grant: Grant, look: Look, **params: str | int | Text) -> Found:
    role = title_of_role(look.pack, grant.role)
    return Found(
        grant.org_id or look.root,
        f"grant:{grant.pk}",
        {"account": grant.account.name, "role": role, **params},
    )


def _at_closed(look: Look) -> Iterator[Found]:
    for grant in _held(look):
        closed = grant.org.closed_on if grant.org else None
        if closed is not None and closed <= look.today:
            yield _grant(grant, look)


def _unknown_role(look: Look) -> Iterator[Found]:
    return (_grant(grant, look) for grant in _held(look) if look.pack.find(RoleKind, grant.role) is None)


def _twice(look: Look) -> Iterator[Found]:
    seen: set[tuple[int, int | None, str, str, str]] = set()
    for grant in _held(look):
        key = (grant.account_id, grant.org_id, grant.role, grant.reach, grant.source)
        if key in seen:
            yield _grant(grant, look)
        seen.add(key)


def _no_factor(look: Look) -> Iterator[Found]:
    for grant in _held(look):
        role = look.pack.find(RoleKind, grant.role)
        person = grant.account.kind == Account.Kind.PERSON and grant.account.is_active
        if role is not None and role.second_factor and person and grant.account.factor_since is None:
            yield _grant(grant, look)


def _shut(look: Look) -> Iterator[Found]:
    return (_grant(grant, look) for grant in _held(look) if not grant.account.is_active)


def _nobody(look: Look) -> Iterator[Found]:
    """Find basic organizations in whose own name nobody can sign in."""
    signed = {grant.org_id for grant in _held(look) if grant.account.is_active}
    basic = {kind.code for kind in look.pack.all(OrgKind) if kind.basic}
    return (Found(row.pk) for row in tree_of(look).open if row.kind in basic and row.pk not in signed)


def _everywhere(look: Look) -> Iterator[Found]:
    rows = Grant.objects.filter(active_on(look.today), org=None, account__kind=Account.Kind.PERSON)
    return (_grant(grant, look) for grant in rows.select_related("account", "org").order_by("pk"))


def _lent(look: Look) -> Iterator[tuple[Delegation, int]]:
    """Yield what is lent today by those who hold something in a tree, and where."""
    at = {grant.account_id: grant.org_id or look.root for grant in _held(look)}
    rows = Delegation.objects.filter(active_on(look.today)).select_related("giver", "taker").order_by("pk")
    return ((each, at[each.giver_id]) for each in rows if each.giver_id in at)


def _delegation(each: Delegation, org: int) -> Found:
    params = {"giver": each.giver.name, "taker": each.taker.name, "until": each.valid_to.isoformat()}
    return Found(org, f"delegation:{each.pk}", params)


def _long_delegation(look: Look) -> Iterator[Found]:
    return (
        _delegation(each, org)
        for each, org in _lent(look)
        if each.valid_to - each.valid_from > LONG_DELEGATION
    )


def _lent_to_shut(look: Look) -> Iterator[Found]:
    return (_delegation(each, org) for each, org in _lent(look) if not each.taker.is_active)


def _tokens(look: Look) -> Iterator[tuple[Token, int]]:
    at = {grant.account_id: grant.org_id or look.root for grant in _held(look)}
    rows = Token.objects.filter(revoked_at=None, expires_at__date__gt=look.today).select_related("account")
    return ((each, at[each.account_id]) for each in rows.order_by("pk") if each.account_id in at)


def _token(each: Token, org: int) -> Found:
    params = {"name": each.name, "account": each.account.name, "until": each.expires_at.date().isoformat()}
    return Found(org, f"token:{each.pk}", params)


def _long_token(look: Look) -> Iterator[Found]:
    return (_token(each, org) for each, org in _tokens(look) if each.expires_at - each.made_at > LONG_TOKEN)


def _token_of_shut(look: Look) -> Iterator[Found]:
    return (_token(each, org) for each, org in _tokens(look) if not each.account.is_active)


def _idle(look: Look) -> Iterator[Found]:
    """Find accounts that held something in a tree, hold nothing now, and can sign in still."""
    now = Grant.objects.filter(Q(valid_to=None) | Q(valid_to__gt=look.today), account=OuterRef("account"))
    rows = Grant.objects.filter(
        ~Exists(now),
        in_subtree(look.path, "org__path"),
        account__is_active=True,
        account__kind=Account.Kind.PERSON,
        valid_to__lte=look.today,
    )
    last = rows.order_by("account", F("valid_to").desc(), "-pk").select_related("account", "org")
    seen: set[int] = set()
    for grant in last:
        if grant.account_id not in seen:
            seen.add(grant.account_id)
            params = {"account": grant.account.name, "day": str(grant.valid_to)}
            yield Found(grant.org_id or look.root, f"account:{grant.account_id}", params)


_of_account = partial(
    DoubtCheck,
    group="accounts",
    mend=say("End the grant, or correct it, under accounts and roles."),
    permission="access.view",
    page="access-org",
)

CHECKS: Iterable[DoubtCheck] = (
    _of_account(
        "accounts.at_closed",
        title=say("A role at a closed organization"),
        says=say("%(account)s: %(role)s."),
        find=_at_closed,
        sure=True,
    ),
    _of_account(
        "accounts.unknown_role",
        title=say("A role that the pack does not know"),
        says=say("%(account)s: %(role)s."),
        find=_unknown_role,
        sure=True,
    ),
    _of_account(
        "accounts.twice",
        title=say("One role given twice"),
        says=say("%(account)s: %(role)s."),
        find=_twice,
    ),
    _of_account(
        "accounts.no_factor",
        title=say("A role that asks for a second factor, and none is set up"),
        says=say("%(account)s: %(role)s."),
        mend=say("Ask whoever holds it to sign in: setting one up is asked for there."),
        find=_no_factor,
    ),
    _of_account(
        "accounts.shut",
        title=say("A role of a closed account"),
        says=say("%(account)s: %(role)s."),
        find=_shut,
    ),
    _of_account(
        "accounts.nobody",
        title=say("Nobody can sign in for it"),
        says=say("No account holds a role here, so nobody can answer in its name."),
        mend=say("Give a role here, and print a slip for whoever holds it."),
        find=_nobody,
    ),
    _of_account(
        "accounts.everywhere",
        title=say("A role that holds everywhere"),
        says=say("%(account)s: %(role)s, without a place."),
        mend=say(
            "Give the role at a place instead, and whoever keeps the installation ends the other; or excuse it."
        ),
        find=_everywhere,
    ),
    _of_account(
        "accounts.long_delegation",
        title=say("Lent for more than half a year"),
        says=say("%(giver)s lends to %(taker)s until %(until)s."),
        mend=say(
            "Give who takes it the role here in their own name; the giver ends the substitution under “My account”."
        ),
        find=_long_delegation,
    ),
    _of_account(
        "accounts.lent_to_shut",
        title=say("Lent to a closed account"),
        says=say("%(giver)s lends to %(taker)s until %(until)s."),
        mend=say("The giver ends the substitution under “My account”."),
        find=_lent_to_shut,
        sure=True,
    ),
    _of_account(
        "accounts.long_token",
        title=say("A machine's key for more than a year"),
        says=say("%(name)s of %(account)s, until %(until)s."),
        mend=say("Its owner revokes it under “My account” and makes a new one for a year at most."),
        find=_long_token,
    ),
    _of_account(
        "accounts.token_of_shut",
        title=say("A machine's key of a closed account"),
        says=say("%(name)s of %(account)s, until %(until)s."),
        mend=say(
            "Nothing more can be done with it: end the roles of the closed account here, and the doubt goes."
        ),
        find=_token_of_shut,
        sure=True,
    ),
    _of_account(
        "accounts.idle",
        title=say("An account without a role"),
        says=say("%(account)s holds nothing since %(day)s and can still sign in."),
        mend=say("Close the account here, or give it its role."),
        find=_idle,
    ),
)
