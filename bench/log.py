"""How many entries a second are written, sealed and verified."""

from datetime import UTC, datetime

from harness import Report, seconds, site

ENTRIES = 100_000


def write(count: int) -> None:
    """Write entries as bulk operations do, two thousand a transaction."""
    from django.db import transaction

    from gangmu.kernel.audit.models import Entry
    from gangmu.kernel.audit.rules import EntryContent, entry_digest, payload_digest

    now, salt = datetime.now(UTC), "00" * 16
    for first in range(0, count, 2000):
        entries = []
        for number in range(first, min(first + 2000, count)):
            payload = {"given": {"task": f"plans.Task:{number}"}, "result": f"plans.Answer:{number}"}
            digest = payload_digest(salt, payload)
            content = EntryContent(now, 1, "bench", "plans.answer_task", 1, "1/", "", digest)
            entries.append(
                Entry(
                    at=now,
                    account=1,
                    actor="bench",
                    verb=content.verb,
                    org=1,
                    path="1/",
                    subject="",
                    payload=payload,
                    salt=salt,
                    payload_digest=digest,
                    digest=entry_digest(content),
                )
            )
        with transaction.atomic():
            Entry.objects.bulk_create(entries, batch_size=500)


def main() -> None:
    """Write, seal and verify."""
    site()
    from gangmu.kernel.audit.sealer import seal_entries, verify_log

    report = Report()
    report.note("written", ENTRIES / seconds(lambda: write(ENTRIES)), "entries a second, in bulk")
    report.at_least("sealed", ENTRIES / seconds(seal_entries), 20_000, "entries a second")
    report.at_least("verified", ENTRIES / seconds(verify_log), 20_000, "entries a second")
    report.holds("the log is whole", verify_log().whole)
    report.close()


if __name__ == "__main__":
    main()
