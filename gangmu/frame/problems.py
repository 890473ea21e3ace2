"""Refusals and failures as people and programs see them: never a traceback, always a way on."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as translate

from gangmu.core.errors import NotFound, NotSignedIn, Refusal, WrongMethod
from gangmu.core.text import Text
from gangmu.frame.context import Frame
from gangmu.frame.formats import day
from gangmu.frame.navigation import landmark
from gangmu.frame.typed import Sent, refilled, sentences
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
    values = {name: _told(value) for name, value in refusal.values.items()}
    return message % values if values else message


def _told(value: Any) -> Any:
    if isinstance(value, date):
        return day(value)
    return worded(value) if isinstance(value, str | Text) else value


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


def problem_page(
    request: HttpRequest, status: int, message: str = "", written: Sequence[str] = (), back: str = ""
) -> HttpResponse:
    """Return a designed page, or for htmx a note, that says what is wrong and what to do.

    ``written`` is what somebody wrote into a form that cannot come back, to be copied from the page;
    ``back`` is where it was written.
    """
    values = {
        "status": status,
        "heading": translate(HEADINGS.get(status, HEADINGS[400])),
        "message": message,
        "advice": translate(ADVICE.get(status, ADVICE[400])),
        "face": "frame/base.html" if Frame(request).signed_in else "frame/public.html",
        "written": written,
        "back": back,
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


def _sent(request: HttpRequest) -> Sent:
    return {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}


def _came_from(request: HttpRequest) -> str:
    """Return the page of this site from which a form was sent, where the browser says so."""
    named = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(named, {request.get_host()}):
        return ""
    return urlsplit(named)._replace(scheme="", netloc="", fragment="").geturl()


def form_refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refused form with what was typed into it; where it is no more, what was written, to be copied.

    This holds for every form of every page, whether or not the page thought of the refusal.
    """
    if wants_json(request) or wants_part(request) or isinstance(refusal, NotSignedIn):
        return refusal_response(request, refusal)
    came_from = _came_from(request)
    return _form_back(request, refusal, came_from) or problem_page(
        request, refusal.status, told(refusal), sentences(_sent(request)), came_from
    )


def _form_back(request: HttpRequest, refusal: Refusal, came_from: str) -> HttpResponse | None:
    """Return the page on which the form stood, filled, with the reason; None without page or form."""
    for address in filter(None, (came_from, request.get_full_path())):
        page = _page_again(request, address)
        again = refilled(page, urlsplit(address).path, request.path, _sent(request)) if page else None
        if again is None:
            continue
        values = {
            "refusal": told(refusal),
            "faults": [
                (again.labels.get(name, ""), translate(fault)) for name, fault in refusal.faults.items()
            ],
            "files": bool(request.FILES),
        }
        note = render_to_string("frame/_refusal.html", values)
        return HttpResponse(again.with_note(note), status=refusal.status)
    return None


def _page_again(request: HttpRequest, address: str) -> str:
    """Return a page of this site as its reader sees it now, or nothing."""
    parts = urlsplit(address)
    again = copy(request)
    again.method, again.path, again.path_info = "GET", parts.path, parts.path
    again.META = {**request.META, "REQUEST_METHOD": "GET", "QUERY_STRING": parts.query}
    again.GET, again.POST = QueryDict(parts.query), QueryDict()
    try:
        found = resolve(parts.path)
        door = getattr(found.func, "door", None)
        if door is None or "GET" not in door.methods:
            return ""
        again.resolver_match = found
        answer = found.func(again, *found.args, **found.kwargs)
    except (Refusal, Http404):
        return ""
    shows = answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html")
    return str(answer.content.decode()) if shows and not answer.streaming else ""


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
        if not isinstance(exception, Refusal):
            return None
        answer = form_refused if request.method == "POST" else refusal_response
        return answer(request, exception)


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
