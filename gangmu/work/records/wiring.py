"""What the room brings to the house."""

from gangmu.core.doubts import add_doubt_checks, add_item_titles
from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.records.definitions import FieldKind, RecordKind
from gangmu.work.records.doubts import CHECKS, figure_title
from gangmu.work.records.rules import dictionary_faults, kind_faults, open_faults

add_shape("field", FieldKind)
add_shape("record", RecordKind)
add_check(kind_faults)
add_check(dictionary_faults)
add_check(open_faults)
add_menu("records", "Records", "records-all", "records.view", 10, icon="notebook")
add_tab("org", "Records", "records-org", "records.view", 30)
add_doubt_checks(CHECKS)
add_item_titles(figure_title)
