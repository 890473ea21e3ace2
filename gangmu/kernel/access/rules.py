"""Decisions about sign-in and scopes, as pure functions."""

import hashlib
import secrets
from datetime import timedelta

MOST_FAILURES = 5
LOCK_FOR = timedelta(minutes=15)
START_CODE_FOR = timedelta(days=14)
FOUNDING_CODE_FOR = timedelta(days=1)
LEAST_PASSWORD = 10
MOST_SLIPS = 200
"""How many slips are printed at once: each account is looked at before it gets a new code."""

EVERY_PERMISSION = "*"
SYSTEM_ROLE = "system"
BUILT_IN_ROLES: dict[str, frozenset[str]] = {SYSTEM_ROLE: frozenset({EVERY_PERMISSION})}
"""Roles that exist before any pack: the named actor under which the site itself works."""

_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_start_code() -> str:
    """Return a one-time code that can be read from paper: ten letters in two groups."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def code_digest(code: str) -> str:
    """Return what is kept of a one-time code or token."""
    plain = code.strip().upper() if "-" in code and len(code.strip()) == 11 else code.strip()
    return hashlib.sha256(plain.encode()).hexdigest()


def role_gives(permissions: frozenset[str], permission: str) -> bool:
    """Whether a role's permissions include one; ``room.*`` includes all of a room."""
    room = permission.split(".", 1)[0]
    return permission in permissions or f"{room}.*" in permissions or EVERY_PERMISSION in permissions


def manages(permission: str) -> bool:
    """Whether a permission decides over other people's access, the packs or the tree."""
    room, _, verb = permission.partition(".")
    return room == "*" or (room in ("access", "packs", "audit", "orgs") and verb != "view")


def may_be_lent(permission: str) -> bool:
    """Whether a substitute gets a permission with a lent role.

    Deciding over accounts, roles and packs is not lent: what a substitute gave to others, or
    to themselves, would outlive the substitution.
    """
    room = permission.partition(".")[0]
    return room not in ("*", "access", "packs") or not manages(permission)


def password_faults(password: str, login: str) -> str:
    """Return what is wrong with a new password, or nothing."""
    if len(password) < LEAST_PASSWORD:
        return "A password has at least ten characters."
    if login.lower() in password.lower():
        return "A password does not hold the sign-in name."
    if len(set(password)) < 5:
        return "A password has at least five different characters."
    return ""
