"""What the room's endpoints take and give."""

from datetime import date, datetime
from typing import Any

from ninja import Schema

from gangmu.core.errors import NotFound
from gangmu.frame.doors import Request
from gangmu.kernel.orgs.models import Org
from gangmu.kernel.orgs.queries import org_by_id
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.plans.queries.account import (
    Account,
    Beside,
)
from gangmu.work.plans.rules import Tally


class PageOf(Schema):
    """Where a list goes on: ``after`` the last id seen, at most ``limit`` rows."""

    after: int = 0
    limit: int = 100


def limit_of(page: PageOf) -> int:
    """Return how many rows a page may have: one to two hundred."""
    return max(1, min(page.limit, 200))


class CountOut(Schema):
    """How many."""

    count: int


class OrderOut(Schema):
    """One order."""

    id: int
    duty: str
    period: str
    issuer_id: int
    title: str
    text: str
    answer_kind: str
    review: str
    minutes: int
    state: str
    asked: int
    issued_at: datetime
    due_on: date
    withdrawn_reason: str


class TaskOut(Schema):
    """One order as one organization has it."""

    id: int
    order_id: int
    org_id: int
    duty: str
    period: str
    state: str
    timing: str
    due_on: date
    versions: int
    returns: int
    answered_on: date | None
    closed_at: datetime | None


class AnswerOut(Schema):
    """One version of an answer."""

    id: int
    task_id: int
    version: int
    record_id: int
    answered_for_id: int
    entered_by_id: int
    answered_at: datetime
    after_closing: bool


class ReturnOut(Schema):
    """Why an answer was given back."""

    id: int
    task_id: int
    answer_id: int
    reason: str
    faults: dict[str, str]
    returned_at: datetime


class HappenedOut(Schema):
    """One thing that happened to a task."""

    event: str
    at: datetime
    by: str
    note: str
    record: int | None


class DutyOut(Schema):
    """One duty that is in force."""

    code: str
    title: str
    document: str
    article: str
    every: str
    answer: str
    minutes: int
    review: str
    kinds: list[str]
    domains: list[str]
    levels: list[str]


class AskedOut(Schema):
    """Who would receive an order."""

    org: int
    code: str
    name: str


class PreviewOut(Schema):
    """What issuing would do."""

    duty: str
    period: str
    issue_on: date
    due_on: date
    asked: list[AskedOut]
    guessed: list[int]
    order: int | None


class TallyOut(Schema):
    """How many tasks stand under each heading."""

    due: int
    on_time: int
    late: int
    missing: int
    waiting: int


class LineOut(Schema):
    """One organization's line of an account."""

    org: int
    code: str
    name: str
    total: TallyOut
    cells: dict[str, TallyOut]


class AccountOut(Schema):
    """What was asked below one organization, and what came of it."""

    org: int
    columns: list[str]
    lines: list[LineOut]
    total: TallyOut


class YearLineOut(Schema):
    """One organization's months; one that was asked for nothing is not there."""

    org: int
    code: str
    name: str
    months: dict[str, TallyOut]
    total: TallyOut
    founded: date | None
    closed: date | None


class YearOut(Schema):
    """A year below one organization: by place and month, by duty and month."""

    org: int
    year: int
    lines: list[YearLineOut]
    duties: dict[str, dict[str, TallyOut]]
    total: TallyOut


class BesideOut(Schema):
    """Those beside an organization: counts, and the names of the best few."""

    orgs: int
    total: TallyOut
    best: list[str]
    more: int


class OwnLineOut(Schema):
    """One thing that was asked of an organization, and how it stands."""

    title: str
    due_on: date
    stands: str


class OwnMonthOut(Schema):
    """A month of one organization as its own members may read it."""

    asked: list[OwnLineOut]
    total: TallyOut
    beside: BesideOut


def beside_values(found: Beside) -> dict[str, Any]:
    """Return those beside an organization as the API shows them."""
    return {
        "orgs": found.orgs,
        "total": tally_values(found.total),
        "best": [each.name for each in found.best],
        "more": found.more,
    }


def tally_values(tally: Tally) -> dict[str, int]:
    """Return a tally as plain numbers."""
    return {
        "due": tally.due,
        "on_time": tally.on_time,
        "late": tally.late,
        "missing": tally.missing,
        "waiting": tally.waiting,
    }


def account_values(found: Account) -> dict[str, Any]:
    """Return an account as the API shows it."""
    return {
        "org": found.top.pk,
        "columns": list(found.columns),
        "lines": [
            {
                "org": line.org,
                "code": line.code,
                "name": line.name,
                "total": tally_values(line.total),
                "cells": {code: tally_values(tally) for code, tally in line.cells.items()},
            }
            for line in found.lines
        ],
        "total": tally_values(found.total),
    }


def duty_values(kind: DutyKind, language: str) -> dict[str, Any]:
    """Return a duty in the words of a language."""
    return {
        "code": kind.code,
        "title": kind.title.within(language),
        "document": kind.follows.document,
        "article": kind.follows.article,
        "every": kind.every,
        "answer": kind.answer,
        "minutes": kind.minutes,
        "review": kind.review,
        "kinds": list(kind.asked_of.kinds),
        "domains": list(kind.asked_of.domains),
        "levels": list(kind.asked_of.levels),
    }


def seen_org(request: Request, org_id: int) -> Org:
    """Return the organization, or refuse it to a reader whom its duties do not concern."""
    org = org_by_id(request.context, org_id)
    if not request.context.may("plans.view", org.path):
        raise NotFound("There is no such organization.")
    return org


class ReasonIn(Schema):
    """Why."""

    reason: str
