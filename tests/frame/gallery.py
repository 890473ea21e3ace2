"""Every component on a page of its own, with an invented county in it: to look at and to test."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.shortcuts import render
from django.urls import include, path
from django.utils import translation

from gangmu.core.context import EVERYTHING, Context, Places, Stranger
from gangmu.core.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from gangmu.core.fields import Choice, FieldSpec
from gangmu.frame import figures
from gangmu.frame.figures import Heat, HeatCell, HeatRow, Node, Status, Step, Tab, TimelineEvent
from gangmu.frame.forms import FieldForm, Option
from gangmu.frame.navigation import add_landmark, add_menu
from gangmu.frame.problems import form_again
from gangmu.frame.tables import Column, Table

NOW = datetime(2015, 10, 26, 2, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Somebody:
    """An officer who holds everything but ``nothing.at_all``."""

    account_id: int = 1
    person_id: int = 1
    label: str = "马国强（组织部）"

    def places(self, permission: str, now: datetime) -> Places:
        return Places() if permission == "nothing.at_all" else Places((EVERYTHING,))


class Reader:
    """Sets the context as the site's middleware does: ``?as=stranger`` is nobody."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        language = request.COOKIES.get("gangmu_language", "zh-hans")
        nobody = request.GET.get("as") == "stranger"
        request.context = Context(Stranger() if nobody else Somebody(), NOW, language)
        with translation.override(language):
            return self.get_response(request)


TOWNS = [
    "折桥镇",
    "南龙镇",
    "枹罕镇",
    "城郊镇",
    "东关街道",
    "西关街道",
    "八坊街道",
    "红园街道",
    "城南街道",
    "东区街道",
    "土桥镇",
    "马集镇",
    "莲花镇",
    "新集镇",
    "尹集镇",
    "刁祁镇",
    "韩集镇",
    "漫路乡",
]
STATES = [
    Status("按时办结", "green"),
    Status("待复核", "blue"),
    Status("临近期限", "yellow"),
    Status("退办", "orange"),
    Status("超期", "red"),
    Status("未签收", "grey"),
]


def orders(how_many: int = 132) -> list[dict[str, Any]]:
    return [
        {
            "code": f"6229{at:04d}",
            "org": f"中共{TOWNS[at % len(TOWNS)]}{'一二三四五六七八九十'[at % 10]}村支部委员会",
            "path": [("临安县", "#"), (TOWNS[at % len(TOWNS)], "#")],
            "state": STATES[(at * 7 + at // 5) % 6],
            "due": date(2015, 10, 10 + at % 20),
            "members": 18 + at * 13 % 60,
            "money": Decimal(12_000 + at * 3517 % 90_000) / 1 if at % 9 else None,
            "rank": (at % 27 + 1, 27),
            "trend": [70 + (at * k * 7) % 25 for k in range(1, 9)],
            "score": Decimal(6000 + at * 97 % 3900) / 100,
        }
        for at in range(how_many)
    ]


def order_table(request: Any, rows: list[dict[str, Any]] | None = None) -> Table:
    return Table(
        request,
        (
            Column("org", "党组织", "link", link=lambda row: f"#org-{row['code']}", sort="code", width=40),
            Column("path", "所在镇（街道）", "org_path"),
            Column("state", "状态", "status", link=lambda row: f"#order-{row['code']}"),
            Column("due", "期限", "date", sort="due"),
            Column("members", "党员", "number", sort="members", total=True, unit="人"),
            Column("money", "党建经费", "money", sort="money", total=True, shown=True),
            Column("score", "得分", part="gallery/_score.html", sort="score"),
            Column("trend", "近八月", part="gallery/_trend.html"),
            Column("rank", "名次", "rank"),
            Column("code", "代码", shown=False),
        ),
        orders() if rows is None else rows,
        title="十月份交办单",
        page_size=20,
        made_by="马国强",
    )


FIELDS = (
    FieldSpec(
        code="topic",
        title="会议主题",
        required=True,
        max_length=60,
        help="写议题，不写“学习有关文件”。",
        sample="讨论村集体牛羊养殖合作社2015年分红方案",
    ),
    FieldSpec(code="held_on", title="召开日期", type="date", required=True),
    FieldSpec(
        code="kind",
        title="会议类型",
        type="choice",
        required=True,
        choices=(
            Choice(code="general", title="支部党员大会"),
            Choice(code="committee", title="支委会"),
            Choice(code="group", title="党小组会"),
            Choice(code="lecture", title="党课"),
        ),
    ),
    FieldSpec(
        code="room",
        title="活动阵地",
        type="choice",
        choices=tuple(Choice(code=f"r{n}", title=f"第{n}活动室") for n in range(1, 8)),
    ),
    FieldSpec(
        code="present",
        title="实到人数",
        type="number",
        whole=True,
        minimum=Decimal(0),
        unit="人",
        required=True,
    ),
    FieldSpec(code="spent", title="使用经费", type="money"),
    FieldSpec(code="partner", title="结对党组织", type="organization"),
    FieldSpec(
        code="minutes",
        title="会议记录",
        type="long_text",
        required=True,
        help="谁提出、怎么议、怎么定、票数多少。",
        sample="一、应到党员32人，实到29人，有表决权28人。\n二、会议通报了合作社前三季度账目。\n三、表决：同意27票，反对0票，弃权1票，通过。",
        max_length=3000,
    ),
    FieldSpec(code="attachment", title="附件", type="file"),
)


def answer_form(values: Any = None, faults: Any = None) -> FieldForm:
    return FieldForm(FIELDS, values or {}, faults or {}, finders={"organization": "/find-option"})


def heat() -> Heat:
    months = [f"{n}月" for n in range(1, 11)]
    rows = []
    for at, town in enumerate(TOWNS[:10]):
        cells = []
        for month in range(10):
            done, due = (at * 5 + month * 7) % 13 + 10, 22
            cells.append(
                HeatCell(
                    f"{min(100, done * 100 // due)}%" if month < 9 or at % 3 else "—",
                    figures.heat_level(done, due) if month < 9 or at % 3 else None,
                    f"#heat-{at}-{month}",
                    f"{town} {month + 1}月：{done}/{due}",
                )
            )
        rows.append(HeatRow(town, cells, f"#town-{at}"))
    return Heat("各镇（街道）按月完成率", months, rows, "镇（街道）")


def values(request: Any) -> dict[str, Any]:
    return {
        "crumbs": [("工作台", "/"), ("责任与任务", "/orders"), ("十月份交办单", "")],
        "table": order_table(request),
        "empty_table": order_table(request, []),
        "form": answer_form(),
        "wrong_form": answer_form(
            {"topic": "", "present": "二十九", "spent": "1200", "kind": "general", "held_on": "2015年10月"},
            {
                "topic": "This must be filled in.",
                "present": "This is not a number.",
                "held_on": "This is not a date.",
            },
        ),
        "heat": heat(),
        "tabs": [
            Tab(title, url, str(at) == request.GET.get("tab", "0"), count)
            for at, (title, url, count) in enumerate(
                (
                    ("待办", "#a", 12),
                    ("已办", "#b", None),
                    ("待阅", "#c", 3),
                    ("我发起的", "#d", None),
                    ("超期", "#e", 2),
                )
            )
        ],
        "steps": [
            Step("立项", "done", "9月28日"),
            Step("交办", "done", "10月8日"),
            Step("签收", "done", "10月8日"),
            Step("反馈", "here", "限10月30日"),
            Step("复核"),
            Step("办结"),
        ],
        "events": [
            TimelineEvent(NOW, "退办", "折桥镇党委 张主任", "第三项没有写票数，请补充后再报。", "orange"),
            TimelineEvent(
                datetime(2015, 10, 20, 1, 12, tzinfo=UTC),
                "反馈",
                "大庄村支部 马书记",
                "已报会议记录一份。",
                "blue",
            ),
            TimelineEvent(
                datetime(2015, 10, 8, 1, 0, tzinfo=UTC), "交办", "县委组织部", "", "grey", "#order"
            ),
        ],
        "nodes": [
            Node(
                "中共临安县委员会",
                "#1",
                note="4 316",
                children=(
                    Node("折桥镇党委", "#2", "/tree/2", "118", here=True),
                    Node("南龙镇党委", "#3", "/tree/3", "96"),
                    Node("县直机关工委", "#4", "/tree/4", "204"),
                    Node("县医院党总支", "#5"),
                ),
            ),
        ],
        "bars": figures.bars(
            "各部门下达任务数",
            ["组织部", "纪委", "宣传部", "农牧局", "民政局"],
            [42, 31, 18, 12, 7],
            series="任务",
            links={"组织部": "#issuer"},
        ),
        "lines": figures.lines(
            "按时办结率",
            [f"{n}月" for n in range(1, 11)],
            {
                "本县": [71, 74, 78, 77, 81, 84, 83, 88, 90, 92],
                "同组平均": [70, 71, 73, 74, 76, 77, 79, 80, 82, 83],
            },
            unit="%",
        ),
        "flow": figures.flow(
            "十月份闭环",
            [
                ("交办", "已反馈", 1180),
                ("交办", "未反馈", 134),
                ("已反馈", "复核通过", 1022),
                ("已反馈", "退办", 158),
                ("退办", "整改完成", 121),
            ],
        ),
        "treemap": figures.treemap(
            "各领域党员",
            [
                ("农村", 42100),
                ("社区", 9800),
                ("机关", 12400),
                ("学校", 8900),
                ("企业", 5200),
                ("医院", 1900),
            ],
        ),
        "year": figures.year(
            "全年活动",
            2015,
            [(f"2015-{m:02d}-{d:02d}", (m * d) % 9) for m in range(1, 11) for d in range(1, 29, 2)],
        ),
        "trend": [71, 74, 78, 77, 81, 84, 83, 88, 90, 92],
    }


def gallery(request: Any) -> Any:
    found = values(request)
    return found["table"].export() or render(request, "gallery/gallery.html", found)


def workbench(request: Any) -> Any:
    found = values(request)
    return found["table"].export() or render(request, "gallery/workbench.html", found)


def answer(request: Any) -> Any:
    """A form that refuses what is wrong, as page authors write it."""
    from gangmu.core.fields import parse_fields

    form = answer_form()
    if request.method == "POST":
        try:
            parse_fields(FIELDS, form.raw(request.POST))
        except Invalid as refusal:
            return form_again(
                request, "gallery/answer.html", {"form": form.again(request.POST, refusal.faults)}, refusal
            )
    return render(
        request,
        "gallery/answer.html",
        {"form": form, **{k: v for k, v in values(request).items() if k in ("steps", "events", "crumbs")}},
    )


def sign_in(request: Any) -> Any:
    return render(request, "gallery/sign_in.html")


def sheet(request: Any) -> Any:
    return render(request, "gallery/sheet.html", values(request))


def find_option(request: Any) -> Any:
    wanted = request.GET.get("q", "")
    options = [
        Option(str(at), f"中共{town}委员会", note=f"6229{at:02d}")
        for at, town in enumerate(TOWNS)
        if wanted and wanted in town
    ]
    return render(request, "components/_options.html", {"options": options})


def find(request: Any) -> Any:
    wanted = request.GET.get("q", "")
    links = [
        {"url": f"#org-{at}", "title": f"中共{town}委员会", "note": f"6229{at:02d}"}
        for at, town in enumerate(TOWNS)
        if wanted and wanted in town
    ]
    return render(request, "components/_found.html", {"found": [("Organizations", links)] if links else []})


def tree_below(request: Any, number: int) -> Any:
    nodes = [
        Node(f"{name}村支部", f"#{number}-{at}", note="32")
        for at, name in enumerate(("大庄", "祁牟", "后古", "慈王"))
    ]
    return render(request, "components/_tree_nodes.html", {"nodes": nodes})


def refuse(request: Any, what: str) -> Any:
    refusals = {
        "allowed": NotAllowed("You may not open this page."),
        "conflict": Conflict("This is not possible any more"),
        "invalid": Invalid("Some fields need attention.", faults={"topic": "This must be filled in."}),
        "signed": NotSignedIn("Please sign in first."),
    }
    if what in refusals:
        raise refusals[what]
    raise RuntimeError("a fault of ours")


def part(request: Any) -> Any:
    return render(request, "gallery/problems.html")


def revealed(request: Any) -> Any:
    return render(request, "gallery/_revealed.html")


urlpatterns = [
    path("", workbench, name="home"),
    path("gallery", gallery, name="gallery"),
    path("orders", gallery, name="orders"),
    path("answer", answer, name="answer"),
    path("done", gallery, name="done"),
    path("read", gallery, name="read"),
    path("mine", gallery, name="mine"),
    path("people", gallery, name="people"),
    path("ranks", gallery, name="ranks"),
    path("secret", gallery, name="secret"),
    path("log", gallery, name="log"),
    path("notices", gallery, name="notices"),
    path("problems", part, name="problems"),
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_in, name="sign-out"),
    path("sheet", sheet, name="sheet"),
    path("find", find, name="find"),
    path("find-option", find_option, name="find-option"),
    path("reveal", revealed, name="reveal"),
    path("tree/<int:number>", tree_below, name="tree-below"),
    path("refuse/<str:what>", refuse, name="refuse"),
    path("api/refuse/<str:what>", refuse, name="api-refuse"),
    path("", include("gangmu.frame.pages")),
]
handler400 = "gangmu.frame.problems.bad_request"
handler403 = "gangmu.frame.problems.not_allowed"
handler404 = "gangmu.frame.problems.not_found"
handler500 = "gangmu.frame.problems.failed"


def fill_menu() -> None:
    """Put the gallery's pages into the menu."""
    add_menu("desk", "待办", "home", order=1, icon="inbox", phone=True, count=lambda request: 12)
    add_menu("desk", "已办", "done", order=2, icon="circle-check", phone=True)
    add_menu("desk", "待阅", "read", order=3, icon="eyeglass", phone=True, count=lambda request: 3)
    add_menu("desk", "我发起的", "mine", order=4, icon="send", phone=True)
    add_menu("duties", "交办单", "orders", "plans.view", 10)
    add_menu("duties", "组件", "gallery", "plans.view", 20)
    add_menu("people", "党员名册", "people", "people.view", 10)
    add_menu("results", "得分与名次", "ranks", "assessment.view", 10)
    add_menu("notices", "公示", "notices", None, 10)
    add_menu("system", "日志", "log", "audit.view", 10)
    add_menu("system", "密", "secret", "nothing.at_all", 20)
    add_landmark("home", "home")
    add_landmark("search", "find")
    add_landmark("account", "mine")
    add_landmark("sign_in", "sign-in")
    add_landmark("sign_out", "sign-out")
