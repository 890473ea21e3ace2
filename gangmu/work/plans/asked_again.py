"""A field of the dictionary that several forms ask for: shown to the pack's author, and refused by nobody."""

from gangmu.core.definition import Fault
from gangmu.kernel.guard.rules import rule_fault
from gangmu.kernel.packs.rules import Pack
from gangmu.work.plans.definitions import DutyKind
from gangmu.work.records.definitions import FieldKind, RecordKind


def fields_asked_again(pack: Pack) -> list[Fault]:
    """Warn, at each duty after the first, that others ask for a field whose value is held already."""
    asking: dict[str, list[str]] = {}
    for duty in pack.all(DutyKind):
        kind = pack.find(RecordKind, duty.answer)
        for field in kind.shared.values() if kind is not None else ():
            asking.setdefault(field, []).append(duty.code)
    faults = []
    for field, duties in sorted(asking.items()):
        known = pack.find(FieldKind, field)
        title = known.title.zh_hans if known is not None else field
        months = known.valid if known is not None else 0
        held = f"a value is held for {months} months" if months else "a value is held until it changes"
        said = f"{title} is asked by {len(duties)} forms ({', '.join(duties)}): {held} and offered to each"
        faults += [
            rule_fault(
                "R-ONCE",
                pack.file_of("duty", code),
                pack.line_of("duty", code, "answer"),
                said,
                warning=True,
            )
            for code in duties[1:]
        ]
    return faults
