"""Who is asking, and when: every request gets its context here."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from gangmu.core.context import Actor, Context, Stranger
from gangmu.core.text import LANGUAGES
from gangmu.kernel.access.queries import AccountActor, account_by_token, session_by_key
from gangmu.kernel.access.rules import code_digest
from gangmu.kernel.packs.queries import packs_read_once
from gangmu.site import clock

Answer = Callable[[HttpRequest], HttpResponse]


class ContextMiddleware:
    """Set ``request.context``: the actor by session or token, the instant, the language."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the asker's language, with the asker's context."""
        with packs_read_once():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if language not in LANGUAGES:
            language = settings.LANGUAGE_CODE
        now = clock.now()
        request.session_of = None  # type: ignore[attr-defined]
        actor = self._actor(request, now)
        request.context = Context(actor=actor, now=now, language=language)  # type: ignore[attr-defined]
        with translation.override(language):
            return self.answer(request)

    def _actor(self, request: HttpRequest, now: datetime) -> Actor:
        given = request.headers.get("Authorization", "")
        if given.startswith("Bearer ") and request.path.startswith("/api/"):
            token = account_by_token(code_digest(given.removeprefix("Bearer ")), now)
            return AccountActor(token.account, frozenset(token.scopes)) if token else Stranger()
        key = request.session.get("gangmu")
        if not key:
            return Stranger()
        session = session_by_key(code_digest(key))
        if session is None:
            return Stranger()
        request.session_of = session  # type: ignore[attr-defined]
        return AccountActor(session.account) if session.factor_passed else Stranger()
