"""What a new order repeats, looked for among 50 000 earlier orders.

Generated orders of 2 000 duties by 132 issuers over four years; a town and the county ask what
is like a new one. Prints, for SQLite and PostgreSQL: the slowest of twenty looks (the bound is
300 ms), the first look of a process, which reads the whole index, how long one more order takes
to be found, and the memory that the index holds.
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from postgres import cluster  # noqa: E402 -- a tool beside this folder

ORDERS, DUTIES, TOWNS, LOOKS, BOUND = 50_000, 2_000, 131, 20, 0.3

WHO = [
    "党员",
    "困难户",
    "留守老人",
    "村干部",
    "网格员",
    "退役军人",
    "残疾人",
    "脱贫户",
    "流动党员",
    "积极分子",
    "致富带头人",
    "大学生",
    "返乡青年",
]
WHAT = [
    "农田水利",
    "村级集体经济",
    "人居环境",
    "厕所改造",
    "森林防火",
    "安全生产",
    "教育培训",
    "活动阵地",
    "远程教育",
    "医疗保险",
    "危房改造",
    "道路交通",
    "饮水安全",
    "产业发展",
    "矛盾纠纷",
    "电商服务",
    "文化活动",
    "土地流转",
    "公益岗位",
    "志愿服务",
]
DO = [
    "摸底调查",
    "排查整治",
    "进展情况",
    "统计汇总",
    "工作总结",
    "问题清单",
    "整改落实",
    "台账更新",
    "名单核对",
    "需求征集",
    "入户走访",
    "经费使用",
    "任务分解",
]
PAPER = ["统计表", "情况表", "月报", "季报", "登记表", "汇总表", "报告", "清单"]
MORE = [
    "按要求于月底前报送",
    "附本村数据",
    "如有变化及时更正",
    "以实际为准",
    "由支部书记审核",
    "分村填写",
    "与上月数据核对",
    "不含外出人员",
    "包括社区和单位",
    "数据保留一位小数",
]


def words(chance: random.Random) -> str:
    """Return the words of one invented order."""
    parts = [*chance.sample(WHO, 2), *chance.sample(WHAT, 2), chance.choice(DO), chance.choice(PAPER)]
    return "".join(parts) + "。" + "，".join(chance.sample(MORE, 3))


def measure() -> bool:
    """Fill one database with orders and look for repeats; return whether the bound held."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    from gangmu.core.context import Context
    from gangmu.kernel.access.operations import ensure_system_account
    from gangmu.kernel.access.queries import AccountActor
    from gangmu.kernel.guard.rules import plain_text
    from gangmu.kernel.orgs.operations import NewOrg, found_orgs, found_root
    from gangmu.kernel.packs.operations import take_pack_from, use_pack
    from gangmu.kernel.packs.queries import pack_of
    from gangmu.work.burden.definitions import SynonymKind
    from gangmu.work.burden.models import Asking
    from gangmu.work.burden.queries import cost_of, index_of_words, packed_terms
    from gangmu.work.burden.rules import Demand, synonyms_of

    day = date(2014, 1, 1)
    context = Context(AccountActor(ensure_system_account()), datetime(2019, 1, 4, 1, tzinfo=UTC))
    top = found_root(context, NewOrg("990000", "中共测量州委员会", "committee", "prefecture", day))
    use_pack(context, top, version=take_pack_from(context, ROOT / "gangmu/packs/base"), day=day)
    rows = [
        NewOrg(f"99{at:04d}", f"中共第{at}镇委员会", "committee", "township", day)
        for at in range(1, TOWNS + 1)
    ]
    issuers = [top, *found_orgs(context, top, rows)]
    synonyms = synonyms_of(pack_of(top.pk).all(SynonymKind))
    chance = random.Random(1)
    texts = [plain_text(words(chance)) for _ in range(DUTIES)]
    terms = [packed_terms(text, synonyms) for text in texts]

    def asking(at: int) -> Asking:
        duty, on = chance.randrange(DUTIES), day + timedelta(days=at * 1460 // ORDERS)
        return Asking(
            order=at + 1,
            root=top.pk,
            issuer=issuers[at % len(issuers)],
            duty=f"duty{duty}",
            period=f"{on:%Y-%m}",
            title=texts[duty][:60],
            words=texts[duty],
            record=f"record{duty}",
            minutes=15,
            organizations=30,
            asked_on=on,
            due_on=on + timedelta(days=20),
            terms=terms[duty],
            stamp=f"{at:016x}",
        )

    for start in range(0, ORDERS, 2000):
        Asking.objects.bulk_create([asking(at) for at in range(start, min(start + 2000, ORDERS))])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def demand() -> Demand:
        return Demand("new", "2019-01", words(chance), "", "meeting_record", 15, 30)

    first = _look(cost_of, context, issuers[0], demand())
    spent = time.process_time()
    looks = [_look(cost_of, context, issuers[at % 2], demand()) for at in range(LOOKS)]
    spent = time.process_time() - spent
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    one_more = asking(ORDERS)
    one_more.due_on = date(2019, 2, 1)
    one_more.save()
    begun = time.perf_counter()
    found = cost_of(
        context, top, asked=Demand("new", "2019-01", one_more.words, "", "meeting_record", 15, 30)
    ).overlaps
    more = time.perf_counter() - begun
    print(
        f"{connection.vendor}: {ORDERS} orders · slowest of {LOOKS} looks {max(looks) * 1000:.0f} ms, "
        f"middle {statistics.median(looks) * 1000:.0f} ms (at most {BOUND * 1000:.0f}) · "
        f"processor {spent / LOOKS * 1000:.0f} ms a look · "
        f"first look of a process {first * 1000:.0f} ms · one more order found in {more * 1000:.0f} ms "
        f"({found[0].score:.2f}) · index {index_of_words().nbytes / 2**20:.0f} MiB, process grew {grown / 1024:.0f} MiB",
        flush=True,
    )
    return max(*looks, more) <= BOUND and found[0].score > 0.6


def _look(cost_of, context, issuer, demand) -> float:  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    cost_of(context, issuer, asked=demand)
    return time.perf_counter() - begun


def _run(**environment: str) -> int:
    with tempfile.TemporaryDirectory(prefix="gangmu-bench-") as folder:
        values = {
            **os.environ,
            "GANGMU_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "gangmu.site.settings",
            **environment,
        }
        return subprocess.run(
            [sys.executable, __file__, "--here"], env=values, cwd=ROOT, check=False
        ).returncode


def main() -> int:
    """Measure on each database in a process of its own."""
    if "--here" in sys.argv:
        return int(not measure())
    failed = _run(GANGMU_DATABASE_URL="")
    with cluster() as url:
        return failed + _run(GANGMU_DATABASE_URL=url)


if __name__ == "__main__":
    sys.exit(main())
