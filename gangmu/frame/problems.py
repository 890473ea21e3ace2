"""Refusals and failures as people and programs see them: never a traceback, always a way on."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound, NotSignedIn, Refusal, WrongMethod
from gangmu.core.text import Text
from gangmu.frame.context import Frame
from gangmu.frame.navigation import landmark
from gangmu.frame.words import msgid, worded

HEADINGS = {
    400: msgid("This request is refused"),
    401: msgid("Please sign in"),
    403: msgid("You may not do this here"),
    404: msgid("There is no such page"),
    405: msgid("This address takes no such request"),
    409: msgid("This is not possible any more"),
    413: msgid("This file is too large"),
    422: msgid("Some fields need attention"),
    429: msgid("Too many requests"),
    500: msgid("Something went wrong here"),
    503: msgid("The site cannot be reached"),
}

ADVICE = {
    400: msgid("Nothing has been changed. Go back, check what was entered and try again."),
    401: msgid("Your session has ended or you have not signed in yet. Nothing has been changed."),
    403: msgid("Your posts and grants do not cover this today. Ask the office above you if they should."),
    404: msgid("It may have been moved or withdrawn, or it lies outside your reach."),
    405: msgid("Nothing has been changed. The description of the API says what each address takes."),
    409: msgid("Somebody may have been quicker, or the time is up. Nothing has been changed."),
    413: msgid("A file is never required: it can be left out, or made smaller."),
    422: msgid("Nothing has been changed. What was typed is kept; see the notes beside the fields."),
    429: msgid("Wait a moment and try again. Nothing has been changed."),
    500: msgid("Nothing has been changed. The fault has been noted; try again later, or use the paper form."),
    503: msgid("Check the network. What was typed stays on the page; send it again when you are back."),
}


def wants_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page rather than for the page."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks rather than a person."""
    return request.path.startswith("/api/")


def told(refusal: Refusal) -> str:
    """Return what a refusal says, in the active language."""
    message = translate(refusal.message)
    values = {
        name: worded(value) if isinstance(value, str | Text) else value
        for name, value in refusal.values.items()
    }
    return message % values if values else message


def problem_response(refusal: Refusal, request: HttpRequest) -> JsonResponse:
    """Return a refusal to a program, as RFC 9457 wants it."""
    body: dict[str, Any] = {
        "type": f"urn:gangmu:problem:{refusal.code}",
        "title": translate(HEADINGS.get(refusal.status, HEADINGS[400])),
        "status": refusal.status,
        "detail": told(refusal),
        "instance": request.path,
        "code": refusal.code,
    }
    if refusal.faults:
        body["faults"] = {name: translate(fault) for name, fault in refusal.faults.items()}
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json")


def problem_page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Return a designed page, or for htmx a note, that says what is wrong and what to do."""
    values = {
        "status": status,
        "heading": translate(HEADINGS.get(status, HEADINGS[400])),
        "message": message,
        "advice": translate(ADVICE.get(status, ADVICE[400])),
        "face": "frame/base.html" if Frame(request).signed_in else "frame/public.html",
    }
    if not wants_part(request):
        return render(request, "frame/problem.html", values, status=status)
    response = render(request, "frame/_problem.html", values, status=status)
    response["HX-Retarget"] = "#messages"
    response["HX-Reswap"] = "beforeend"
    patch_vary_headers(response, ("HX-Request",))
    return response


def _sign_in_first(request: HttpRequest) -> HttpResponse | None:
    address = landmark("sign_in")
    if not address or request.method not in ("GET", "HEAD") or wants_json(request):
        return None
    target = f"{address}?{urlencode({'next': request.get_full_path()})}"
    if wants_part(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return redirect(target)


def refusal_response(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal in the form that the asker understands."""
    if isinstance(refusal, NotSignedIn) and (sign_in := _sign_in_first(request)):
        return sign_in
    if wants_json(request):
        return problem_response(refusal, request)
    return problem_page(request, refusal.status, told(refusal))


def form_again(
    request: HttpRequest, template: str, values: Mapping[str, Any], refusal: Refusal
) -> HttpResponse:
    """Return the form with what was typed and what is wrong with it, under the refusal's status."""
    return render(request, template, {**values, "refusal": told(refusal)}, status=refusal.status)


class RefusalPages:
    """Turn refusals that a page lets through into answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; to a program also what an address does not take is told as a problem."""
        response = self.get_response(request)
        if response.status_code != 405 or not wants_json(request):
            return response
        takes = response.headers.get("Allow", "")
        refused = problem_response(
            WrongMethod("This address takes %(methods)s.", {"methods": takes}), request
        )
        refused["Allow"] = takes
        return refused

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; leave every other exception to Django."""
        return refusal_response(request, exception) if isinstance(exception, Refusal) else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be understood (``handler400``)."""
    return refusal_response(request, Refusal(HEADINGS[400]))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our page (``CSRF_FAILURE_VIEW``)."""
    del reason
    return problem_page(
        request, 403, translate("The page was open for too long. Go back, reload it and send again.")
    )


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what may not be done (``handler403``)."""
    return problem_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there (``handler404``)."""
    return refusal_response(request, NotFound(HEADINGS[404]))


def failed(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of ours (``handler500``); needs neither session nor database."""
    words = {"status": 500, "heading": translate(HEADINGS[500]), "advice": translate(ADVICE[500])}
    if wants_json(request):
        body = {
            "type": "urn:gangmu:problem:failed",
            "title": words["heading"],
            "status": 500,
            "code": "failed",
        }
        return JsonResponse(body, status=500, content_type="application/problem+json")
    return HttpResponse(render_to_string("frame/failed.html", words), status=500)
