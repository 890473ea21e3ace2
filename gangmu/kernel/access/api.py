"""Grants and tokens over the API."""

from datetime import date, datetime

from django.db.models import Q
from ninja import Query, Router, Schema

from gangmu.core.errors import NotFound
from gangmu.frame.doors import OWN, Request, endpoint
from gangmu.kernel.access.models import Account, Delegation, Grant, Token
from gangmu.kernel.access.operations import (
    close_account,
    end_grant,
    grant_role,
    lend_roles,
    open_account,
    reset_second_factor,
    revoke_token,
    take_back_roles,
)
from gangmu.kernel.access.queries import grants_below, own_delegations, own_tokens, sign_ins
from gangmu.kernel.orgs.queries import org_by_id

router = Router(tags=["access"])


class AccountOut(Schema):
    """What signs in."""

    id: int
    login: str
    name: str
    kind: str
    is_active: bool


class AccountIn(Schema):
    """A new account; a start code lets its holder set a password."""

    login: str
    name: str
    kind: str = "person"


class GrantOut(Schema):
    """A role at a place, from a day to another."""

    id: int
    account_id: int
    role: str
    org_id: int | None
    reach: str
    valid_from: date
    valid_to: date | None
    reason: str


class GrantIn(Schema):
    """A role to give."""

    account: int
    role: str
    day: date
    until: date | None = None
    reach: str = "subtree"
    reason: str


class EndIn(Schema):
    """When, and why."""

    day: date
    reason: str


class PageOf(Schema):
    """Where a list goes on."""

    after: int = 0
    limit: int = 100


def _account(request: Request, account_id: int, *, or_new: bool = False) -> Account:
    """Return an account that holds something within reach, or that holds nothing yet."""
    known = Q(pk__in=grants_below(request.context).order_by().values("account"))
    if or_new:
        known |= ~Q(pk__in=Grant.objects.values("account"))
    found = Account.objects.filter(known, pk=account_id, is_active=True).first()
    if found is None:
        raise NotFound("There is no such account.")
    return found


@endpoint(router, "get", "/grants", "access.grants_below", permission="access.view", response=list[GrantOut])
def list_grants(request: Request, page: Query[PageOf]) -> list[Grant]:
    """List the grants within reach, by id."""
    rows = grants_below(request.context).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: max(1, min(page.limit, 200))])


class SignInOut(Schema):
    """Somebody who may sign in at an organization, and whether they have; never a code, never when.

    Who signs in how often is nobody's business: counting it is what R-BAN-3 forbids.
    """

    id: int
    org_id: int
    account_id: int
    login: str
    name: str
    role: str
    slip_until: datetime | None
    has_signed_in: bool

    @staticmethod
    def resolve_login(grant: Grant) -> str:
        """Return the sign-in name."""
        return str(grant.account.login)

    @staticmethod
    def resolve_name(grant: Grant) -> str:
        """Return who it is."""
        return str(grant.account.name)

    @staticmethod
    def resolve_slip_until(grant: Grant) -> datetime | None:
        """Return until when a printed slip serves."""
        return grant.account.start_code_until

    @staticmethod
    def resolve_has_signed_in(grant: Grant) -> bool:
        """Return whether the slip has served."""
        return grant.account.last_login is not None


@endpoint(
    router,
    "get",
    "/orgs/{org_id}/sign-ins",
    "access.sign_ins",
    permission="access.view",
    response=list[SignInOut],
)
def list_sign_ins(request: Request, org_id: int, page: Query[PageOf], how: str = "") -> list[Grant]:
    """List who may sign in at and below an organization, by id: all, or those who ``never`` did, whose slip is ``printed``, who are ``in``."""
    org = org_by_id(request.context, org_id)
    rows = sign_ins(request.context, org, how=how).order_by("pk").filter(pk__gt=page.after)
    return list(rows[: max(1, min(page.limit, 200))])


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/accounts",
    "access.open_account",
    permission="access.manage",
    response=AccountOut,
)
def post_account(request: Request, org_id: int, given: AccountIn) -> Account:
    """Open an account for somebody at an organization."""
    return open_account(request.context, org=org_by_id(request.context, org_id), **given.dict())


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/accounts/{account_id}/close",
    "access.close_account",
    permission="access.manage",
    response=AccountOut,
)
def post_account_closure(request: Request, org_id: int, account_id: int) -> Account:
    """Close an account."""
    org = org_by_id(request.context, org_id)
    return close_account(request.context, org=org, account=_account(request, account_id))


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/accounts/{account_id}/reset-factor",
    "access.reset_second_factor",
    permission="access.manage",
    response=AccountOut,
)
def post_factor_reset(request: Request, org_id: int, account_id: int) -> Account:
    """Unbind a lost second factor."""
    org = org_by_id(request.context, org_id)
    return reset_second_factor(request.context, org=org, account=_account(request, account_id))


@endpoint(
    router, "post", "/orgs/{org_id}/grants", "access.grant_role", permission="access.grant", response=GrantOut
)
def post_grant(request: Request, org_id: int, given: GrantIn) -> Grant:
    """Give a role at an organization."""
    context = request.context
    values = given.dict(exclude={"account"})
    account = _account(request, given.account, or_new=True)
    return grant_role(context, org=org_by_id(context, org_id), account=account, **values)


@endpoint(
    router, "post", "/grants/{grant_id}/end", "access.end_grant", permission="access.grant", response=GrantOut
)
def post_grant_end(request: Request, grant_id: int, given: EndIn) -> Grant:
    """End a grant."""
    grant = grants_below(request.context).filter(pk=grant_id).exclude(org=None).first()
    if grant is None:
        raise NotFound("There is no such grant.")
    return end_grant(request.context, grant=grant, day=given.day, reason=given.reason)


class TokenOut(Schema):
    """A token, without its text."""

    id: int
    name: str
    scopes: list[str]
    expires_at: datetime
    revoked_at: datetime | None


@endpoint(router, "get", "/tokens", "access.own_tokens", permission=OWN, response=list[TokenOut])
def list_tokens(request: Request) -> list[Token]:
    """List one's own tokens."""
    return list(own_tokens(request.context))


@endpoint(
    router, "post", "/tokens/{token_id}/revoke", "access.revoke_token", permission=OWN, response=TokenOut
)
def post_token_revocation(request: Request, token_id: int) -> Token:
    """Make one of one's own tokens useless."""
    token = own_tokens(request.context).filter(pk=token_id).first()
    if token is None:
        raise NotFound("There is no such token.")
    return revoke_token(request.context, token=token)


class DelegationIn(Schema):
    """Whom one lends one's roles to, and until when."""

    taker: int
    day: date
    until: date
    reason: str


class DelegationOut(Schema):
    """A substitution."""

    id: int
    giver_id: int
    taker_id: int
    valid_from: date
    valid_to: date
    reason: str


@endpoint(router, "post", "/substitutes", "access.lend_roles", permission=OWN, response=DelegationOut)
def post_delegation(request: Request, given: DelegationIn) -> Delegation:
    """Lend one's delegable roles to a substitute."""
    taker = Account.objects.filter(pk=given.taker, is_active=True).first()
    if taker is None:
        raise NotFound("There is no such account.")
    return lend_roles(request.context, taker=taker, day=given.day, until=given.until, reason=given.reason)


@endpoint(
    router,
    "post",
    "/substitutes/{delegation_id}/end",
    "access.take_back_roles",
    permission=OWN,
    response=DelegationOut,
)
def post_delegation_end(request: Request, delegation_id: int) -> Delegation:
    """End a substitution today."""
    delegation = own_delegations(request.context).filter(pk=delegation_id).first()
    if delegation is None:
        raise NotFound("There is no such substitution.")
    return take_back_roles(request.context, delegation=delegation)
