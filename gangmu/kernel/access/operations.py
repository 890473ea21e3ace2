"""Signing in, granting, lending, ending: every write of this room."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Q

from gangmu.core.context import EVERYTHING, Context, alone, below
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from gangmu.core.secrets import decrypt, encrypt
from gangmu.kernel.access.models import Account, Delegation, Grant, OpenSession, Replay, Token
from gangmu.kernel.access.queries import founding_account, needs_second_factor, role_at
from gangmu.kernel.access.rules import (
    FOUNDING_CODE_FOR,
    LOCK_FOR,
    MOST_FAILURES,
    MOST_SLIPS,
    START_CODE_FOR,
    code_digest,
    manages,
    new_start_code,
    password_faults,
)
from gangmu.kernel.audit.operations import ANYONE, OWN, operation
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.rules import is_below


class WrongSignIn(Refusal):
    """Name, password or code do not fit; it is not said which."""

    status = 403
    code = "wrong_sign_in"


def _wrong() -> WrongSignIn:
    """Say the same of a name that exists, of one that does not and of one that is locked."""
    return WrongSignIn(
        "The name or the password is wrong. After five wrong tries, wait a quarter of an hour."
    )


@operation("access.open_account", permission="access.manage", at="org")
def open_account(
    context: Context, *, org: Org, login: str, name: str, person: int | None = None, kind: str = "person"
) -> Account:
    """Open an account for somebody who works at an organization; it has no password yet."""
    if Account.objects.filter(login=login).exists():
        raise Invalid("This sign-in name is taken.", faults={"login": "This sign-in name is taken."})
    account = Account(login=login, name=name, person=person, kind=kind)
    account.set_unusable_password()
    account.save()
    return account


@operation("access.open_accounts", permission="access.manage", at="org")
def open_accounts(context: Context, *, org: Org, people: Sequence[tuple[str, str, int]]) -> list[Account]:
    """Open accounts in bulk: sign-in name, name and person of each; none has a password yet."""
    unusable = make_password(None)
    accounts = [
        Account(login=login, name=name, person=person, password=unusable) for login, name, person in people
    ]
    return Account.objects.bulk_create(accounts, batch_size=1000)


def _check_in_hand(context: Context, org: Org, account: Account) -> None:
    """Refuse unless an account stands at or below an organization and holds nothing beyond the actor.

    Whoever gives out the key of an account could act with all that it holds: a role given
    at a village must not make the village the keeper of a county's account.
    """
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=context.today)
    lenders = Delegation.objects.filter(lasting, taker=account).values("giver")
    held = list(account.grants.filter(lasting).select_related("org"))
    borrowed = Grant.objects.filter(lasting, account__in=lenders).select_related("org")
    if not any(grant.org is not None and is_below(grant.org.path, org.path) for grant in held):
        raise NotAllowed("You may not do this here.")
    for grant in (*held, *borrowed):
        role = role_at(grant.org, grant.role) if grant.org is not None else None
        managed = [permission for permission in role.permissions if manages(permission)] if role else []
        if not all(_all_within(context, permission, [grant]) for permission in ("access.manage", *managed)):
            raise NotAllowed("This account holds more than you manage.")


def _held_last(context: Context, org: Org, account: Account) -> bool:
    """Whether an account holds and borrows nothing, and the last that it held was at or below an organization."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=context.today)
    lenders = Delegation.objects.filter(lasting, taker=account)
    if account.grants.filter(lasting).exists() or lenders.exists():
        return False
    last = account.grants.select_related("org").order_by("valid_to", "pk").last()
    return last is not None and last.org is not None and is_below(last.org.path, org.path)


def _span_of(grant: Grant) -> tuple[str, str]:
    if grant.org is None:
        return EVERYTHING
    return (below if grant.reach == Grant.Reach.SUBTREE else alone)(grant.org.path)


@operation("access.close_account", permission="access.manage", at="org")
def close_account(context: Context, *, org: Org, account: Account) -> Account:
    """Close an account: it can do nothing from now on, its past stays.

    So is one that holds nothing any more, by whoever keeps the accounts where it last held something.
    """
    if not _held_last(context, org, account):
        _check_in_hand(context, org, account)
    account.is_active = False
    account.save(update_fields=["is_active"])
    OpenSession.objects.filter(account=account).delete()
    return account


@operation("access.give_start_code", permission="access.manage", at="org", secret=("code",))
def give_start_code(context: Context, *, org: Org, account: Account, code: str) -> Account:
    """Keep the digest of a one-time code with which an account's holder sets a password.

    Refused for an account that holds nothing at or below the organization, and for one that
    holds or borrows more than the actor manages.
    """
    _check_in_hand(context, org, account)
    account.start_code = code_digest(code)
    account.start_code_until = context.now + START_CODE_FOR
    account.save(update_fields=["start_code", "start_code_until"])
    return account


def fresh_start_code(context: Context, *, org: Org, account: Account) -> str:
    """Give an account a new one-time code and return it, this once, for the slip of paper."""
    code = new_start_code()
    give_start_code(context, org=org, account=account, code=code)
    return code


@operation("access.give_start_codes", permission="access.manage", at="org", secret=("codes",))
def give_start_codes(context: Context, *, org: Org, codes: Mapping[int, str]) -> int:
    """Keep the digests of one-time codes for many accounts at or below an organization, by account.

    An earlier code of theirs serves no more. Refused whole if one of the accounts holds nothing
    there, or holds or borrows more than the actor manages.
    """
    if len(codes) > MOST_SLIPS:
        raise Invalid("At most %(most)s slips are printed at once.", {"most": MOST_SLIPS})
    accounts = list(Account.objects.select_for_update().filter(pk__in=codes, is_active=True))
    if len(accounts) != len(codes):
        raise NotFound("There is no such account.")
    for account in accounts:
        _check_in_hand(context, org, account)
        account.start_code = code_digest(codes[account.pk])
        account.start_code_until = context.now + START_CODE_FOR
    Account.objects.bulk_update(accounts, ["start_code", "start_code_until"])
    return len(accounts)


def fresh_start_codes(context: Context, *, org: Org, accounts: Iterable[int]) -> dict[int, str]:
    """Give accounts new one-time codes and return them, this once, for the slips of paper."""
    codes = {account: new_start_code() for account in accounts}
    if codes:
        give_start_codes(context, org=org, codes=codes)
    return codes


@operation("access.give_founding_code", permission="access.manage", secret=("code",))
def give_founding_code(context: Context, *, code: str) -> Account:
    """Keep the digest of a one-time code by which an office may be founded at this site.

    It stands with the site's own account and takes the place of an earlier one.
    """
    account = ensure_system_account()
    account.start_code = code_digest(code)
    account.start_code_until = context.now + FOUNDING_CODE_FOR
    account.save(update_fields=["start_code", "start_code_until"])
    return account


def fresh_founding_code(context: Context) -> str:
    """Return a new code for founding an office, this once, for the terminal of whoever runs the site."""
    code = new_start_code()
    give_founding_code(context, code=code)
    return code


def check_founding_code(context: Context, code: str) -> None:
    """Refuse unless an office may be founded by a code; wrong tries are counted and lock it for a while."""
    account = founding_account(context.now)
    if account is None or account.is_locked(context.now):
        raise _wrong_founding_code()
    if not secrets.compare_digest(account.start_code, code_digest(code)):
        note_failed_sign_in(context, account=account)
        raise _wrong_founding_code()


def _wrong_founding_code() -> WrongSignIn:
    return WrongSignIn(
        "The set-up code is wrong or has expired. It stands in the terminal in which the site was started."
    )


@operation("access.spend_founding_code", permission=ANYONE, secret=("code",))
def spend_founding_code(context: Context, *, code: str) -> Account:
    """Take the one-time code by which an office is founded; it serves no more."""
    ensure_system_account()
    account = Account.objects.select_for_update().get(kind=Account.Kind.SYSTEM, login="system")
    usable = account.start_code_until is not None and account.start_code_until > context.now
    if not usable or not secrets.compare_digest(account.start_code, code_digest(code)):
        raise _wrong_founding_code()
    account.start_code, account.start_code_until, account.failures = "", None, 0
    account.save(update_fields=["start_code", "start_code_until", "failures"])
    return account


@operation("access.redeem_start_code", permission=ANYONE, secret=("code", "password"))
def redeem_start_code(context: Context, *, login: str, code: str, password: str) -> Account:
    """Set the first password, or a new one, by a one-time code that then is spent.

    Sessions that were open under the old password end.
    """
    people = Account.objects.select_for_update().exclude(kind=Account.Kind.SYSTEM)
    account = people.filter(login=login, is_active=True).first()
    usable = (
        account is not None
        and account.start_code
        and secrets.compare_digest(account.start_code, code_digest(code))
        and account.start_code_until is not None
        and account.start_code_until > context.now
        and not account.is_locked(context.now)
    )
    if account is None or not usable:
        raise WrongSignIn(
            "The name or the code is wrong, or the code has been used or has expired. Your office prints a new slip."
        )
    _set_password(account, password)
    account.start_code, account.start_code_until, account.failures = "", None, 0
    account.save()
    OpenSession.objects.filter(account=account).delete()
    return account


def _set_password(account: Account, password: str) -> None:
    fault = password_faults(password, account.login)
    if fault:
        raise Invalid(fault, faults={"password": fault})
    account.set_password(password)


@operation("access.change_password", permission=OWN, secret=("old", "new"))
def change_password(context: Context, *, old: str, new: str) -> Account:
    """Change one's own password; every other session of the account ends."""
    account = Account.objects.select_for_update().get(pk=context.account)
    if not account.check_password(old):
        raise Invalid("The present password is wrong.", faults={"old": "The present password is wrong."})
    _set_password(account, new)
    account.save()
    OpenSession.objects.filter(account=account).delete()
    return account


def sign_in(context: Context, *, login: str, password: str, device: str, session_key: str) -> Account:
    """Sign in by name and password, and open a session.

    Wrong tries are counted even though they are refused; five lock the account for a
    quarter of an hour. It is never said whether a name exists.
    """
    account = Account.objects.filter(login=login, is_active=True).exclude(kind=Account.Kind.SYSTEM).first()
    if account is None or account.is_locked(context.now):
        make_password(password)  # the answer takes as long as for a name that exists
        raise _wrong()
    if not account.check_password(password):
        note_failed_sign_in(context, account=account)
        raise _wrong()
    begin_session(context, account=account, device=device, session_key=session_key)
    return account


@operation("access.note_failed_sign_in", permission=ANYONE)
def note_failed_sign_in(context: Context, *, account: Account) -> Account:
    """Count a wrong try; the fifth in a row locks the account for a quarter of an hour."""
    fresh = Account.objects.select_for_update().get(pk=account.pk)
    fresh.failures += 1
    if fresh.failures >= MOST_FAILURES:
        fresh.failures = 0
        fresh.locked_until = context.now + LOCK_FOR
    fresh.save(update_fields=["failures", "locked_until"])
    return fresh


@operation("access.begin_session", permission=ANYONE, secret=("session_key",))
def begin_session(context: Context, *, account: Account, device: str, session_key: str) -> OpenSession:
    """Open a session for an account whose holder has been recognized.

    Where one of its roles asks for a second factor, the session can do nothing until that
    has been passed.
    """
    Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None, last_login=context.now)
    return OpenSession.objects.create(
        account=account,
        key=code_digest(session_key),
        device=device[:120],
        begun_at=context.now,
        factor_passed=not needs_second_factor(account, context.today),
    )


@operation("access.end_session", permission=OWN)
def end_session(context: Context, *, session: OpenSession) -> OpenSession:
    """End one of one's own sessions, here or on another device."""
    if session.account_id != context.actor.account_id:
        raise NotAllowed("You may not do this here.")
    kept = OpenSession(account_id=session.account_id, device=session.device, begun_at=session.begun_at)
    session.delete()
    return kept


@operation("access.set_second_factor", permission=OWN, secret=("key", "code", "session_key"))
def set_second_factor(context: Context, *, key: str, code: str, session_key: str = "") -> Account:
    """Bind a one-time-code app to one's own account, proven by a first code.

    The session in which that happens counts as proven.
    """
    step = _matching_step(key, code, context.now)
    if step is None:
        raise Invalid("The code does not fit.", faults={"code": "The code does not fit."})
    account = Account.objects.select_for_update().get(pk=context.account)
    if account.factor_secret is not None:
        raise Conflict("A second factor is set already: have it reset first.")
    account.factor_secret = encrypt(settings.GANGMU_DATA_KEY, key, purpose="factor")
    account.factor_since, account.factor_step = context.now, step
    account.save(update_fields=["factor_secret", "factor_since", "factor_step"])
    OpenSession.objects.filter(account=account, key=code_digest(session_key)).update(factor_passed=True)
    return account


@operation("access.reset_second_factor", permission="access.manage", at="org")
def reset_second_factor(context: Context, *, org: Org, account: Account) -> Account:
    """Unbind a lost second factor; the holder sets a new one at the next sign-in."""
    _check_in_hand(context, org, account)
    account.factor_secret, account.factor_since, account.factor_step = None, None, 0
    account.save(update_fields=["factor_secret", "factor_since", "factor_step"])
    OpenSession.objects.filter(account=account).delete()
    return account


def pass_second_factor(context: Context, *, account: Account, code: str, session_key: str) -> OpenSession:
    """Take the one-time code of a sign-in; a code serves once, wrong ones count as wrong tries."""
    if account.factor_secret is None or account.is_locked(context.now):
        raise WrongSignIn("Too many wrong tries: wait a quarter of an hour.")
    key = decrypt(settings.GANGMU_DATA_KEY, bytes(account.factor_secret), purpose="factor")
    step = _matching_step(key, code, context.now)
    if step is None or step <= account.factor_step:
        note_failed_sign_in(context, account=account)
        raise WrongSignIn("The code does not fit.")
    return confirm_second_factor(context, account=account, step=step, session_key=session_key)


@operation("access.confirm_second_factor", permission=ANYONE, secret=("session_key",))
def confirm_second_factor(context: Context, *, account: Account, step: int, session_key: str) -> OpenSession:
    """Mark a session as proven by a code; the code's step is spent."""
    spent = Account.objects.filter(pk=account.pk, factor_step__lt=step).update(factor_step=step)
    if not spent:
        raise WrongSignIn("The code does not fit.")
    session = OpenSession.objects.get(account=account, key=code_digest(session_key))
    session.factor_passed = True
    session.save(update_fields=["factor_passed"])
    return session


@operation("access.confirm_demo_session", permission=ANYONE)
def confirm_demo_session(context: Context, *, session: OpenSession) -> OpenSession:
    """Let a session of a demonstration pass without a second factor; refused anywhere else."""
    if not settings.GANGMU_DEMO:
        raise NotAllowed("You may not do this here.")
    session.factor_passed = True
    session.save(update_fields=["factor_passed"])
    return session


def _matching_step(key: str, code: str, now: datetime) -> int | None:
    totp = pyotp.TOTP(key)
    for drift in (0, -1, 1):
        moment = now + timedelta(seconds=30 * drift)
        if secrets.compare_digest(totp.at(moment), code.strip()):
            return int(totp.timecode(moment))
    return None


@operation("access.grant_role", permission="access.grant", at="org")
def grant_role(
    context: Context,
    *,
    org: Org,
    account: Account,
    role: str,
    day: date,
    until: date | None = None,
    reach: str = "subtree",
    reason: str,
    source: str = "",
) -> Grant:
    """Give an account a role at an organization from a day, for a reason.

    Refused without a reason, with an end before its beginning, for a role the place's pack
    does not know, and for one that manages more than the actor does: nobody lifts another
    above themselves.
    """
    if reach not in Grant.Reach.values:
        raise Invalid("This is not one of the choices.", faults={"reach": "This is not one of the choices."})
    grant = Grant(
        account=account,
        role=role,
        org=org,
        reach=reach,
        valid_from=day,
        valid_to=until,
        reason=reason,
        source=source,
    )
    _check_given(context, org, [grant])
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    if until is not None and until <= day:
        raise Invalid("It ends before it begins.", faults={"until": "It ends before it begins."})
    grant.save()
    return grant


def _check_given(context: Context, org: Org, grants: Sequence[Grant]) -> None:
    """Refuse grants that would reach further, or let manage more, than the actor does.

    A role that asks for a second factor ends what its holder does without one.
    """
    if not _all_within(context, "access.grant", grants):
        raise NotAllowed("You may not do this here.")
    unproven: list[int] = []
    for code in {grant.role for grant in grants}:
        role = role_at(org, code)
        if role is None:
            raise Invalid("There is no such role here.", faults={"role": "There is no such role here."})
        given = [grant for grant in grants if grant.role == code]
        for permission in filter(manages, role.permissions):
            if not _all_within(context, permission, given):
                raise NotAllowed("This role may do more here than you may.")
        if role.second_factor:
            unproven += [grant.account_id for grant in given]
    for start in range(0, len(unproven), 500):
        OpenSession.objects.filter(
            account__in=unproven[start : start + 500], account__factor_secret=None
        ).update(factor_passed=False)


def _all_within(context: Context, permission: str, grants: Iterable[Grant]) -> bool:
    places = context.places(permission)
    return all(places.includes(_span_of(grant)) for grant in grants)


@operation("access.grant_roles", permission="access.grant", at="org")
def grant_roles(context: Context, *, org: Org, grants: Sequence[Grant]) -> int:
    """Give many roles at or below an organization at once, as when posts are imported."""
    outside = [grant for grant in grants if grant.org is None or not is_below(grant.org.path, org.path)]
    if outside:
        raise NotAllowed("You may not do this here.")
    _check_given(context, org, grants)
    Grant.objects.bulk_create(grants, batch_size=1000)
    return len(grants)


@operation("access.end_grant", permission="access.grant", at="grant.org")
def end_grant(context: Context, *, grant: Grant, day: date, reason: str) -> Grant:
    """End a grant on a day; from that day on it gives nothing."""
    if grant.valid_to is not None and grant.valid_to <= day:
        raise Conflict("The grant has ended already.")
    grant.valid_to = max(day, grant.valid_from)
    grant.reason = f"{grant.reason} / {reason}"[:200]
    grant.save(update_fields=["valid_to", "reason"])
    return grant


@operation("access.withdraw_grants", permission="access.grant", at="org")
def withdraw_grants(context: Context, *, org: Org, sources: Sequence[str]) -> int:
    """Take back roles that were given by mistake, by what gave them: they were never there.

    Accounts that hold nothing any more and were never used go with them. Refused once one
    of the holders has signed in, and for roles elsewhere.
    """
    grants = list(Grant.objects.filter(source__in=sources).select_related("org", "account"))
    if any(grant.org is None or not is_below(grant.org.path, org.path) for grant in grants):
        raise NotAllowed("You may not do this here.")
    used = next((grant.account for grant in grants if grant.account.last_login is not None), None)
    if used is not None:
        raise Conflict("%(name)s has signed in since.", {"name": used.name})
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).delete()
    idle = Account.objects.filter(
        pk__in={grant.account_id for grant in grants}, last_login=None, grants=None, lent=None, borrowed=None
    )
    idle.filter(kind=Account.Kind.PERSON).delete()
    return len(grants)


@operation("access.lend_roles", permission=OWN)
def lend_roles(context: Context, *, taker: Account, day: date, until: date, reason: str) -> Delegation:
    """Lend one's own delegable roles to a substitute for a time; at most ninety days."""
    if context.actor.account_id == taker.pk:
        raise Conflict("Roles are lent to another.")
    if not day < until <= day + timedelta(days=90) or until <= context.today:
        raise Invalid(
            "It ends after it begins, within ninety days.",
            faults={"until": "It ends after it begins, within ninety days."},
        )
    if not reason.strip():
        raise Invalid("A reason is needed.", faults={"reason": "This must be filled in."})
    return Delegation.objects.create(
        giver_id=context.account, taker=taker, valid_from=day, valid_to=until, reason=reason
    )


@operation("access.take_back_roles", permission=OWN)
def take_back_roles(context: Context, *, delegation: Delegation) -> Delegation:
    """End a delegation today; either side may."""
    if context.actor.account_id not in (delegation.giver_id, delegation.taker_id):
        raise NotAllowed("You may not do this here.")
    delegation.valid_to = max(context.today, delegation.valid_from)
    delegation.save(update_fields=["valid_to"])
    return delegation


@operation("access.make_token", permission=OWN, secret=("digest",))
def make_token(
    context: Context, *, name: str, digest: str, scopes: Sequence[str], expires_at: datetime
) -> Token:
    """Keep the digest of a token that may do some of what its account may, for at most a year."""
    if not name.strip() or not scopes:
        raise Invalid("A name and at least one scope are needed.", faults={"name": "This must be filled in."})
    if not context.now < expires_at <= context.now + timedelta(days=366):
        raise Invalid("A token ends within a year.", faults={"expires_at": "A token ends within a year."})
    return Token.objects.create(
        account_id=context.account,
        name=name.strip(),
        digest=digest,
        scopes=sorted(scopes),
        made_at=context.now,
        expires_at=expires_at,
    )


def fresh_token(
    context: Context, *, name: str, scopes: Sequence[str], expires_at: datetime
) -> tuple[Token, str]:
    """Make a token and return it with its text, which is shown this once and never again."""
    text = "gm_" + secrets.token_urlsafe(32)
    token = make_token(context, name=name, digest=code_digest(text), scopes=scopes, expires_at=expires_at)
    return token, text


@operation("access.revoke_token", permission=OWN)
def revoke_token(context: Context, *, token: Token) -> Token:
    """Make one of one's own tokens useless from now on."""
    if token.account_id != context.actor.account_id:
        raise NotAllowed("You may not do this here.")
    token.revoked_at = context.now
    token.save(update_fields=["revoked_at"])
    return token


def ensure_system_account() -> Account:
    """Make sure that the named system actor exists with its own grant everywhere."""
    account, made = Account.objects.get_or_create(
        login="system",
        defaults={"name": "system", "kind": Account.Kind.SYSTEM, "password": make_password(None)},
    )
    if made:
        Grant.objects.create(
            account=account, role="system", org=None, valid_from=date(1900, 1, 1), reason="the site itself"
        )
    return account


def kept_replay(context: Context, account_id: int, *, key: str, request: str) -> tuple[Replay, bool]:
    """Return the row in which the answer to a request is kept, and whether it is new.

    Not an operation: it changes nothing of consequence, and the write it belongs to is
    logged by itself. The row is locked until that write is done.
    """
    try:
        with transaction.atomic():
            return Replay.objects.create(
                account_id=account_id, key=key, request=request, at=context.now
            ), True
    except IntegrityError:  # it came before, or is being done: wait for that
        return Replay.objects.select_for_update().get(account_id=account_id, key=key), False


def forget_replays(before: datetime) -> int:
    """Forget the answers kept for writes that came before an instant; return how many."""
    return Replay.objects.filter(at__lt=before).delete()[0]
