"""The frame's own pages: how a reader wants to read, and what stands in when the network is gone."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as translate

from gangmu.core.text import LANGUAGES
from gangmu.frame.context import TYPE_SIZE_COOKIE
from gangmu.frame.doors import ANYONE, page
from gangmu.frame.problems import ADVICE, HEADINGS

YEAR = 365 * 24 * 3600


@page(ANYONE, methods=("POST",))
def preferences(request: HttpRequest) -> HttpResponse:
    """Remember the language or the size of type in this browser, and go back."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = redirect(target)
    if request.POST.get("language") in LANGUAGES:
        _remember(response, settings.LANGUAGE_COOKIE_NAME, request.POST["language"])
    if request.POST.get("type") in ("normal", "large"):
        _remember(response, TYPE_SIZE_COOKIE, request.POST["type"])
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


@page(ANYONE)
def offline(request: HttpRequest) -> HttpResponse:
    """Show what a browser may show when the site cannot be reached."""
    words = {"heading": translate(HEADINGS[503]), "advice": translate(ADVICE[503])}
    return render(request, "frame/offline.html", words)


urlpatterns = [
    path("preferences", preferences, name="frame-preferences"),
    path("offline", offline, name="frame-offline"),
]
