"""What must never stand in the log: numbers, passwords, codes, keys and tokens; and nobody forges a line."""

import json
import re
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.core.errors import Refusal
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.audit.models import Entry
from gangmu.kernel.audit.operations import CATALOGUE
from gangmu.kernel.audit.rules import payload_digest
from gangmu.kernel.orgs.operations import rename_org
from gangmu.kernel.people.operations import unmask_person
from tests.conftest import Office
from tests.site.matrix.call import JUNE
from tests.site.matrix.calls import CALLS
from tests.site.matrix.calls_people import ID_NUMBER, TELEPHONE, person_of
from tests.site.matrix.test_operations import VERBS

SECRETS = (
    ID_NUMBER,
    ID_NUMBER.lower(),
    TELEPHONE,
    "13900139000",
    "long enough 1",
    "longer enough 2",
    "ABCDE-23456",
    "abcde-23456",
    "form-key-0123456789",
)
"""What the rows of the matrix give as numbers, passwords, codes and keys."""

SECRET_NAME = re.compile(
    r"password|^old$|^new$|code$|key$|token$|secret|id_number|telephone|contact|values|answers|digest$"
)
PUBLIC = {
    ("orgs.add_unit", "code"): "the unit's public code",
    ("notices.add_document", "code"): "what duties name the document by",
    ("notices.take_over_document", "code"): "the same",
    ("files.enter_file", "digest"): "it proves which bytes were taken in",
    ("imports.begin_import", "digest"): "it proves which list was read",
}
"""Arguments with a secret's name that are none, and why."""


def texts(value: Any) -> list[str]:
    """Return the texts in an argument."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts(each)]
    return []


@pytest.mark.parametrize("verb", VERBS)
def test_operation_writes_no_secret_into_the_log(verb: str, office: Office, settings: Any) -> None:
    settings.GANGMU_DEMO = True
    call = CALLS[verb](office)
    context = Context(AccountActor(call.owner), office.system.now) if call.owner else office.system
    try:
        CATALOGUE[verb].function(context, **call.given)
    except Refusal:
        assert verb in REFUSED_HERE
    given = [
        text
        for name, value in call.given.items()
        if SECRET_NAME.search(name) and (verb, name) not in PUBLIC
        for text in texts(value)
        if len(text) > 3
    ]

    written = "\n".join(
        json.dumps([entry.actor, entry.subject, entry.payload], ensure_ascii=False)
        for entry in Entry.objects.all()
    )

    assert [text for text in (*SECRETS, *given) if text in written] == []
    assert verb in REFUSED_HERE or Entry.objects.filter(verb=verb).exists()


REFUSED_HERE = {
    "plans.carry_tasks": "its period runs still",
    "plans.close_order": "its period runs still",
}
"""Rows that are refused for another reason than a permission, and why."""


def test_hidden_argument_is_not_found_by_trying_them_all(office: Office) -> None:
    """A digest beside its salt gives a telephone number away to whoever tries a few million."""
    call = CALLS["people.correct_person"](office)
    CATALOGUE["people.correct_person"].function(office.system, **call.given)
    entry = Entry.objects.get(verb="people.correct_person")

    hidden = entry.payload["given"]["telephone"]

    assert hidden.startswith("hmac-sm3:")
    assert payload_digest(entry.salt, TELEPHONE) not in hidden


def test_number_that_somebody_types_into_a_reason_is_masked_in_the_log(office: Office) -> None:
    person = person_of(office)
    reason = f"核对 {ID_NUMBER}、{ID_NUMBER.lower()}，电话{TELEPHONE}"

    unmask_person(office.system, person, reason=reason)

    entry = Entry.objects.get(verb="people.unmask_person")
    assert entry.payload["given"]["reason"] == "核对 110***********002X、110***********002x，电话138****8000"


def test_name_with_line_breaks_forges_no_line_of_the_log(office: Office) -> None:
    forged = "东庄\n2015-10-08 system access.grant_role\r\n"

    rename_org(office.system, office.branch, name=forged, day=JUNE)

    entry = Entry.objects.get(verb="orgs.rename_org")
    assert entry.payload["given"]["name"] == forged
    assert Entry.objects.filter(verb="access.grant_role").count() == 0
