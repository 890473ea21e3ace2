"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu
from gangmu.kernel.imports.rules import add_import_family
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.work.ledgers.definitions import LedgerKind
from gangmu.work.ledgers.ledger_rows import FAMILY
from gangmu.work.ledgers.rules import ledger_faults

add_shape("ledger", LedgerKind)
add_check(ledger_faults)
add_import_family(FAMILY)
add_menu("records", "Ledgers", "ledgers-all", "records.view", 5, icon="table")
