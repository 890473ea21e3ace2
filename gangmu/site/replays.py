"""A write that is sent twice under one ``Idempotency-Key`` happens once."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from gangmu.core.errors import Conflict, Invalid
from gangmu.frame.problems import problem_response
from gangmu.kernel.access.operations import kept_replay
from gangmu.kernel.audit.turns import writing

Answer = Callable[[HttpRequest], HttpResponse]


class _NotKept(Exception):
    """Carries an answer out of a transaction that is undone."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class IdempotencyMiddleware:
    """Give the first answer again to a write of the API that comes again with its key.

    The answer is kept in the transaction of the write itself: after a crash there is
    either both or neither. Another request under the same key is refused.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or answer again."""
        key = request.headers.get("Idempotency-Key", "")
        account = request.context.actor.account_id  # type: ignore[attr-defined]
        if not request.path.startswith("/api/") or request.method in ("GET", "HEAD") or account is None:
            return self.answer(request)
        if not 1 <= len(key) <= 100:
            return problem_response(Invalid("Every write carries an Idempotency-Key."), request)
        digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
        try:
            with writing():
                return self._once(request, account, key, digest)
        except _NotKept as undone:
            return undone.response

    def _once(self, request: HttpRequest, account: int, key: str, digest: str) -> HttpResponse:
        kept, new = kept_replay(request.context, account, key=key, request=digest)  # type: ignore[attr-defined]
        if not new:
            if kept.request != digest:
                return problem_response(Conflict("This key came with another request before."), request)
            response = HttpResponse(bytes(kept.body), status=kept.status, content_type="application/json")
            response["Idempotent-Replay"] = "true"
            return response
        response = self.answer(request)
        if response.status_code >= 400:
            raise _NotKept(response)
        kept.status, kept.body = response.status_code, response.content
        kept.save(update_fields=["status", "body"])
        return response
