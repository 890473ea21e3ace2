"""Import 81 900 members from an Excel file: read, judge, confirm; against a bare bulk_create of the same rows.

Ten times the rows take as much more memory as the sheet's own cells, which the library that
reads it holds at once; the rows themselves go through two thousand at a time.
"""

import resource
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from harness import Report, seconds, site, vendor

ROWS, BRANCHES, BOUND, MEMORY = 81_900, 1_300, 60.0, 150.0


def peak() -> int:
    """Return the most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def write_sheet(path: Path, rows: int) -> None:
    """Write the workbook as an office would send it."""
    from openpyxl import Workbook

    from gangmu.kernel.people.rules import check_mark

    book = Workbook(write_only=True)
    page = book.create_sheet()
    page.append(["姓名", "性别", "身份证号", "手机号", "所在党支部", "党员身份", "入党时间", "转正时间"])
    for at in range(rows):
        body = f"99{at // 1000 % 10000:04d}{1950 + at % 45}0{1 + at % 9}{10 + at % 18}{at % 1000:03d}"
        name = "马李王张赵"[at % 5] + chr(0x4E00 + at % 3000) + chr(0x5E00 + at % 1700)
        branch = f"9900{at % BRANCHES:06d}"
        number = body + check_mark(body)
        sex = "男" if int(body[16]) % 2 else "女"
        page.append([name, sex, number, f"13{at:09d}", branch, "正式党员", "2013-07-01", "2014-07-01"])
    book.save(path)


def main() -> None:
    """Measure."""
    site()
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.imports.operations import read_import, write_import
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
    from gangmu.kernel.packs.operations import take_pack_from, use_pack
    from gangmu.kernel.people.models import Membership, Person

    day = date(2014, 1, 1)
    context = Context(AccountActor(ensure_system_account()), datetime(2015, 10, 8, 1, tzinfo=UTC))
    top = found_root(context, NewOrg("990000", "中共测量州委员会", "committee", "prefecture", day))
    use_pack(
        context,
        top,
        version=take_pack_from(context, Path(__file__).parents[1] / "gangmu/packs/base"),
        day=day,
    )
    found_orgs(
        context,
        top,
        [
            NewOrg(f"9900{at:06d}", f"中共第{at}村支部委员会", "branch", "village", day)
            for at in range(BRANCHES)
        ],
    )
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.xlsx", Path(folder) / "members.xlsx"
        write_sheet(large, ROWS)
        write_sheet(small, ROWS // 10)
        read_import(context, top, kind="people", path=small, file_name=small.name)
        before, processor = peak(), time.process_time()
        held = {}

        def read() -> None:
            held["import"] = read_import(context, top, kind="people", path=large, file_name=large.name)

        reading = seconds(read)
        writing = seconds(lambda: write_import(context, held["import"]))
        processor, after = time.process_time() - processor, peak()
    people, memberships = list(Person.objects.all()), list(Membership.objects.all())
    Membership.objects.all().delete()
    Person.objects.all().delete()

    def bare() -> None:
        for start in range(0, ROWS, 2000):
            Person.objects.bulk_create(people[start : start + 2000], batch_size=1000)
            Membership.objects.bulk_create(memberships[start : start + 2000], batch_size=1000)

    baseline = seconds(bare)
    report = Report()
    report.holds(f"{vendor()}: {ROWS} members stand written", len(people) == ROWS)
    report.note("read and judge", reading, "s")
    report.note("confirm and write", writing, "s")
    report.note("of it the processor's", processor, "s")
    report.note("rows a second", ROWS / (reading + writing))
    report.note("against a bare bulk_create of the same rows", (reading + writing) / baseline, "times")
    report.at_most("all", reading + writing, BOUND, "s")
    report.at_most("more memory than for a tenth of the rows", float(after - before), MEMORY, "MB")
    report.close()


if __name__ == "__main__":
    main()
