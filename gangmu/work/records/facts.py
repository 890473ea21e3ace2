"""Records as facts."""

from gangmu.kernel.facts.models import Fact
from gangmu.kernel.facts.rules import VOID, NewFact
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.models import Record
from gangmu.work.records.rules import counted


def source_of(record: Record) -> str:
    """Return what a fact of a record leads back to: its first version."""
    return f"record:{record.first_id}"


def facts_of(record: Record, kind: RecordKind) -> list[NewFact]:
    """Return what a record adds to the facts."""
    return [
        NewFact(record.org_id, record.day, each.code, each.value, source_of(record), each.item)
        for each in counted(kind, record.values)
    ]


def facts_of_correction(record: Record, kind: RecordKind, standing: list[Fact]) -> list[NewFact]:
    """Return the facts that take the place of those of the version before.

    What did not change stays; what the new version no longer says is made void.
    """
    rows = []
    left = {(fact.code, fact.item): fact for fact in standing}
    for new in facts_of(record, kind):
        old = left.pop((new.code, new.item), None)
        if old is None:
            rows.append(new)
        elif (old.value, old.day) != (new.value, new.day):
            rows.append(NewFact(new.org, new.day, new.code, new.value, new.source, new.item, old.fact))
    gone = [NewFact(old.org_id, old.day, VOID, None, old.source, "", old.fact) for old in left.values()]
    return rows + gone
