"""Signing in and out, one's own account, and who holds what at an organization."""

import json
import secrets
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp
import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as translate

from gangmu.core.context import Context
from gangmu.core.errors import Invalid, NotFound, NotSignedIn, Refusal
from gangmu.core.fields import Choice, FieldSpec, parse_fields
from gangmu.core.text import LANGUAGES, Text
from gangmu.frame.doors import ANYONE, OWN, Request, page
from gangmu.frame.figures import Status
from gangmu.frame.forms import FieldForm
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table
from gangmu.frame.words import say
from gangmu.kernel.access.definitions import RoleKind
from gangmu.kernel.access.models import Account, Grant, OpenSession, Token
from gangmu.kernel.access.operations import (
    begin_session,
    change_password,
    close_account,
    confirm_demo_session,
    end_grant,
    end_session,
    fresh_start_code,
    fresh_token,
    grant_role,
    lend_roles,
    open_account,
    pass_second_factor,
    redeem_start_code,
    reset_second_factor,
    revoke_token,
    set_second_factor,
    sign_in,
    take_back_roles,
)
from gangmu.kernel.access.queries import (
    AccountActor,
    grants_below,
    grants_of,
    needs_second_factor,
    own_delegations,
    own_sessions,
    own_tokens,
    title_of_role,
)
from gangmu.kernel.orgs.around import around_org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.kernel.packs.queries import pack_of


def _next(request: Request) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else "/"


def _device(request: Request) -> str:
    """Return a word for the device; nothing that would tell two of one kind apart is kept."""
    agent = request.headers.get("User-Agent", "")
    system = next(
        (name for name in ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux") if name in agent), ""
    )
    browser = next(
        (name for name in ("MicroMessenger", "Edg", "Firefox", "Chrome", "Safari") if name in agent), ""
    )
    return " · ".join(part for part in (system, browser) if part)


def _begin(request: Request) -> str:
    """Start a browser session with a new key, so that an old one cannot be used along."""
    request.session.flush()
    request.session["gangmu"] = secrets.token_urlsafe(32)
    return str(request.session["gangmu"])


def demo_accounts(language: str = LANGUAGES[0]) -> list[dict[str, Any]]:
    """Return the accounts that a demonstration offers on its sign-in page, in the reader's words."""
    file = Path(settings.GANGMU_DATA) / "demo.json"
    if not settings.GANGMU_DEMO or not file.exists():
        return []
    accounts: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return [
        {key: said.get(language, "") if isinstance(said, dict) else said for key, said in account.items()}
        for account in accounts
    ]


@page(ANYONE, methods=("GET", "POST"))
def signing_in(request: Request) -> HttpResponse:
    """Sign in by name and password; where a role asks for it, a one-time code follows."""
    values = {
        "next": _next(request),
        "login": request.POST.get("login", ""),
        "demo": demo_accounts(request.context.language),
    }
    if request.method == "GET":
        return render(request, "access/sign_in.html", values)
    login, password = request.POST.get("login", "").strip(), request.POST.get("password", "")
    key = secrets.token_urlsafe(32)
    try:
        account = sign_in(
            request.context, login=login, password=password, device=_device(request), session_key=key
        )
    except Refusal as refusal:
        return form_again(request, "access/sign_in.html", values, refusal)
    request.session.flush()
    request.session["gangmu"] = key
    return _after_password(request, account)


def _after_password(request: Request, account: Account) -> HttpResponse:
    if needs_second_factor(account, request.context.today):
        step = "access-code" if account.factor_secret is not None else "access-set-up-code"
        return redirect(f"{reverse(step)}?{urlencode({'next': _next(request)})}")
    return redirect(_next(request))


@page(ANYONE, methods=("POST",))
def entering_demo(request: Request) -> HttpResponse:
    """Enter the demonstration as one of its accounts, without password or code."""
    login = request.POST.get("login", "")
    if login not in {account["login"] for account in demo_accounts()}:
        raise NotFound("There is no such demonstration account.")
    account = Account.objects.get(login=login, is_active=True)
    key = _begin(request)
    session = begin_session(request.context, account=account, device=_device(request), session_key=key)
    if not session.factor_passed:
        confirm_demo_session(request.context, session=session)
    return redirect(_next(request))


def _half_signed_in(request: Request) -> OpenSession:
    session: OpenSession | None = request.session_of
    if session is None:
        raise NotSignedIn("Please sign in first.")
    return session


@page(ANYONE, methods=("GET", "POST"))
def entering_code(request: Request) -> HttpResponse:
    """Take the one-time code that follows the password."""
    session = _half_signed_in(request)
    values = {"next": _next(request)}
    if request.method == "GET":
        return render(request, "access/code.html", values)
    try:
        pass_second_factor(
            request.context,
            account=session.account,
            code=request.POST.get("code", ""),
            session_key=request.session["gangmu"],
        )
    except Refusal as refusal:
        return form_again(request, "access/code.html", values, refusal)
    return redirect(_next(request))


@page(ANYONE, methods=("GET", "POST"))
def setting_up_code(request: Request) -> HttpResponse:
    """Bind a one-time-code app to the account, which its role asks for."""
    session = _half_signed_in(request)
    if session.account.factor_secret is not None:
        return redirect("access-code")
    if "factor" not in request.session:
        request.session["factor"] = pyotp.random_base32()
    key = request.session["factor"]
    uri = pyotp.TOTP(key).provisioning_uri(name=session.account.login, issuer_name="Gangmu")
    values = {"next": _next(request), "key": key, "picture": segno.make(uri).png_data_uri(scale=5)}
    if request.method == "GET":
        return render(request, "access/set_up_code.html", values)
    code = request.POST.get("code", "")
    own = Context(AccountActor(session.account), request.context.now, request.context.language)
    try:
        set_second_factor(own, key=key, code=code, session_key=request.session["gangmu"])
    except Refusal as refusal:
        return form_again(request, "access/set_up_code.html", values, refusal)
    del request.session["factor"]
    return redirect(_next(request))


@page(ANYONE, methods=("GET", "POST"))
def starting(request: Request) -> HttpResponse:
    """Set the first password with the one-time code from the slip of paper, and go in.

    The picture on the slip brings name and code along: on a telephone only the password is typed.
    """
    typed = request.POST if request.method == "POST" else request.GET
    login, code = typed.get("login", "").strip()[:60], typed.get("code", "").strip()[:20]
    values = {"login": login, "code": code, "scanned": request.method == "GET" and bool(login and code)}
    if request.method == "GET":
        return render(request, "access/start.html", values)
    try:
        account = redeem_start_code(
            request.context, login=login, code=code, password=request.POST.get("password", "")
        )
    except Refusal as refusal:
        return form_again(request, "access/start.html", {**values, "faults": refusal.faults}, refusal)
    key = _begin(request)
    begin_session(request.context, account=account, device=_device(request), session_key=key)
    return _after_password(request, account)


@page(ANYONE, methods=("POST",))
def signing_out(request: Request) -> HttpResponse:
    """End this session."""
    session: OpenSession | None = request.session_of
    if session is not None:
        own = Context(AccountActor(session.account), request.context.now, request.context.language)
        end_session(own, session=session)
    request.session.flush()
    return redirect("access-sign-in")


_TOKEN_SCOPES = {
    "orgs.view": say("See organizations"),
    "plans.view": say("See tasks and accounts"),
    "plans.answer": say("Receive and answer tasks"),
    "records.view": say("See records"),
    "records.write": say("Write records"),
    "people.view": say("See people"),
    "own": say("My own account, inbox and log"),
    "*": say("All that I may"),
}
"""What a token may be limited to, in words."""

_TOKEN_FORM = (
    FieldSpec(code="name", title=say("What the token is for"), required=True, max_length=60),
    FieldSpec(
        code="days",
        title=say("Valid for how many days"),
        type="number",
        whole=True,
        required=True,
        minimum=Decimal(1),
        maximum=Decimal(365),
    ),
)
_LENDING_FORM = (
    FieldSpec(code="login", title=say("Sign-in name of the substitute"), required=True, max_length=60),
    FieldSpec(code="until", title=say("Until (not included)"), type="date", required=True),
    FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),
)


def _role_title(grant: Grant) -> Text | str:
    """Return a grant's role as the pack of its place calls it."""
    return title_of_role(pack_of(grant.org.root_id) if grant.org else None, grant.role)


def _in_words(token: Token) -> list[Text | str]:
    """Return what a token may do, in words."""
    return [_TOKEN_SCOPES.get(scope, scope) for scope in token.scopes]


def _scopes_for(context: Context) -> list[tuple[str, Any]]:
    """Return what a token of the reader's may be limited to: nothing that the account itself may not do."""
    return [
        (scope, words) for scope, words in _TOKEN_SCOPES.items() if scope in (OWN, "*") or context.may(scope)
    ]


def _account_values(request: Request, **more: Any) -> dict[str, Any]:
    context = request.context
    return {
        "account": Account.objects.get(pk=context.account),
        "grants": [(grant, _role_title(grant)) for grant in grants_of(context, context.account)],
        "sessions": own_sessions(context),
        "here": request.session_of.pk if request.session_of else None,
        "tokens": [(each, _in_words(each)) for each in own_tokens(context)],
        "delegations": own_delegations(context),
        "token_form": FieldForm(_TOKEN_FORM, {"days": "90"}),
        "lending_form": FieldForm(_LENDING_FORM),
        "scopes": _scopes_for(context),
        **more,
    }


@page(OWN)
def own_account(request: Request) -> HttpResponse:
    """Show one's own roles, sessions, tokens and substitutes."""
    return render(request, "access/account.html", _account_values(request))


@page(OWN, methods=("POST",))
def changing_password(request: Request) -> HttpResponse:
    """Change one's own password; all sessions end, this one too."""
    try:
        change_password(request.context, old=request.POST.get("old", ""), new=request.POST.get("new", ""))
    except Invalid as refusal:
        return form_again(
            request, "access/account.html", _account_values(request, password_faults=refusal.faults), refusal
        )
    request.session.flush()
    messages.success(request, translate("The password is changed. Sign in with it."))
    return redirect("access-sign-in")


@page(OWN, methods=("POST",))
def making_token(request: Request) -> HttpResponse:
    """Make a token for a program; its text is shown this once."""
    form = FieldForm(_TOKEN_FORM)
    try:
        values = parse_fields(_TOKEN_FORM, form.raw(request.POST))
        scopes = [scope for scope in request.POST.getlist("scopes") if scope in _TOKEN_SCOPES]
        expires_at = request.context.now + timedelta(days=int(values["days"]))
        _, text = fresh_token(request.context, name=values["name"], scopes=scopes, expires_at=expires_at)
    except Invalid as refusal:
        again = form.again(request.POST, refusal.faults)
        return form_again(request, "access/account.html", _account_values(request, token_form=again), refusal)
    return render(request, "access/account.html", _account_values(request, new_token=text))


@page(OWN, methods=("POST",))
def revoking_token(request: Request, token_id: int) -> HttpResponse:
    """Make one of one's own tokens useless."""
    token = own_tokens(request.context).filter(pk=token_id).first()
    if token is None:
        raise NotFound("There is no such token.")
    revoke_token(request.context, token=token)
    return redirect("access-account")


@page(OWN, methods=("POST",))
def ending_session(request: Request, session_id: int) -> HttpResponse:
    """End one of one's own sessions on another device."""
    session = own_sessions(request.context).filter(pk=session_id).first()
    if session is None:
        raise NotFound("There is no such session.")
    end_session(request.context, session=session)
    return redirect("access-account")


@page(OWN, methods=("POST",))
def lending(request: Request) -> HttpResponse:
    """Lend one's roles to a substitute for a time."""
    form = FieldForm(_LENDING_FORM)
    try:
        values = parse_fields(_LENDING_FORM, form.raw(request.POST))
        taker = Account.objects.filter(login=values["login"], is_active=True).first()
        if taker is None:
            raise Invalid("Nobody signs in by this name.", faults={"login": "Nobody signs in by this name."})
        lend_roles(
            request.context,
            taker=taker,
            day=request.context.today,
            until=date.fromisoformat(values["until"]),
            reason=values["reason"],
        )
    except Refusal as refusal:
        again = form.again(request.POST, refusal.faults)
        return form_again(
            request, "access/account.html", _account_values(request, lending_form=again), refusal
        )
    messages.success(request, translate("The substitute may act from today."))
    return redirect("access-account")


@page(OWN, methods=("POST",))
def taking_back(request: Request, delegation_id: int) -> HttpResponse:
    """End a substitution today."""
    delegation = own_delegations(request.context).filter(pk=delegation_id).first()
    if delegation is None:
        raise NotFound("There is no such substitution.")
    take_back_roles(request.context, delegation=delegation)
    return redirect("access-account")


def _role_form(context: Context, root: int) -> tuple[FieldSpec, ...]:
    roles = pack_of(root).all(RoleKind)
    return (
        FieldSpec(code="login", title=say("Sign-in name"), required=True, max_length=60),
        FieldSpec(
            code="name",
            title=say("Name, if the account is new"),
            max_length=60,
            help=say("An unknown sign-in name opens a new account."),
        ),
        FieldSpec(
            code="role",
            title=say("Role"),
            type="choice",
            required=True,
            choices=tuple(Choice(code=role.code, title=role.title) for role in roles),
        ),
        FieldSpec(code="until", title=say("Until (not included)"), type="date"),
        FieldSpec(code="reason", title=say("Reason"), required=True, max_length=200),
    )


def _grant_state(context: Context, grant: Grant) -> Status:
    if grant.valid_from > context.today:
        return Status(say("To come"), "blue")
    if grant.valid_to is not None and grant.valid_to <= context.today:
        return Status(say("Ended"), "grey")
    return Status(say("In force"), "green")


def _org_values(request: Request, org_id: int, **more: Any) -> dict[str, Any]:
    context = request.context
    org = org_by_id(context, org_id)
    columns = [
        Column("account", say("Account"), value=lambda grant: grant.account.name, sort="account__name"),
        Column("login", say("Sign-in name"), value=lambda grant: grant.account.login),
        Column("role", say("Role"), value=_role_title, sort="role"),
        Column("valid_from", say("From"), "date", sort="valid_from"),
        Column("valid_to", say("Until (not included)"), "date", sort="valid_to"),
        Column("reason", say("Reason")),
        Column("state", say("State"), "status", value=lambda grant: _grant_state(context, grant)),
        Column("actions", "", "part", part="access/_grant_actions.html"),
    ]
    grants = grants_below(context).filter(org=org)
    table = Table(
        request,
        columns,
        grants,
        title=say("Roles held here"),
        empty_title=say("Nobody holds a role here yet"),
        context={
            "may_grant": context.may("access.grant", org.path),
            "may_manage": context.may("access.manage", org.path),
            "today": context.today,
            "org": org,
        },
    )
    shown = {
        "table": table,
        "may_grant": context.may("access.grant", org.path),
        "form": FieldForm(_role_form(context, org.root_id)),
        **more,
    }
    return around_org(request, org, "access-org", **shown)


@page("access.view")
def org_grants(request: Request, org_id: int) -> HttpResponse:
    """Show who holds which role at an organization."""
    return render(request, "access/org.html", _org_values(request, org_id))


@page("access.grant", methods=("POST",))
def granting(request: Request, org_id: int) -> HttpResponse:
    """Give a role at an organization, and open the account if there is none."""
    context = request.context
    org = org_by_id(context, org_id)
    specs = _role_form(context, org.root_id)
    form = FieldForm(specs)
    try:
        values = parse_fields(specs, form.raw(request.POST))
        account = Account.objects.filter(login=values["login"]).first()
        if account is None:
            if not values["name"]:
                raise Invalid("A new account needs a name.", faults={"name": "This must be filled in."})
            account = open_account(context, org=org, login=values["login"], name=values["name"])
        until = date.fromisoformat(values["until"]) if values["until"] else None
        role = pack_of(org.root_id).find(RoleKind, values["role"])
        grant_role(
            context,
            org=org,
            account=account,
            role=values["role"],
            day=context.today,
            until=until,
            reach=role.reach if role else "org",
            reason=values["reason"],
        )
    except Refusal as refusal:
        again = form.again(request.POST, refusal.faults)
        return form_again(request, "access/org.html", _org_values(request, org_id, form=again), refusal)
    messages.success(request, translate("The role is given from today."))
    return redirect("access-org", org_id)


def _grant_at(request: Request, grant_id: int) -> Grant:
    grant = grants_below(request.context).filter(pk=grant_id).first()
    if grant is None or grant.org is None:
        raise NotFound("There is no such grant.")
    return grant


@page("access.grant", methods=("POST",))
def ending_grant(request: Request, grant_id: int) -> HttpResponse:
    """End a grant today."""
    grant = _grant_at(request, grant_id)
    end_grant(request.context, grant=grant, day=request.context.today, reason=translate("ended by hand"))
    return redirect("access-org", grant.org_id)


@page("access.manage", methods=("POST",))
def giving_start_code(request: Request, grant_id: int) -> HttpResponse:
    """Print a slip with a one-time code for the holder of a grant."""
    grant = _grant_at(request, grant_id)
    assert grant.org is not None
    code = fresh_start_code(request.context, org=grant.org, account=grant.account)
    address = request.build_absolute_uri(reverse("access-start"))
    scanned = f"{address}?{urlencode({'login': grant.account.login, 'code': code})}"
    values = {
        "grant": grant,
        "code": code,
        "address": address,
        "picture": segno.make(scanned).svg_data_uri(scale=4, border=2),
    }
    return render(request, "access/slip.html", values)


@page("access.manage", methods=("POST",))
def resetting_factor(request: Request, grant_id: int) -> HttpResponse:
    """Unbind the lost second factor of the holder of a grant."""
    grant = _grant_at(request, grant_id)
    assert grant.org is not None
    reset_second_factor(request.context, org=grant.org, account=grant.account)
    messages.success(
        request, translate("The second factor is unbound; a new one is set at the next sign-in.")
    )
    return redirect("access-org", grant.org_id)


@page("access.manage", methods=("POST",))
def closing_account(request: Request, grant_id: int) -> HttpResponse:
    """Close the account of the holder of a grant, one that has ended too."""
    grant = _grant_at(request, grant_id)
    assert grant.org is not None
    close_account(request.context, org=grant.org, account=grant.account)
    messages.success(request, translate("The account is closed; its past stays."))
    return redirect("access-org", grant.org_id)


urlpatterns = [
    path("sign-in", signing_in, name="access-sign-in"),
    path("sign-in/demo", entering_demo, name="access-demo"),
    path("sign-in/code", entering_code, name="access-code"),
    path("sign-in/set-up-code", setting_up_code, name="access-set-up-code"),
    path("sign-in/start", starting, name="access-start"),
    path("sign-out", signing_out, name="access-sign-out"),
    path("my-account", own_account, name="access-account"),
    path("my-account/password", changing_password, name="access-change-password"),
    path("my-account/tokens", making_token, name="access-make-token"),
    path("my-account/tokens/<int:token_id>/revoke", revoking_token, name="access-revoke-token"),
    path("my-account/sessions/<int:session_id>/end", ending_session, name="access-end-session"),
    path("my-account/substitutes", lending, name="access-lend"),
    path("my-account/substitutes/<int:delegation_id>/end", taking_back, name="access-take-back"),
    path("orgs/<int:org_id>/roles", org_grants, name="access-org"),
    path("orgs/<int:org_id>/roles/grant", granting, name="access-grant"),
    path("grants/<int:grant_id>/end", ending_grant, name="access-end-grant"),
    path("grants/<int:grant_id>/slip", giving_start_code, name="access-slip"),
    path("grants/<int:grant_id>/close-account", closing_account, name="access-close-account"),
    path("grants/<int:grant_id>/factor", resetting_factor, name="access-reset-factor"),
]
