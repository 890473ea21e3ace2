"""The few pages that belong to the site itself: preferences, and what is not there."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from gangmu.core.text import LANGUAGES
from gangmu.frame.context import TYPE_SIZE_COOKIE
from gangmu.frame.doors import ANYONE, Request, page
from gangmu.frame.problems import problem_page

_YEAR = 365 * 24 * 3600


@page(ANYONE, methods=("POST",))
def set_preferences(request: Request) -> HttpResponse:
    """Keep the reader's language and type size in this browser."""
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    response = redirect(target if safe else "/")
    language, size = request.POST.get("language", ""), request.POST.get("type", "")
    if language in LANGUAGES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=_YEAR, samesite="Lax")
    if size in ("normal", "large"):
        response.set_cookie(TYPE_SIZE_COOKIE, size, max_age=_YEAR, samesite="Lax")
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address where there is nothing."""
    return problem_page(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer when something failed here; what failed is in the log of the server, never on the page."""
    return HttpResponse(render_to_string("frame/failed.html"), status=500)
