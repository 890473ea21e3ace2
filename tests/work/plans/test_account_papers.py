"""The account taken along: page, Word and Excel say the same, a year knows who was there when."""

import io
import re
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from gangmu.core.context import Context
from gangmu.kernel.access.models import OpenSession
from gangmu.kernel.audit.queries import newest_head
from gangmu.kernel.audit.sealer import seal_entries
from gangmu.kernel.files.word import paper_text
from gangmu.kernel.orgs.operations import NewOrg, close_org, found_org
from gangmu.work.plans.operations.answers import report_task
from gangmu.work.plans.operations.orders import issue_to_all
from gangmu.work.plans.queries.account import year_of
from gangmu.work.plans.rules import Standing, best_of
from tests.conftest import NOW
from tests.site.matrix.test_routes import browser
from tests.work.plans.conftest import MINUTES, Month, at

Table = list[list[str]]


@pytest.fixture
def at_now(settings: Any) -> None:
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


def get(context: Context, path: str, **asked: Any) -> Any:
    OpenSession.objects.filter(account=context.account).delete()
    return browser(context.actor.account).get(path, asked)  # type: ignore[attr-defined]


def page_tables(text: str) -> list[Table]:
    """Return the tables of a printed page: the lines of each below its head, and the sum."""
    tables, words = [], text.replace("<wbr>", "")  # where a line may end is no part of what it says
    for table in re.findall(r"<table.*?</table>", words, re.DOTALL):
        body = table[table.index("<tbody>") :]
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        tables.append([re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows])
    return tables


def word_tables(content: bytes, heads: int) -> list[Table]:
    """Return the tables of a Word document, as ``page_tables`` does."""
    lines = [line.split("\t") for line in paper_text(content)]
    tables: list[Table] = []
    for line in lines:
        if len(line) > 5 and line[-1].endswith(("%", "—")):
            if tables and tables[-1][-1][0] != "合计":
                tables[-1].append(line)
            else:
                tables.append([line])
    return tables


def excel_rows(content: bytes) -> Table:
    """Return an Excel account's lines as the page writes them, summed up at the foot by what the formulas name."""
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = [list(row) for row in page.iter_rows(min_row=5, values_only=True)]
    *lines, foot = rows
    sums = [
        sum(int(line[at] or 0) for line in lines) if str(value).startswith("=SUM(") else value
        for at, value in enumerate(foot)
    ]
    return [_as_page(line) for line in [*lines, sums]]


def _as_page(line: list[Any]) -> list[str]:
    name, figures = line[0], line[1:]
    cells, totals = figures[:-6], figures[-6:]
    pairs = [f"{cells[at + 1]}/{cells[at]}" if cells[at] else "—" for at in range(0, len(cells), 2)]
    share = totals[-1] or (f"{totals[1] * 100 / totals[0]:.1f}%" if totals[0] else "—")
    return [str(name), *pairs, *(str(figure) for figure in totals[:-1]), share.replace(".0%", ".0%")]


@pytest.mark.parametrize("what", [{"period": "2015-10"}, {"year": "2015"}], ids=["month", "year"])
def test_page_word_and_excel_say_the_same(month: Month, at_now: None, what: dict[str, str]) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    issue_to_all(month.officer, month.office.county, duty="theme_day", period="2015-10")
    base = "/accounts/year" if "year" in what else "/accounts"
    asked = {"org": month.office.county.pk, **what}

    printed = page_tables(get(month.officer, f"{base}/print", **asked).content.decode())
    word = word_tables(get(month.officer, f"{base}/word", **asked).content, heads=2)
    excel = excel_rows(get(month.officer, f"{base}/excel", **asked).content)

    assert printed[-1][-1][0] == "合计"
    assert len(printed[-1]) == 3
    assert word == printed
    assert excel == printed[-1]
    assert sum(int(line[-6]) for line in excel[:-1]) == int(excel[-1][-6]) > 5


def test_printed_account_ends_with_the_signed_head_of_the_log(month: Month, at_now: None) -> None:
    seal_entries(NOW)
    head = newest_head()
    assert head is not None
    printed = get(month.officer, "/accounts/print", period="2015-10").content.decode()
    word = paper_text(get(month.officer, "/accounts/word", period="2015-10").content)

    assert head.hash in printed
    assert head.signature in printed
    assert head.hash in word[-2]
    assert head.signature in word[-1]


def test_year_of_counts_an_organization_only_for_the_months_it_was_there(month: Month) -> None:
    office = month.office
    issue_to_all(at(month.officer, 9, 1), office.county, duty="monthly_order", period="2015-09")
    new = found_org(
        office.at(at(month.officer, 10, 20).now),
        office.town,
        NewOrg(
            "990100101203", "中共新庄村支部委员会", "branch", "village", date(2015, 10, 20), domain="village"
        ),
    )
    close_org(office.at(at(month.officer, 10, 20).now), office.other_branch, day=date(2015, 10, 20))
    november = at(month.officer, 11, 2)
    issue_to_all(november, office.county, duty="monthly_order", period="2015-11")

    found = year_of(november, office.town, 2015)

    months = {line.name: sorted(line.months) for line in found.lines}
    assert months[new.name] == ["2015-11"]
    assert months[office.other_branch.name] == ["2015-09", "2015-10"]
    assert months[office.branch.name] == ["2015-09", "2015-10", "2015-11"]
    line = next(line for line in found.lines if line.name == new.name)
    gone = next(line for line in found.lines if line.name == office.other_branch.name)
    assert (line.founded, line.closed, gone.closed) == (date(2015, 10, 20), None, date(2015, 10, 20))


def test_year_of_knows_nothing_of_a_month_in_which_nothing_was_asked(month: Month, at_now: None) -> None:
    found = year_of(month.officer, month.office.county, 2015)

    assert {code: sorted(cells) for code, cells in found.duties.items()} == {"monthly_order": ["2015-10"]}
    page = get(month.officer, "/accounts/year", year="2015").content.decode()
    assert len(re.findall(r'<td class="[^"]*gm-heat-none[^"]*"><span>—', page)) >= 11
    assert ">0/0<" not in page


def test_year_puts_what_is_owed_by_quarter_into_its_last_month_and_leads_to_its_tasks(
    month: Month, at_now: None
) -> None:
    issue_to_all(month.officer, month.office.county, duty="branch_assembly", period="2015Q4")

    found = year_of(month.officer, month.office.county, 2015)

    assert found.spans["branch_assembly", "2015-12"] == "2015Q4"
    asked = found.duties["branch_assembly"]["2015-12"].due
    listed = get(month.officer, "/accounts/tasks", period="2015-12", ending="1").content.decode()
    whole = get(month.officer, "/accounts/tasks", period="2015").content.decode()
    assert listed.count("/tasks/") >= asked == 3
    assert f"共 {found.total.due} 条" in whole


@pytest.mark.parametrize("form", ["print", "word", "excel", "year/print", "year/word", "year/excel"])
def test_account_of_the_parent_is_taken_along_by_nobody_below_or_beside(
    month: Month, at_now: None, form: str
) -> None:
    answers = [
        get(context, f"/accounts/{form}", org=month.office.town.pk, period="2015-10", year="2015")
        for context in (month.secretary, month.neighbour)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert get(month.town, f"/accounts/{form}", org=month.office.town.pk, period="2015-10").status_code == 200


def test_paper_of_a_branch_names_no_weak_neighbour(month: Month, at_now: None) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)

    own = get(month.secretary, "/accounts/print", period="2015-10").content.decode()

    assert month.office.branch.name in own
    assert month.office.other_branch.name not in own


def standing(name: str, due: int = 2, on_time: int = 2, returns: int = 0) -> Standing:
    return Standing(ord(name), name, name, due=due, on_time=on_time, returns=returns)


def test_best_of_names_those_who_stand_alike_together_or_not_at_all() -> None:
    others = [standing(name, on_time=1) for name in "丙丁戊"]

    assert [each.name for each in best_of([standing("甲"), standing("乙"), *others], 1)] == ["乙", "甲"]
    assert [
        each.name for each in best_of([standing("甲", due=3, on_time=3), standing("乙"), *others], 1)
    ] == ["甲"]


def test_best_of_never_names_the_lower_half() -> None:
    tied = [standing(name) for name in "甲乙丙丁"]

    assert best_of([*tied, standing("戊", on_time=0)], 3) == []
    assert len(best_of(tied, 3)) == 4


def test_the_parts_of_those_beside_add_up_to_what_they_were_asked_for(month: Month, at_now: None) -> None:
    report_task(month.secretary, month.task(), values=MINUTES)
    branch = month.office.branch.pk

    for path in ("/accounts", "/accounts/print"):
        text = get(month.secretary, path, org=branch, period="2015-10").content.decode()
        (said,) = re.findall(r"2个党组织共?应[^。]*。", text)
        whole, *parts = (int(each) for each in re.findall(r"(\d+)[件项]", said))
        assert whole == sum(parts) == 2
