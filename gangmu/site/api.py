"""The API of the whole site: every room's router, problems as problem+json, tokens."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from gangmu.core.errors import Invalid, Refusal
from gangmu.frame.problems import problem_response

api = NinjaAPI(
    title="Gangmu",
    version="1",
    description="Every operation and read of the site. Bearer tokens; problem+json; Idempotency-Key on writes.",
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem_response(refusal, request)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    faults: dict[str, Any] = {
        ".".join(str(step) for step in error["loc"][1:]) or str(error["loc"][0]): error["msg"]
        for error in wrong.errors
    }
    return problem_response(Invalid("Some fields need attention.", faults=faults), request)
