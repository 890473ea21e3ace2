"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu, add_tab
from gangmu.kernel.imports.org_rows import ORGS
from gangmu.kernel.imports.rules import add_import

add_import(ORGS)
add_menu("system", "Imports", "imports-all", "imports.run", 40, icon="upload")
add_tab("org", "Import", "imports-of-org", "imports.run", 80)
