"""What the room brings to the house."""

from gangmu.frame.navigation import add_menu
from gangmu.kernel.inbox.rules import add_inbox_source
from gangmu.kernel.packs.rules import add_check, add_shape
from gangmu.results.reports.definitions import ReportKind, SentenceKind
from gangmu.results.reports.queries.reports import report_counts, report_entries
from gangmu.results.reports.rules import report_faults

add_shape("sentence", SentenceKind)
add_shape("report", ReportKind)
add_check(report_faults)
add_inbox_source("reports", report_counts, report_entries)
add_menu("results", "Reports", "reports-reports", "reports.view", 60, icon="file-text")
