"""The systems that are ours (N), row by row: each a short story that ends in what the server refuses."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gangmu.core.context import Context
from gangmu.kernel.access.models import Account
from gangmu.kernel.access.operations import fresh_founding_code, fresh_token
from gangmu.kernel.access.queries import AccountActor
from gangmu.kernel.orgs.models import Org
from tests.conftest import NOW

pytestmark = pytest.mark.db

PASSWORD = "long enough 1"


@pytest.fixture
def on_the_day(settings: Any) -> None:
    """Let requests happen when tests do."""
    settings.GANGMU_CLOCK_OFFSET = NOW - datetime.now(UTC)


class Program:
    """A program that acts over the API for an account."""

    def __init__(self, login: str) -> None:
        context = Context(AccountActor(Account.objects.get(login=login)), NOW)
        _, text = fresh_token(context, name="t", scopes=["*"], expires_at=NOW + timedelta(days=1))
        self.headers = {"Authorization": f"Bearer {text}"}

    def _once(self) -> dict[str, str]:
        """The headers of one write: its key is used once."""
        self.writes = getattr(self, "writes", 0) + 1
        return {**self.headers, "Idempotency-Key": f"write-{self.writes}"}

    def get(self, path: str) -> Any:
        """Read something."""
        return Client().get(f"/api{path}", headers=self.headers)

    def post(self, path: str, **given: Any) -> Any:
        """Do something."""
        body = json.dumps(given)
        return Client().post(f"/api{path}", body, content_type="application/json", headers=self._once())

    def send(self, org: int, kind: str, lines: str) -> Any:
        """Send a sheet and return what was read."""
        file = SimpleUploadedFile(f"{kind}.csv", lines.encode("gb18030"))
        path = f"/api/orgs/{org}/imports"
        answer = Client().post(path, {"kind": kind, "file": file}, headers=self._once())
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


ORGS = """代码,名称,类别,层级,成立日期,上级组织代码
330824101,中共华埠镇委员会,党委,乡级,2010-07-01,
330824102,中共马金镇委员会,党委,乡级,2010-07-01,
330824101201,中共金星村支部委员会,党支部,村（社区）,2010-07-01,330824101
330824102201,中共霞山村支部委员会,党支部,村（社区）,2010-07-01,330824102
"""
POSTS = """组织,姓名,职务,任职时间,转正时间,账号名
330824101,方建国,乡镇（街道）党务工作者,2015-01-10,,fangjg
330824101201,郑水根,党组织书记,2015-01-10,1998-07-01,zhengsg
330824102201,汪卫东,党组织书记,2015-01-10,2001-07-01,wangwd
"""


def _sign_in_by_slip(login: str, code: str) -> Client:
    phone = Client()
    phone.post("/sign-in/start", {"login": login, "code": code, "password": PASSWORD})
    return phone


def _slips(client: Client, org: int, **chosen: Any) -> dict[str, str]:
    """Print slips and return the codes that stand on them, by sign-in name."""
    paper = client.post(f"/orgs/{org}/slips", {"address": "https://dj.example.cn", **chosen})
    text = paper.content.decode()
    return dict(re.findall(r"<dd>(\w+)</dd>\s*<dt>[^<]*</dt><dd class=\"gm-slip-code\">([^<]+)</dd>", text))


def test_n13_an_office_begins_with_a_pack_a_sheet_and_slips(system: Context, on_the_day: None) -> None:
    """Founded by the terminal's code, filled from sheets, signed in by slip; a town prints no neighbour's slip."""
    desk = Client()
    desk.post("/first-day", {"code": fresh_founding_code(system), "pack": "base"})
    office = {"name": "中共开化县委员会", "code": "330824", "level": "county", "kind": "committee"}
    officer = {
        "officer": "姜敏",
        "login": "jiangmin",
        "keeps": "yes",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    desk.post("/first-day/office", {**office, **officer, "day": "2010-01-01"})
    root = Org.objects.get(code="330824")
    program = Program("jiangmin")

    wrong = program.send(
        root.pk, "orgs", ORGS + "330824101,中共重码村支部委员会,党支部,村（社区）,2010-07-01,\n"
    )
    assert (wrong["total"], wrong["wrong"]) == (5, 1)
    assert program.post(f"/imports/{wrong['id']}/confirm").status_code == 409
    assert Org.objects.count() == 1
    for kind, lines, rows in (("orgs", ORGS, 4), ("posts", POSTS, 3)):
        read = program.send(root.pk, kind, lines)
        assert program.post(f"/imports/{read['id']}/confirm").json()["done"] == rows

    desk = _session_of("jiangmin")
    codes = _slips(desk, root.pk, all="1")
    assert sorted(codes) == ["fangjg", "wangwd", "zhengsg"]
    phone = _sign_in_by_slip("zhengsg", codes["zhengsg"])
    assert phone.get("/desk").status_code == 200
    waiting = program.get(f"/orgs/{root.pk}/sign-ins?how=in").json()
    assert {each["login"] for each in waiting} >= {"zhengsg"}

    assert _sign_in_by_slip("zhengsg", codes["zhengsg"]).get("/desk").status_code == 302
    town = _session_of("fangjg")
    neighbour = Org.objects.get(code="330824102")
    assert town.post(f"/orgs/{neighbour.pk}/slips", {"all": "1"}).status_code == 404
    assert Client().post("/first-day", {"code": "AAAAA-AAAAA", "pack": "base"}).status_code == 404


def _session_of(login: str) -> Client:
    """A browser in which somebody is signed in with their second factor."""
    from gangmu.kernel.access.models import OpenSession
    from gangmu.kernel.access.operations import begin_session

    account = Account.objects.get(login=login)
    begin_session(Context(AccountActor(account), NOW), account=account, device="", session_key=login)
    OpenSession.objects.filter(account=account).update(factor_passed=True)
    client = Client()
    session = client.session
    session["gangmu"] = login
    session.save()
    return client
