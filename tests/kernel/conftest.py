"""A browser that is signed in, on the day on which tests happen."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.conftest import NOW


@pytest.fixture
def at_now(settings: Any) -> None:
    """Let requests happen when tests do."""
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


@pytest.fixture
def browser(at_now: None, db: None) -> Callable[..., Client]:
    """Return a browser in which somebody is signed in, or nobody."""

    def make(context: Any = None) -> Client:
        from gangmu.kernel.access.models import OpenSession
        from gangmu.kernel.access.operations import begin_session

        client = Client()
        if context is not None:
            key = f"key of {context.account}"
            begin_session(context, account=context.actor.account, device="test", session_key=key)
            OpenSession.objects.filter(account=context.account).update(factor_passed=True)
            session = client.session
            session["gangmu"] = key
            session.save()
        return client

    return make
