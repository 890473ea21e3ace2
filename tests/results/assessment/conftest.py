"""A county whose year is over, and a round over it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gangmu.core.context import Context
from gangmu.kernel.packs.operations import use_pack
from gangmu.kernel.packs.queries import pack_version_of
from tests.taken import small_pack

PACK = {
    "anping/pack.yaml": 'title: 安平县\nversion: "1.0"\nextends: base\n',
    "anping/indicator/on_time.yaml": """title: {zh-hans: 按期完成率, en: Answered on time}
numerator: {sum: task.on_time}
denominator: {sum: task.due}
""",
    "anping/indicator/answered.yaml": """title: {zh-hans: 完成率, en: Answered}
numerator: {sum: task.answered}
denominator: {sum: task.due}
""",
    "anping/scorecard/branch_year.yaml": """title: {zh-hans: 党支部年度考核, en: "Branch, yearly"}
applies_to: {kinds: [branch]}
lines:
  - {indicator: on_time, points: 60, rule: {linear: [0, 1]}}
  - {indicator: answered, points: 40, rule: {linear: [0, 1]}}
peers: {within: county, same: [domain]}
min_peers: 3
stars:
  - {stars: 5, at_least: 90, share: 0.4}
  - {stars: 3, at_least: 50}
""",
    "anping/appraisal/year.yaml": """title: {zh-hans: 年度考核, en: Yearly appraisal}
follows: 安平县2015年党建工作要点
scorecards: [branch_year]
best: 1
screen_below: 60
""",
}


def on(day: int, month: int = 1, year: int = 2016) -> datetime:
    """An instant of a working morning."""
    return datetime(year, month, day, 2, 0, tzinfo=UTC)


@dataclass
class Year:
    """A county after a year of orders: east answered all in time, west late, the far one nothing."""

    office: Any
    officer: Any
    acting: Callable[..., Any]
    secretaries: dict[int, Any]

    def secretary(self, org: Any, day: int = 7, month: int = 1, year: int = 2016) -> Any:
        """Return the context of an organization's secretary."""
        if org.pk not in self.secretaries:
            self.secretaries[org.pk] = self.acting("secretary", org)
        return self.at(self.secretaries[org.pk], day, month, year)

    def at(self, context: Any, day: int, month: int = 1, year: int = 2016) -> Any:
        """Return somebody's context at another instant."""
        return Context(context.actor, on(day, month, year))

    def pack(self, **more: str) -> Any:
        """Put the pack in force, with some files changed."""
        base = pack_version_of(self.office.county.pk).files
        files = {name: text for name, text in base.items() if name.startswith("base/")}
        version = small_pack(self.office.system, "anping", {**files, **PACK, **more})
        use_pack(self.office.system, self.office.county, version=version, day=date(2015, 1, 1))
        return version


@pytest.fixture
def year(office: Any, acting: Callable[..., Any]) -> Year:
    """October's orders are issued, answered by some, and closed."""
    from gangmu.work.plans.operations.answers import report_task
    from gangmu.work.plans.operations.closing import close_period
    from gangmu.work.plans.operations.orders import issue_to_all
    from gangmu.work.plans.queries.tasks import waiting_tasks

    made = Year(office, acting("officer", office.county, now=on(8, 10, 2015)), acting, {})
    made.pack()
    values = {
        "held_on": "2015-10-12",
        "should_attend": "5",
        "attended": "5",
        "agenda": "学习",
        "decisions": "按计划",
    }
    for duty in ("monthly_order", "theme_day"):
        issue_to_all(made.officer, office.county, duty=duty, period="2015-10")
    for org, day in ((office.branch, 12), (office.other_branch, 13)):
        secretary = made.secretary(org, day, 10, 2015)
        for task in waiting_tasks(secretary):
            if org == office.other_branch and task.duty == "theme_day":
                continue
            given = (
                values
                if task.duty == "monthly_order"
                else {"held_on": "2015-10-12", "theme": "植树", "attended": "20"}
            )
            report_task(secretary, task, values=given)
    close_period(made.at(made.officer, 3, 11, 2015), office.county, period="2015-10")
    return made
