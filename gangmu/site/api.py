"""The API of the whole site: every room's router, problems as problem+json, tokens."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from gangmu.core.errors import Invalid, NotFound, Refusal
from gangmu.desk import api as desk
from gangmu.desk.leader import api as leader
from gangmu.desk.thread import api as thread
from gangmu.frame.problems import problem_response
from gangmu.kernel.access import api as access
from gangmu.kernel.files import api as files
from gangmu.kernel.guard import api as guard
from gangmu.kernel.imports import api as imports
from gangmu.kernel.inbox import api as inbox
from gangmu.kernel.notices import api as notices
from gangmu.kernel.orgs import api as orgs
from gangmu.kernel.people import api as people
from gangmu.kernel.quality import api as quality
from gangmu.results.assessment import api as assessment
from gangmu.results.honours import api as honours
from gangmu.results.reports import api as reports
from gangmu.work.burden import api as burden
from gangmu.work.ledgers import api as ledgers
from gangmu.work.plans import api as plans
from gangmu.work.programmes import api as programmes
from gangmu.work.records import api as records
from gangmu.work.selfchecks import api as selfchecks
from gangmu.work.standards import api as standards


class _Reader(Parser):
    """Reads bodies; characters that no database keeps are refused before anything else."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what was sent as JSON."""
        body = super().parse_body(request)
        if not _writable(body):
            raise ValueError("a character that cannot be written")
        return body


def _writable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_writable(each) for pair in value.items() for each in pair)
    return all(map(_writable, value)) if isinstance(value, list) else True


api = NinjaAPI(
    parser=_Reader(),
    title="Gangmu",
    version="1",
    description="Reads and operations. Bearer tokens; problem+json; Idempotency-Key on every write.",
    docs_url=None,
    urls_namespace="api",
)

for room in (
    access,
    orgs,
    guard,
    imports,
    people,
    files,
    inbox,
    notices,
    quality,
    records,
    ledgers,
    burden,
    standards,
    selfchecks,
    programmes,
    plans,
    assessment,
    honours,
    reports,
    leader,
    desk,
    thread,
):
    api.add_router("", room.router)


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem_response(refusal, request)


def _missing(request: HttpRequest, _: Http404) -> HttpResponse:
    return problem_response(NotFound("There is no such thing, or not within your reach."), request)


def _invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    faults: dict[str, Any] = {
        ".".join(str(step) for step in error["loc"][1:]) or str(error["loc"][0]): error["msg"]
        for error in wrong.errors
    }
    return problem_response(Invalid("Some fields need attention.", faults=faults), request)


def _unreadable(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    """Answer for a body that is no JSON, in the same form as every other refusal."""
    refusal = Refusal("This request is refused")
    refusal.status = wrong.status_code
    return problem_response(refusal, request)


api.add_exception_handler(HttpError, cast(Any, _unreadable))
api.add_exception_handler(Refusal, cast(Any, _refused))
api.add_exception_handler(Http404, cast(Any, _missing))
api.add_exception_handler(ValidationError, cast(Any, _invalid))
