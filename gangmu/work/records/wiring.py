"""What the room brings to the house."""

from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.records.definitions import RecordKind
from gangmu.work.records.rules import kind_faults

add_shape("record", RecordKind)
add_check(kind_faults)
