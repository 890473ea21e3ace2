"""The rules against formalism over the API: what they are, what they find, who is excepted."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ninja import Query, Router, Schema

from gangmu.core.definition import Fault
from gangmu.frame.doors import OWN, Request, endpoint
from gangmu.kernel.guard.definitions import GuardRule
from gangmu.kernel.guard.models import GuardOverride
from gangmu.kernel.guard.operations import end_override, override_rule
from gangmu.kernel.guard.queries import (
    findings_in,
    override_by_id,
    pack_here,
    past_overrides,
    standing_overrides,
)
from gangmu.kernel.guard.rules import all_rules
from gangmu.kernel.orgs.queries import org_by_id

router = Router(tags=["guard"])


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


class RuleOut(Schema):
    """One rule: its paper, how sure that is, what the software does."""

    code: str
    title: str
    does: str
    document: str
    article: str
    certainty: str
    effective_from: date
    looks_at: list[str]
    overridable: bool


class FindingOut(Schema):
    """What a rule finds: where, what, by which paper; a warning refuses nothing."""

    code: str
    line: int
    message: str
    document: str
    article: str
    warning: bool


class DraftIn(Schema):
    """A text, or with ``kind`` a draft of such a definition."""

    text: str
    kind: str = ""
    code: str = "draft"


class OverrideIn(Schema):
    """An exception: from which rule, in what, why, by which paper, who answers for it, until when."""

    rule: str
    what: str
    reason: str
    answerable: str
    paper: str
    valid_from: date | None = None
    valid_to: date | None = None


class OverrideOut(Schema):
    """One exception; everybody may read it."""

    id: int
    rule: str
    org_id: int
    what: str
    reason: str
    answerable: str
    paper: str
    valid_from: date
    valid_to: date
    ended_for: str


class ReasonIn(Schema):
    """Why."""

    reason: str


@endpoint(router, "get", "/guard/rules", "guard.all_rules", permission=OWN, response=list[RuleOut])
def list_rules(request: Request) -> list[dict[str, Any]]:
    """List every rule in words."""
    return [_rule(rule, request.context.language) for rule in all_rules()]


def _rule(rule: GuardRule, language: str) -> dict[str, Any]:
    told = rule.model_dump(include=set(RuleOut.model_fields) - {"title", "does", "looks_at"})
    return {
        **told,
        "title": rule.title.within(language),
        "does": rule.does.within(language),
        "looks_at": list(rule.looks_at),
    }


def _findings(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [{name: getattr(fault, name) for name in FindingOut.model_fields} for fault in faults]


@endpoint(router, "get", "/guard/pack", "guard.pack_here", permission="packs.view", response=list[FindingOut])
def list_pack_findings(request: Request) -> list[dict[str, Any]]:
    """List what today's rules say about the pack in force."""
    return _findings(pack_here(request.context)[1])


@endpoint(
    router,
    "post",
    "/guard/findings",
    "guard.findings_in",
    permission="packs.view",
    response=list[FindingOut],
)
def look_through(request: Request, given: DraftIn) -> list[dict[str, Any]]:
    """Look through a text or a draft before it is sent; nothing of it is kept."""
    return _findings(findings_in(request.context, text=given.text, kind=given.kind, code=given.code))


@endpoint(
    router,
    "get",
    "/guard/exceptions",
    "guard.standing_overrides",
    permission=OWN,
    response=list[OverrideOut],
)
def list_overrides(request: Request, page: Query[PageOf], over: bool = False) -> list[GuardOverride]:
    """List the exceptions in force and to come, or those that are over, by id."""
    today = request.context.today
    rows = past_overrides(today) if over else standing_overrides(today)
    return list(rows.order_by("pk").filter(pk__gt=page.after)[: max(1, min(page.limit, 200))])


@endpoint(
    router,
    "post",
    "/orgs/{org_id}/guard-exceptions",
    "guard.override_rule",
    permission="guard.override",
    response=OverrideOut,
)
def post_override(request: Request, org_id: int, given: OverrideIn) -> GuardOverride:
    """Make an exception that everybody can read."""
    return override_rule(request.context, org_by_id(request.context, org_id), **given.dict())


@endpoint(
    router,
    "post",
    "/guard/exceptions/{override_id}/end",
    "guard.end_override",
    permission="guard.override",
    response=OverrideOut,
)
def post_end(request: Request, override_id: int, given: ReasonIn) -> GuardOverride:
    """End an exception before its day."""
    return end_override(request.context, override_by_id(override_id), reason=given.reason)
