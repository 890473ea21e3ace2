"""What the towns of the imagined county bring into the ledgers when a play begins, each of its own villages."""

from datetime import datetime
from functools import partial

from gangmu.core.periods import Period
from gangmu.site.demo.building import morning
from gangmu.site.demo.definitions import LedgerPlay
from gangmu.site.demo.filling import fill_record
from gangmu.site.demo.stage import CALENDAR, Stage
from gangmu.work.ledgers.queries import ledger_at, orgs_in
from gangmu.work.records.operations import NewRecord, write_records


def plan_ledgers(stage: Stage, first: Period) -> None:
    """Put on the agenda what is known of the villages from the first days on."""
    day = CALENDAR.add_workdays(CALENDAR.first_workday(first), 1)
    for play in stage.world.plan.ledgers:
        stage.agenda.put(morning(day, 10), partial(_bring, stage, play))


def _bring(stage: Stage, play: LedgerPlay, moment: datetime) -> None:
    """Have each town write down its villages, and leave out those of which nobody has told yet."""
    chance, written = stage.chance("ledger", play.ledger), 0
    imagined = stage.world.plan.imagined.code
    towns = [org.code for org in stage.world.orgs if org.parent == imagined and org.level == "township"]
    for code in towns:
        context, town = stage.as_keeper(code, moment), stage.org(code)
        ledger = ledger_at(context, town, play.ledger)
        rows = [
            NewRecord(
                org,
                ledger.record.code,
                fill_record(ledger.record, play.fields, stage.planned[org.code], chance, context.today, ()),
            )
            for org in orgs_in(context, ledger)
            if chance.randrange(100) >= play.untold
        ]
        if rows:
            write_records(context, town, rows=rows)
            written += len(rows)
    stage.say(f"{play.ledger}: {written} villages entered by their towns")
