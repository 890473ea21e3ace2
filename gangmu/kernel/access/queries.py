"""Where an account may do what, and the reads of this room's pages."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db.models import Q, QuerySet

from gangmu.core.context import EVERYTHING, LOCAL, Actor, Context, Places, alone, below
from gangmu.core.text import Text
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.models import Account, Delegation, Grant, OpenSession, Token
from gangmu.kernel.access.rules import BUILT_IN_ROLES, may_be_lent, role_gives
from gangmu.kernel.audit.operations import OWN
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import in_subtree, root_paths, within
from gangmu.kernel.orgs.rules import ancestor_ids
from gangmu.kernel.packs.queries import pack_of, packs_in_force
from gangmu.kernel.packs.rules import Pack


@dataclass(frozen=True)
class _Held:
    """A grant as it counts: the role's permissions, the range where, and who lends it."""

    permissions: frozenset[str]
    span: tuple[str, str]
    giver: int | None = None


def active_on(day: date) -> Q:
    """Return the condition that a grant or delegation holds on a day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def title_of_role(pack: Pack | None, code: str) -> Text | str:
    """Return what a role is called by the pack that rules a place, else its code."""
    role = pack.find(RoleKind, code) if pack else None
    return role.title if role else code


def _role(packs: dict[int, Pack], grant: Grant) -> RoleKind | None:
    if grant.org is not None:
        pack = packs.get(grant.org.root_id)
        return pack.find(RoleKind, grant.role) if pack else None
    found = (pack.find(RoleKind, grant.role) for pack in packs.values())
    return next((role for role in found if role), None)


def _held(packs: dict[int, Pack], grant: Grant) -> _Held | None:
    # a pack's role of the same name, given at a place, is not the built-in one
    permissions = BUILT_IN_ROLES.get(grant.role) if grant.org is None else None
    if permissions is None:
        role = _role(packs, grant)
        if role is None:
            return None
        permissions = role.permissions
    if grant.org is None:
        return _Held(permissions, EVERYTHING)
    reach = below if grant.reach == Grant.Reach.SUBTREE else alone
    return _Held(permissions, reach(grant.org.path))


def active_grants(account_id: int, day: date) -> QuerySet[Grant]:
    """Return the grants that an account holds on a day in its own right."""
    return Grant.objects.filter(active_on(day), account=account_id).select_related("org")


_COUNTED = ("account", "role", "reach", "org__path")
"""What of a grant counts for what it allows: it is read with every request."""


def _all_held(account_id: int, day: date) -> list[_Held]:
    packs = packs_in_force()
    held = [_held(packs, grant) for grant in active_grants(account_id, day).only(*_COUNTED)]
    for grant, role in _lent(packs, account_id, day):
        reach = _held(packs, grant)
        if reach is not None:
            lent = frozenset(filter(may_be_lent, role.permissions))
            held.append(_Held(lent, reach.span, grant.account_id))
    return [each for each in held if each is not None]


def _lent(packs: dict[int, Pack], account_id: int, day: date) -> Iterator[tuple[Grant, RoleKind]]:
    """Find what others lend to an account: their own delegable roles while they hold them."""
    lent = Delegation.objects.filter(active_on(day), taker=account_id, giver__is_active=True)
    for delegation in lent.order_by("pk"):
        for grant in active_grants(delegation.giver_id, day).only(*_COUNTED):
            role = _role(packs, grant)
            if role is not None and role.delegable:
                yield grant, role


def lenders_of(account_id: int, day: date) -> QuerySet[Delegation, int]:
    """Return the accounts for which one is the substitute on a day, to be used within another query."""
    lent = Delegation.objects.filter(active_on(day), taker=account_id, giver__is_active=True)
    return lent.values_list("giver", flat=True)


@dataclass(frozen=True)
class AccountActor:
    """An account that acts, in person or by a token; its grants are read once a request."""

    account: Account
    token_scopes: frozenset[str] | None = None
    _cache: dict[date, list[_Held]] = field(default_factory=dict, compare=False, repr=False)
    _roots: list[str] = field(default_factory=list, compare=False, repr=False)

    @property
    def account_id(self) -> int | None:
        """The account's id."""
        return self.account.pk

    @property
    def person_id(self) -> int | None:
        """The id of the person behind it, if there is one."""
        return self.account.person

    @property
    def label(self) -> str:
        """The name under which it stands in the log."""
        return self.account.name

    def places(self, permission: str, now: datetime) -> Places:
        """Return where the account holds a permission at an instant."""
        if not self.account.is_active:
            return Places()
        if permission == OWN:
            own = self.token_scopes is None or role_gives(self.token_scopes, OWN)
            return Places((EVERYTHING,)) if own else Places()
        if self.token_scopes is not None and not role_gives(self.token_scopes, permission):
            return Places()
        held = self._held_on(now.astimezone(LOCAL).date())
        return self._known_whole(
            Places.of(each.span for each in held if role_gives(each.permissions, permission))
        )

    def lender(self, permission: str, path: str, day: date) -> int | None:
        """Return whose right the account uses at a place, if it holds none there in its own name."""
        givers = [
            each.giver
            for each in self._held_on(day)
            if role_gives(each.permissions, permission) and each.span[0] <= path < each.span[1]
        ]
        return None if None in givers else next(iter(givers), None)

    def _held_on(self, day: date) -> list[_Held]:
        if day not in self._cache:
            self._cache[day] = _all_held(self.account.pk, day)
        return self._cache[day]

    def _known_whole(self, places: Places) -> Places:
        """Note of places that begin at the top of a tree whether no tree lies outside."""
        if not any(low.count("/") == 1 for low, _ in places.ranges):
            return places
        if not self._roots:
            self._roots.extend(root_paths())
        return replace(places, whole=all(places.covers_below(path) for path in self._roots))


def lender_of(actor: Actor, permission: str, path: str, day: date) -> int | None:
    """Return whose right an actor uses at a place, if it holds none there in its own name."""
    return actor.lender(permission, path, day) if isinstance(actor, AccountActor) else None


def system_actor() -> AccountActor:
    """Return the named actor under which the site itself works."""
    return AccountActor(Account.objects.get(login="system"))


def needs_second_factor(account: Account, day: date) -> bool:
    """Whether one of the account's roles, held or borrowed, asks for a one-time code at sign-in."""
    packs = packs_in_force()
    roles = [_role(packs, grant) for grant in active_grants(account.pk, day)]
    roles += [role for _, role in _lent(packs, account.pk, day)]
    return any(role is not None and role.second_factor for role in roles)


def role_at(org: Org, code: str) -> RoleKind | None:
    """Return a role by the pack that rules at an organization."""
    return pack_of(org.root_id).find(RoleKind, code)


def account_by_token(digest: str, now: datetime) -> Token | None:
    """Return the token with a digest if it is neither expired nor revoked."""
    tokens = Token.objects.filter(digest=digest, expires_at__gt=now, revoked_at=None, account__is_active=True)
    return next(iter(tokens.select_related("account")), None)


def session_by_key(digest: str) -> OpenSession | None:
    """Return the open session that a browser's key belongs to, if its account is open still."""
    sessions = OpenSession.objects.filter(key=digest, account__is_active=True)
    return next(iter(sessions.select_related("account")), None)


def grants_below(context: Context) -> QuerySet[Grant]:
    """Return the grants at places where the reader manages access, the newest first."""
    return (
        Grant.objects.filter(within(context.places("access.view")))
        .select_related("org", "account")
        .order_by("-valid_from", "-pk")
    )


def grants_of(context: Context, account_id: int) -> QuerySet[Grant]:
    """Return what an account holds today: one's own, or at places where one manages access."""
    grants = active_grants(account_id, context.today).order_by("org__code")
    if account_id == context.actor.account_id:
        return grants
    return grants.filter(within(context.places("access.view")))


def own_sessions(context: Context) -> QuerySet[OpenSession]:
    """Return the reader's own signed-in browsers, the newest first."""
    return OpenSession.objects.filter(account=context.actor.account_id or 0).order_by("-begun_at")


def own_tokens(context: Context) -> QuerySet[Token]:
    """Return the reader's own tokens, the newest first."""
    return Token.objects.filter(account=context.actor.account_id or 0).order_by("-made_at")


def own_delegations(context: Context) -> QuerySet[Delegation]:
    """Return what the reader has lent and borrowed, the newest first."""
    own = context.actor.account_id or 0
    return (
        Delegation.objects.filter(Q(giver=own) | Q(taker=own))
        .select_related("giver", "taker")
        .order_by("-valid_from")
    )


def accounts_of_people(person_ids: Iterable[int]) -> dict[int, Account]:
    """Return the accounts of persons, by person; who has none is left out."""
    wanted = list(person_ids)
    found: dict[int, Account] = {}
    for start in range(0, len(wanted), 500):
        for account in Account.objects.filter(person__in=wanted[start : start + 500]):
            found[account.person or 0] = account
    return found


def taken_logins(logins: Iterable[str]) -> set[str]:
    """Return which of some sign-in names belong to an account already."""
    wanted = sorted(set(logins))
    taken: set[str] = set()
    for start in range(0, len(wanted), 500):
        part = Account.objects.filter(login__in=wanted[start : start + 500])
        taken.update(part.values_list("login", flat=True))
    return taken


def grants_from(source: str) -> list[Grant]:
    """Return the grants that something gave, as ``people.Post:7``, the oldest first."""
    return list(Grant.objects.filter(source=source).select_related("org", "account").order_by("pk"))


def grants_by_hand(path: str, day: date) -> QuerySet[Grant]:
    """Return the roles that nothing but a decision gave, held on a day at and below a path by open accounts."""
    held = Grant.objects.filter(active_on(day), in_subtree(path, "org__path"), source="")
    return held.filter(account__is_active=True)


def open_accounts() -> QuerySet[Account]:
    """Return the accounts of people who can sign in, by id; for the site's own work."""
    return Account.objects.filter(is_active=True, kind=Account.Kind.PERSON).order_by("pk")


def paths_of_accounts(account_ids: Iterable[int], day: date) -> dict[int, set[str]]:
    """Return at which organizations accounts hold roles on a day, by account; for decisions, not for showing."""
    grants = Grant.objects.filter(active_on(day), account__in=list(account_ids), org__isnull=False)
    found: dict[int, set[str]] = {}
    for account, path in grants.values_list("account", "org__path"):
        found.setdefault(account, set()).add(str(path))
    return found


def _giving(permission: str, org: Org, day: date) -> QuerySet[Grant]:
    """Return the grants on a day, held by accounts in use, of roles that give a permission where an organization stands."""
    roles = [
        each.code for each in pack_of(org.root_id).all(RoleKind) if role_gives(each.permissions, permission)
    ]
    return Grant.objects.filter(active_on(day), role__in=roles, account__is_active=True)


def places_held(permission: str, org: Org, day: date) -> set[int]:
    """Return the organizations at and below one at which somebody holds a permission on a day.

    For decisions about offices, not for showing; what is lent is counted with whoever lends it.
    """
    grants = _giving(permission, org, day).filter(in_subtree(org.path, "org__path"), org__closed_on=None)
    return set(grants.values_list("org", flat=True))


def people_holding(permission: str, org: Org, day: date) -> list[Account]:
    """Return the people who hold a permission over an organization on a day, in their own right, by name."""
    above = Q(org__in=ancestor_ids(org.path), reach=Grant.Reach.SUBTREE)
    grants = _giving(permission, org, day).filter(above | Q(org=org), account__kind=Account.Kind.PERSON)
    return list(Account.objects.filter(pk__in=grants.values("account")).order_by("name", "pk"))


def founding_account(now: datetime) -> Account | None:
    """Return the site's own account while an office may be founded by its code, else none."""
    return (
        Account.objects.filter(kind=Account.Kind.SYSTEM, login="system", start_code_until__gt=now)
        .exclude(start_code="")
        .first()
    )


def somebody_may_sign_in() -> bool:
    """Whether the site has any account but its own."""
    return Account.objects.exclude(kind=Account.Kind.SYSTEM).exists()


def sign_ins(context: Context, org: Org, *, how: str = "") -> QuerySet[Grant]:
    """Return the roles that people hold today at and below an organization, for its slips, by code.

    ``how`` narrows to those who have ``never`` signed in, whose slip is ``printed`` and
    still serves, or who have signed ``in``.
    """
    grants = (
        Grant.objects.filter(within(context.places("access.view")), in_subtree(org.path, "org__path"))
        .filter(active_on(context.today), account__kind=Account.Kind.PERSON, account__is_active=True)
        .select_related("org", "account")
        .order_by("org__path", "account__login", "pk")
    )
    serves = Q(account__start_code_until__gt=context.now) & ~Q(account__start_code="")
    match how:
        case "never":
            return grants.filter(~serves, account__last_login=None)
        case "printed":
            return grants.filter(serves)
        case "in":
            return grants.filter(account__last_login__isnull=False)
    return grants
