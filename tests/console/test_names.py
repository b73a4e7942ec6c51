"""Staff read names, not slots and codes: on every page, and for every code that is written."""

import ast
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import msgspec

from console.words.codes import CAUSES, DELIVERIES, IDENTITIES, JOBS, THROUGH
from console.words.rules import TITLES
from jifen.seeds import campaigns as seeds
from jifen.seeds.rewards import TOTE
from jobs import registry
from jobs.settle_points import settle_points
from loyalty import (
    campaigns,
    customers,
    deliveries,
    ledger,
    programme,
    progress,
    publishing,
    purchases,
    redemptions,
)
from loyalty.calendar import day_of
from loyalty.campaigns import Route
from loyalty.deliveries import Planned, Text
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.ledger import Earn
from loyalty.orders import IdentityRef
from loyalty.seasons import season
from loyalty.segments.rfm import Rfm
from models import Customer, IdentityKind, JobRun, JobRunState, db
from tests.cast import WANG, line, order
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys
from tests.test_house_rules import FILES
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]

FOLLOWER = IdentityRef(IdentityKind.OPENID, "wx-account", "oWang")
ROUTE = Route("wx-mini", "", FOLLOWER.scope)
HOUR = timedelta(hours=1)


def rows(page: str) -> list[str]:
    """Return the text of each row of a page's tables."""
    bare = [re.sub("<[^>]+>", " ", row) for row in re.findall("<tr>(.*?)</tr>", page, re.DOTALL)]
    return [html.unescape(" ".join(row.split())) for row in bare]


async def shown(browser: Browser, path: str) -> str:
    return "\n".join(rows((await browser.get(path))[1]))


async def in_english(browser: Browser) -> None:
    await browser.post("/language", language="en", proof=await browser.proof())


async def chooses_and_is_told(context: Context) -> int:
    """Let a follower buy, claim, redeem and be written to, and return her id."""
    her = await customers.meet((FOLLOWER,), at=NOW, through="official_account")
    for number in ("2874001", "2874002"):
        await buys(number, 30, paid_at=NOW, buyer=FOLLOWER)
    await progress.claim(her, "two_orders", season("weekly", NOW).name, at=NOW)
    await earns(her, context)
    for slot in ("reward:tote", "reward:ten_off"):
        await redemptions.redeem(her, uuid4(), slot=slot, at=NOW + HOUR)
    await is_in_a_campaign(her)
    await is_answered(her)
    return her


async def earns(her: int, context: Context) -> None:
    earn = Earn(member_id=her, key="e", at=NOW, points=500, settles_at=NOW + HOUR)
    await ledger.record_one(earn)
    await settle_points(context, NOW + HOUR)


async def is_in_a_campaign(her: int) -> None:
    await seeds.lay(at=NOW)
    anyone = Rfm("常客", "Regulars", recency_from=1, frequency_from=1, orders_from=1)
    await publishing.publish("segment:loyal", anyone, by="test", at=NOW)
    await db.fetch("UPDATE identity SET following_since = $1", NOW)
    await campaigns.run("vip_20", ROUTE, at=NOW)


async def is_answered(her: int) -> None:
    answer = Planned(
        key="reply:1",
        customer_id=her,
        channel="official_account",
        scope=FOLLOWER.scope,
        address=FOLLOWER.value,
        message=Text("你好"),
        not_before=NOW,
        lapses_at=NOW + HOUR,
    )
    await deliveries.plan([answer], at=NOW)


async def happenings(browser: Browser, her: Customer) -> set[str]:
    """Return the lines of her timeline, without their moments."""
    timeline = await shown(browser, f"/members/{her.uuid}")
    return {line[len("2026-11-22 12:00 ") :] for line in timeline.splitlines()}


WEEK = season("weekly", NOW).name
ZH = {
    "成为会员 公众号",
    "订单 ¥30.00 · 已付款 旗舰店 2874001 → 30 积分",
    "积分 +30 获得 天猫订单 2874001 · 消费得积分 v1 (earning:base)",
    "等级 普通会员 等级统计期内消费 ¥60.00, 2 订单",
    f"领取任务奖励 本周两单 · {WEEK}",
    "积分 +100 获得 本周两单 v1",
    "积分 +500 获得 –",
    "积分 +500 到账 到账时间已到",
    "兑换 帆布袋 · 已发放 −200 积分",
    "积分 -200 消耗 兑换 帆布袋",
    "优惠券 立减 10 元 · 已发放 150 积分兑换",
    "优惠券 VIP 8 折 · 已发放 近一年您多次购买",
    "触达 公众号客服消息 · 待执行 营销活动：近一年您多次购买",
    "触达 公众号客服消息 · 待执行 回复她的消息",
}
EN = {
    "Became a member Official account",
    "Points +30 earned order 2874001 at Tmall · Points for money spent v1 (earning:base)",
    "Tier Member Spent in the tier window ¥60.00, 2 Orders",
    f"Challenge reward claimed Two orders · {WEEK}",
    "Points +500 available their time had come",
    "Redemption Tote bag · issued −200 Points",
    "Coupon ¥10 off · issued Redeemed for 150 points",
    "Delivery Customer message · planned Campaign: You bought often this year",
    "Delivery Customer message · planned Answer to her message",
}


async def test_a_timeline_says_what_each_happening_is_about_and_why(
    browser: Browser, context: Context
) -> None:
    her = await Customer.get(id=await chooses_and_is_told(context))
    await browser.sign_in("chen")
    assert not ZH - await happenings(browser, her)
    await in_english(browser)
    assert not EN - await happenings(browser, her)


async def test_a_timeline_says_what_each_rule_gave_to_which_line(browser: Browser) -> None:
    double = Multiplier(name_zh="双倍", name_en="Double", categories=("器具",))
    for slot, rule in (("earning:double", double), ("earning:cap", Cap(most=100))):
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=NOW)
    lines = (line(60_00, title="豆"), line(40_00, key="2", title="壶", category="器具"))
    (outcome,) = await purchases.record([order("1", *lines, paid_at=NOW)], at=NOW)
    outcome.unwrap()
    her = await Customer.get()
    await browser.sign_in("chen")
    base = "消费得积分 v1 (earning:base) +100（豆 +60、壶 +40）"
    more = "双倍 v1 +40（壶 +40）· 积分上限 v1 (earning:cap) -40（豆 -17、壶 -23）"
    assert f"积分 +100 获得 天猫订单 1 · {base} · {more}".replace("）·", "） ·") in (
        await happenings(browser, her)
    )
    await in_english(browser)
    told = "\n".join(await happenings(browser, her))
    assert "(earning:base) +100 (豆 +60, 壶 +40) · Double v1 +40 (壶 +40) · Most points" in told


async def test_a_reward_keeps_the_name_that_she_chose_it_by(browser: Browser) -> None:
    her = await customers.meet((WANG,), at=NOW, through="test")
    await ledger.record_one(Earn(member_id=her, key="e", at=NOW, points=500, settles_at=NOW))
    redeemed = await redemptions.redeem(her, uuid4(), slot="reward:tote", at=NOW)
    renamed = msgspec.structs.replace(TOTE, name_zh="水杯", name_en="Cup")
    await publishing.publish("reward:tote", renamed, by="test", at=NOW)
    await browser.sign_in("guide")
    _, page = await browser.get("/hand-over")
    assert [row for row in rows(page) if row.startswith("帆布袋 已发放")]
    proof = await browser.proof()
    _, page = await browser.post("/hand-over", code=redeemed.code, proof=proof)
    assert [row for row in rows(page) if row.startswith("帆布袋 已交付")]
    await in_english(browser)
    _, page = await browser.get("/hand-over")
    assert [row for row in rows(page) if row.startswith("Tote bag handed over")]
    assert "reward:" not in page


async def test_members_rules_and_runs_are_listed_by_their_names(browser: Browser) -> None:
    await customers.meet((WANG, FOLLOWER), at=NOW, through="test")
    await seeds.lay(at=NOW)
    await JobRun.create(job="settle_points", tick=NOW, state=JobRunState.FAILED, attempts=3)
    await browser.sign_in("chen")
    assert " 店铺买家名、公众号或小程序 " in await shown(browser, "/members")
    rules = await shown(browser, "/rules")
    assert "帆布袋 reward:tote 实物礼品：会员到店出示兑换码" in rules
    assert "营销活动：近一年您多次购买 campaign:vip_20 人群中每人得一张券" in rules
    assert "<h1>积分政策</h1>" in (await browser.get("/rules/points"))[1]
    assert "待到账积分到账" in await shown(browser, "/runs")
    await in_english(browser)
    assert " Buyer name at a shop, Official account or mini-program " in await shown(
        browser, "/members"
    )
    rules = await shown(browser, "/rules")
    assert "Tote bag reward:tote A thing: she shows the code in a shop" in rules
    assert "Points policy points When earned points become spendable" in rules
    assert "<h1>Tote bag</h1>" in (await browser.get("/rules/reward:tote"))[1]
    runs = await shown(browser, "/runs")
    assert runs.count("Make pending points available") == 2, "the newest run, and a failed one"
    assert "settle_points" not in runs


async def test_a_group_has_its_owners_name_and_counts_staff_as_members_read_it(
    browser: Browser,
) -> None:
    await db.fetch(
        "INSERT INTO community (slot, corp_id, chat_id, name, owner, capacity, qr_code, state,"
        " staff_count) VALUES ('community:vip', 'c', 'g', '会员群', 'wm-chen', 200, '', 's', 2),"
        " ('community:vip', 'c', 'h', '二群', 'nobody', 200, '', 's', 1)"
    )
    await db.fetch("UPDATE staff_member SET wecom_user_id = 'wm-chen' WHERE account = 'chen'")
    await browser.sign_in("chen")
    told = await shown(browser, "/communities")
    assert "会员群 陈晨 2 / 200" in told
    assert "二群 nobody 1 / 200" in told


async def test_a_rule_reads_in_sentences_and_its_versions_in_her_letters(
    browser: Browser,
) -> None:
    await browser.sign_in("marketer")
    await in_english(browser)
    _, page = await browser.get("/rules/reward:tote")
    assert '"name_zh": "帆布袋"' in html.unescape(page)
    for slot in ("tiers", "points", "challenge:daily", "reward:tote"):
        _, page = await browser.get(f"/rules/{slot}")
        (about,) = re.findall('<p class="rule__about">(.*?)</p>', page, re.DOTALL)
        assert "`" not in about
        assert all(line.endswith((".", ":")) for line in about.split("\n")), about


async def test_a_scorecards_period_is_said_in_its_first_and_last_day(browser: Browser) -> None:
    await browser.sign_in("marketer")
    _, page = await browser.get("/scorecard")
    (first, last) = re.findall(r"<p>(\d{4}-\d\d-01) – (\d{4}-\d\d-\d\d)</p>", page)[0]
    assert first < last == f"{day_of(NOW):%Y-%m-%d}"


def test_every_job_and_identity_has_its_words() -> None:
    assert registry.load().keys() == JOBS.keys()
    assert {kind.value for kind in IdentityKind} == IDENTITIES.keys()


def test_every_way_in_and_every_cause_that_is_written_has_its_words() -> None:
    assert written("through") == THROUGH.keys()
    assert written("cause") == CAUSES.keys()


def written(name: str) -> set[str]:
    """Return the texts given by this name: those that stand there, or as a constant above."""
    found = set()
    for file in FILES:
        tree = ast.parse(file.read_text())
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == name:
                value = node.value
                value = constants.get(value.id, value) if isinstance(value, ast.Name) else value
                if isinstance(value, ast.Constant):
                    found.add(str(value.value))
    return found


def test_every_delivery_that_no_campaign_plans_has_its_words() -> None:
    by_slot = {"board"}  # a prize's key begins with the slot of its rule
    assert set(beginnings_of_keys()) | by_slot == DELIVERIES.keys()


def beginnings_of_keys() -> Iterator[str]:
    """Find what the keys of planned deliveries begin with, where it stands there."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and called.split(".")[-1] in ("Planned", "Words"):
                key = next((one.value for one in node.keywords if one.arg == "key"), None)
                key = key or node.args[0]
                begins = key.values[0] if isinstance(key, ast.JoinedStr) else key
                if isinstance(begins, ast.Constant):
                    yield str(begins.value).partition(":")[0]


def test_every_kind_without_a_name_that_stands_in_a_slot_has_a_title() -> None:
    programme.load_kinds()
    nameless = {
        f"{name}/{kind}"
        for name in {*publishing.PICKED_FROM.values(), "policies"}
        for kind in programme.REGISTRIES[name]
        if "name_zh" not in programme.REGISTRIES[name][kind].__struct_fields__
    }
    assert nameless == TITLES.keys()


def test_every_word_is_said_in_both_languages() -> None:
    for words in (JOBS, IDENTITIES, THROUGH, CAUSES, DELIVERIES, TITLES):
        assert all(zh and en for zh, en in words.values())


async def test_members_are_listed_by_pages(browser: Browser) -> None:
    for place in range(101):
        buyer = IdentityRef(IdentityKind.BUYER_NAME, "tmall", f"buyer{place}")
        await customers.meet((buyer,), at=NOW, through="test")
    await browser.sign_in("chen")
    count = await Customer.filter(merged_into_id=None).count()
    seen: set[str] = set()
    for page in (1, 2, 3):
        told = (await browser.get(f"/members?page={page}"))[1]
        seen |= set(re.findall("/console/members/([0-9a-f-]{36})", told))
        assert ('rel="next"' in told) is (page < 3)
        assert ('rel="prev"' in told) is (page > 1)
    assert len(seen) == count
    for wrong in ("0", "-1", "x", "99999", "1'"):
        assert (await browser.get(f"/members?page={wrong}"))[0] == 200
