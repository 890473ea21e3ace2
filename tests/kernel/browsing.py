"""A browser in which an account is signed in."""

from typing import Any

from django.test import Client

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account, OpenSession
from gangmu.kernel.access.rules import code_digest


def browser(context: Context) -> Client:
    """Return a client that acts as a context's account, second factor passed."""
    account: Any = Account.objects.get(pk=context.account)
    key = f"key-{account.pk}"
    OpenSession.objects.create(
        account=account, key=code_digest(key), begun_at=context.now, factor_passed=True
    )
    client = Client()
    session = client.session
    session["gangmu"] = key
    session.save()
    return client
