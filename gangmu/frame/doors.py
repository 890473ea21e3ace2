"""The two kinds of doors, pages and endpoints; each says which permission opens it.

The permission matrix is generated from what is declared here: a route without a
declaration fails the suite.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from ninja import Router

from gangmu.core.context import Context
from gangmu.core.errors import NotAllowed, NotSignedIn

ANYONE = "anyone"
OWN = "own"


class Request(HttpRequest):
    """A request as doors get it: with its context."""

    context: Context
    session_of: Any


@dataclass(frozen=True)
class Door:
    """Who may come in: a permission held anywhere, ``own`` (signed in) or ``anyone``.

    What is inside is narrowed once more, by queries and operations.
    """

    permission: str
    methods: tuple[str, ...]


View = Callable[..., HttpResponse]
F = TypeVar("F", bound=Callable[..., Any])


def check_door(context: Context, permission: str) -> None:
    """Refuse whoever holds the permission nowhere."""
    if permission == ANYONE:
        return
    if context.actor.account_id is None:
        raise NotSignedIn("Please sign in first.")
    if not context.may(permission):
        raise NotAllowed("You may not open this page.", {"permission": permission})


def page(permission: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Make a function a page that the holders of a permission may open.

    Others are refused; the frame sends who is not signed in to sign in and back.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def answer(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            check_door(request.context, permission)
            return view(request, *args, **kwargs)

        answer.door = Door(permission, methods)  # type: ignore[attr-defined]
        return answer

    return decorate


def endpoint(
    router: Router,
    method: str,
    path: str,
    operation_id: str,
    *,
    permission: str,
    response: Any,
) -> Callable[[F], F]:
    """Make a function an endpoint of the API; its ``operationId`` is the operation's or query's name."""

    def gate(request: Request) -> bool:
        # asked before anything that was sent is read
        check_door(request.context, permission)
        return True

    def decorate(view: F) -> F:
        router.api_operation(
            [method.upper()],
            path,
            response=response,
            operation_id=operation_id,
            openapi_extra={"x-permission": permission},
            auth=None if permission == ANYONE else gate,
        )(view)
        ENDPOINTS[operation_id] = Door(permission, (method,))
        return view

    return decorate


ENDPOINTS: dict[str, Door] = {}
