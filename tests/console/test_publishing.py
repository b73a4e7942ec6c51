"""Staff publish a rule over HTTP: what would break it is said on the page, at once is in turn."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from console.rule_form import sent
from loyalty import programme, publishing
from loyalty.calendar import start_of
from loyalty.challenges.orders import Orders
from loyalty.challenges.spend import Spend
from loyalty.discounts.exchange import Exchange
from loyalty.earning.multiplier import Multiplier
from loyalty.policies.event import BrandEvent
from loyalty.policies.live_visit import LiveVisitPolicy
from loyalty.rewards.gift import Gift
from models import ChangedMember, RuleEnd, RuleVersion
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import buys

__all__ = ["away", "browser", "context", "http", "redis"]


async def form_of(browser: Browser, slot: str) -> dict[str, str]:
    version = await RuleVersion.filter(slot=slot).order_by("-version").first()
    assert version
    rule = programme.REGISTRIES[version.registry].decode(version.kind, version.body)
    return sent(rule) | {"proof": await browser.proof()}


@pytest.fixture
async def marketer(browser: Browser) -> Browser:
    await browser.sign_in("marketer")
    return browser


async def test_a_coupon_that_is_not_there_is_named_and_nothing_is_published(
    marketer: Browser,
) -> None:
    form = await form_of(marketer, "challenge:daily")
    http_status, page = await marketer.post(
        "/rules/challenge:daily", **{**form, "reward_coupon_slot": "coupon:none"}
    )
    assert (http_status, "coupon:none 还没有发布" in page) == (422, True)
    assert await RuleVersion.filter(slot="challenge:daily").count() == 1
    http_status, _ = await marketer.post("/rules/challenge:daily", **{**form, "reward_points": "6"})
    assert http_status == 200


async def test_a_forbidden_promise_is_said_beside_its_field_with_the_rule_and_what_is_allowed(
    marketer: Browser,
) -> None:
    form = await form_of(marketer, "challenge:daily")
    sent = {**form, "name_zh": "转发海报送积分"}
    http_status, page = await marketer.post("/rules/challenge:daily", **sent)
    assert http_status == 422
    assert "名称（中文）：“转发海报送”是诱导分享" in page
    assert "5.1" in page
    assert "可以改为" in page
    assert 'value="转发海报送积分"' in page, "the form stays as it was filled in"
    assert await RuleVersion.filter(slot="challenge:daily").count() == 1


async def test_forms_sent_at_once_are_taken_in_turn(marketer: Browser) -> None:
    form = await form_of(marketer, "reward:tote")
    sent = [{**form, "points": str(300 + one)} for one in range(6)]
    told = await asyncio.gather(*(marketer.post("/rules/reward:tote", **one) for one in sent))
    assert [http_status for http_status, _ in told] == [200] * 6
    assert await RuleVersion.filter(slot="reward:tote").count() == 7


async def test_a_rule_that_is_over_is_published_again_without_its_old_end(
    marketer: Browser,
) -> None:
    over = datetime.now(UTC) - timedelta(hours=1)
    await RuleVersion.filter(slot="reward:tote").update(
        starts_at=over - timedelta(days=1), ends_at=over
    )
    form = await form_of(marketer, "reward:tote")
    http_status, _ = await marketer.post("/rules/reward:tote", **{**form, "points": "310"})
    assert http_status == 200
    newest = await RuleVersion.filter(slot="reward:tote").order_by("-version").first()
    assert newest
    assert newest.ends_at is None


async def test_new_tiers_are_worked_out_for_whoever_bought(marketer: Browser) -> None:
    await buys("1", 300, paid_at=NOW)
    form = await form_of(marketer, "tiers")
    http_status, _ = await marketer.post("/rules/tiers", **{**form, "window_months": "6"})
    assert http_status == 200
    assert await ChangedMember.all().count() == 1


async def test_a_marketer_moves_double_points_to_another_day_by_the_shanghai_clock(
    marketer: Browser,
) -> None:
    await publishing.publish("earning:double", Multiplier(), by="test", at=NOW)
    form = await form_of(marketer, "earning:double")
    assert (form["starts_at"], form["ends_at"]) == ("", "")
    day = {"starts_at": "2027-06-18T00:00", "ends_at": "2027-06-19T00:00:00"}
    http_status, _ = await marketer.post("/rules/earning:double", **{**form, **day})
    assert http_status == 200
    newest = await RuleVersion.filter(slot="earning:double").order_by("-version").first()
    assert newest
    rule = programme.REGISTRIES["earning"].decode(newest.kind, newest.body)
    june_18 = start_of(date(2027, 6, 18))
    assert (rule.starts_at, rule.ends_at) == (june_18, june_18 + timedelta(days=1))
    form = await form_of(marketer, "earning:double")
    assert form["starts_at"] == "2027-06-18T00:00:00"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"starts_at": "18 June"}, "开始时间（北京时间，含该时刻；空为不限）：时间格式不符"),
        ({"starts_at": "0001-01-01T00:00"}, "含该时刻；空为不限）：时间格式不符"),
        (
            {"starts_at": "2027-06-19T00:00", "ends_at": "2027-06-18T00:00"},
            "不含该时刻；空为不限）：应晚于开始时间",
        ),
        ({"times_percent": "100"}, "（百分比，200 即双倍）：应为 int &gt;= 101"),
        ({"shops": "tmal"}, "或单店如 tmall:flagship）：格式不符"),
        ({"only_tiers": "platinum"}, "没有等级 platinum，可选：basic, silver, gold"),
    ],
)
async def test_what_is_wrong_with_an_earning_rule_is_said_by_its_field(
    marketer: Browser, wrong: dict[str, str], told: str
) -> None:
    await publishing.publish("earning:double", Multiplier(), by="test", at=NOW)
    form = await form_of(marketer, "earning:double")
    http_status, page = await marketer.post("/rules/earning:double", **{**form, **wrong})
    assert (http_status, told in page) == (422, True)
    assert await RuleVersion.filter(slot="earning:double").count() == 1


async def test_a_rule_that_nobody_has_published_is_begun_in_the_form(marketer: Browser) -> None:
    http_status, page = await marketer.get("/rules/new?kind=event/event&code=tasting")
    assert http_status == 200
    assert "尚未发布" in page
    assert 'action="/console/rules/event:tasting?kind=event"' in page
    form = sent(BrandEvent(name_zh="品鉴")) | {"proof": await marketer.proof()}
    wrong = form | {"places": "x"}
    http_status, page = await marketer.post("/rules/event:tasting?kind=event", **wrong)
    assert (http_status, "名额（空为不限）：不是数字" in page) == (422, True)
    assert 'action="/console/rules/event:tasting?kind=event"' in page, "it stays a new one"
    for _ in "ab":
        http_status, page = await marketer.post("/rules/event:tasting?kind=event", **form)
        assert (http_status, "尚未发布" in page) == (200, False)
    assert await RuleVersion.filter(slot="event:tasting").count() == 1


async def test_an_exchange_coupon_has_no_fields_of_a_cart(marketer: Browser) -> None:
    path = "/rules/coupon:cup?kind=exchange"
    _, page = await marketer.get(path)
    assert 'name="reward_slot"' in page
    assert not [one for one in (*Exchange.unused, "preview_cut") if f'name="{one}"' in page]
    assert "毛利" not in page
    form = sent(Exchange(reward_slot="reward:none")) | {"proof": await marketer.proof()}
    http_status, page = await marketer.post(path, **form)
    assert (http_status, "reward:none 还没有发布" in page) == (422, True)
    await programme.publish("reward:cup", Gift(), starts_at=programme.BEGINNING, by="t", at=NOW)
    http_status, _ = await marketer.post(path, **{**form, "reward_slot": "reward:cup"})
    assert (http_status, await RuleVersion.filter(slot="coupon:cup").count()) == (200, 1)


async def test_a_new_challenge_is_previewed_before_it_is_published(marketer: Browser) -> None:
    form = sent(Spend()) | {"proof": await marketer.proof()}
    http_status, page = await marketer.post("/rules/challenge:more/preview?kind=spend", **form)
    assert (http_status, 'id="preview"' in page) == (200, True)
    assert not await RuleVersion.exists(slot="challenge:more")


@pytest.mark.parametrize(
    ("query", "http_status"),
    [
        ("kind=event/event&code=Bad", 422),
        ("kind=event/event&code=", 422),
        ("kind=event/event&code=a/b", 422),
        ("kind=event/none&code=a", 422),
        ("kind=offer/exchange&code=a", 422),
        ("kind=tiers/none", 422),
        ("code=a", 422),
    ],
)
async def test_what_can_be_no_rule_is_said_on_the_page(
    marketer: Browser, query: str, http_status: int
) -> None:
    assert (await marketer.get(f"/rules/new?{query}"))[0] == http_status


async def test_a_rule_of_which_a_brand_has_one_is_begun_without_a_code(marketer: Browser) -> None:
    await RuleVersion.filter(slot="live_visit").delete()
    _, page = await marketer.get("/rules")
    assert 'value="live_visit/live_visit"' in page
    _, page = await marketer.get("/rules/new?kind=live_visit/live_visit")
    assert 'action="/console/rules/live_visit?kind=live_visit"' in page
    form = sent(LiveVisitPolicy()) | {"proof": await marketer.proof()}
    await marketer.post("/rules/live_visit?kind=live_visit", **form)
    assert await RuleVersion.filter(slot="live_visit").count() == 1
    _, page = await marketer.get("/rules")
    assert 'value="live_visit/live_visit"' not in page


async def test_a_page_of_no_rule_and_of_no_kind_is_not_there(marketer: Browser) -> None:
    for path in ("event:x", "event:x?kind=spend", "reward:x?kind=", "none:x?kind=event"):
        assert (await marketer.get(f"/rules/{path}"))[0] == 404


async def test_who_may_not_publish_begins_nothing(browser: Browser) -> None:
    await browser.sign_in("auditor")
    assert (await browser.get("/rules/new?kind=event/event&code=a"))[0] == 403
    assert 'action="/console/rules/new"' not in (await browser.get("/rules"))[1]


async def test_of_two_who_begin_the_same_code_the_second_is_told(marketer: Browser) -> None:
    proof = {"proof": await marketer.proof()}
    first = sent(Spend(target=5, reward_points=9)) | proof
    http_status, page = await marketer.post("/rules/challenge:both?kind=spend", **first)
    assert http_status == 200, page[page.index("alert") :][:300]
    for path, form in (
        ("/rules/challenge:both?kind=spend", sent(Spend(target=6, reward_points=9)) | proof),
        ("/rules/challenge:both?kind=orders", sent(Orders(target=6, reward_points=9)) | proof),
    ):
        http_status, page = await marketer.post(path, **form)
        assert (http_status, "刚被别人发布了" in page) == (422, True)
        assert 'name="target" value="5"' in page
    assert await RuleVersion.filter(slot="challenge:both").count() == 1


async def test_a_rule_is_ended_once_it_is_meant_and_an_earlier_version_restored(
    marketer: Browser,
) -> None:
    form = await form_of(marketer, "challenge:daily")
    await marketer.post("/rules/challenge:daily", **{**form, "reward_points": "77"})
    _, page = await marketer.get("/rules/challenge:daily")
    was = form["reward_points"]
    assert f'奖励积分: <del class="text-secondary">{was}</del> → 77' in page
    assert "首次发布" in page
    proof = {"proof": await marketer.proof()}
    _, page = await marketer.post("/rules/challenge:daily/end", **proof)
    assert "请先勾选确认" in page
    _, page = await marketer.post("/rules/challenge:daily/end", **proof, understood="yes")
    assert ("已结束" in page, "结束这条规则" in page) == (True, False)
    http_status, page = await marketer.post("/rules/challenge:daily/end", **proof, understood="yes")
    assert (http_status, "规则已经结束" in page) == (422, True)
    _, page = await marketer.get("/rules")
    assert page.index("challenge:daily") > page.index("已结束的规则")
    for version in ("9", "x", "", "99999999999999999999"):
        http_status, page = await marketer.post(
            "/rules/challenge:daily/restore", **proof, version=version
        )
        assert (http_status, "没有这条规则" in page) == (422, True)
    await marketer.post("/rules/challenge:daily/restore", **proof, version="1")
    newest = await RuleVersion.filter(slot="challenge:daily").order_by("-version").first()
    assert newest
    assert (newest.version, newest.body["reward_points"]) == (3, int(form["reward_points"]))
    _, page = await marketer.get("/rules")
    assert "已结束的规则" not in page


async def test_who_may_not_publish_ends_and_restores_nothing(browser: Browser) -> None:
    await browser.sign_in("auditor")
    _, page = await browser.get("/rules/challenge:daily")
    assert ("/end" in page, "/restore" in page) == (False, False)
    told = {"proof": await browser.proof(), "understood": "yes", "version": "1"}
    for what in ("end", "restore"):
        assert (await browser.post(f"/rules/challenge:daily/{what}", **told))[0] == 403
    assert not await RuleEnd.exists()
