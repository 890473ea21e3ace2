"""What the room brings to the house."""

from gangmu.frame.navigation import add_landmark, add_menu
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.notices.queries import objection_counts, objection_entries
from gangmu.kernel.notices.rules import paper_faults
from gangmu.kernel.packs.rules import add_check, add_shape

add_shape("document", DocumentKind)
add_check(paper_faults)
add_inbox_source("notices", objection_counts, objection_entries)
add_menu("notices", "Notices", "notices-notices", "notices.view", 10, icon="speakerphone")
add_menu("notices", "Objections", "notices-objections", "notices.publish", 20)
add_menu("notices", "Library of documents", "notices-documents", "notices.view", 30, icon="book-2")
add_landmark("public_home", "notices-public")
