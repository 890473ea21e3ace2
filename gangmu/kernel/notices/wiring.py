"""What the room brings to the house."""

from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.notices.definitions import DocumentKind
from gangmu.kernel.notices.queries import objection_counts, objection_entries
from gangmu.kernel.packs.rules import add_shape

add_shape("document", DocumentKind)
add_inbox_source("notices", objection_counts, objection_entries)
