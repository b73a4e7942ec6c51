"""Staff make, take and end codes, and give or void a coupon by hand: by role, with a reason."""

from datetime import timedelta
from uuid import uuid4

import pytest

from jobs.make_coupon_codes import make_coupon_codes
from loyalty import coupon_codes, coupons, redemptions
from loyalty.calendar import day_of
from loyalty.coupons import Issue, Reason
from loyalty.discounts.exchange import Exchange
from loyalty.programme import BEGINNING, publish
from loyalty.rewards.gift import Gift
from models import Coupon, CouponCodeRun, CouponDeed, Customer, JobRun
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.play_scene import member
from web.context import Context

__all__ = ["away", "browser", "context", "http", "redis"]

BATCH = "/coupons/ten_off"
LAST_DAY = f"{day_of(NOW) + timedelta(days=30)}"


@pytest.fixture
async def marketer(browser: Browser) -> Browser:
    await browser.sign_in("marketer")
    return browser


async def sent(browser: Browser, path: str, **form: str) -> tuple[int, str]:
    told = {"proof": await browser.proof(), "why": "双十二", **form}
    return await browser.post(path, **told)


async def made(browser: Browser, context: Context, **form: str) -> str:
    """Ask for codes, let a worker make them, and return the address of their run."""
    told = {"name": str(uuid4()), "count": "12", "ends_on": LAST_DAY, **form}
    http_status, _ = await sent(browser, f"{BATCH}/runs", **told)
    assert http_status == 200
    await make_coupon_codes(context, NOW)
    return f"{BATCH}/runs/{(await CouponCodeRun.get()).uuid}"


async def test_codes_are_asked_for_made_and_taken_as_a_file_that_works(
    marketer: Browser, context: Context
) -> None:
    name = str(uuid4())
    for _ in range(2):
        await sent(marketer, f"{BATCH}/runs", name=name, count="12", ends_on=LAST_DAY)
    assert await CouponCodeRun.all().count() == 1
    assert await JobRun.filter(job="make_coupon_codes").count() == 1
    _, page = await marketer.get(BATCH)
    assert "0/12" in page
    assert 'hx-trigger="every 1s"' in page
    run = await made(marketer, context, name=name)
    _, page = await marketer.get(BATCH)
    assert "12/12" in page
    assert "every 1s" not in page
    http_status, file = await sent(marketer, f"{run}/file", why="交给印刷厂")
    head, *lines = file.lstrip("\ufeff").split("\r\n")
    assert (http_status, head, len(lines), lines[-1]) == (200, "code,claimed_at", 13, "")
    her = await member(WANG)
    await coupon_codes.claim(her, lines[0].strip(","), sealer=context.sealer, at=NOW)
    _, file = await sent(marketer, f"{run}/file", why="再下一次")
    assert sum(bool(line.partition(",")[2]) for line in file.split("\r\n")[1:]) == 1
    deeds = await CouponDeed.all().order_by("id")
    assert [(one.kind.value, one.reason) for one in deeds] == [
        ("codes_made", "双十二"),
        ("codes_downloaded", "交给印刷厂"),
        ("codes_downloaded", "再下一次"),
    ]
    _, page = await marketer.get(BATCH)
    assert "交给印刷厂" in page


async def test_a_word_is_set_and_a_run_is_ended_and_made_void(
    marketer: Browser, context: Context
) -> None:
    form = {"name": str(uuid4()), "word": "spring 26", "ends_on": LAST_DAY}
    http_status, page = await sent(marketer, f"{BATCH}/runs", **form)
    assert (http_status, "SPRING26" in page) == (200, True)
    run = f"{BATCH}/runs/{form['name']}"
    later = f"{day_of(NOW) + timedelta(days=60)}"
    _, page = await sent(marketer, f"{run}/end", ends_on=later)
    assert later in page
    _, page = await sent(marketer, f"{run}/void")
    assert "未领取的已作废" in page


async def test_a_wrong_form_is_told_and_keeps_what_was_typed(marketer: Browser) -> None:
    right = {"name": str(uuid4()), "count": "5", "ends_on": LAST_DAY}
    for wrong, said in (
        ({"count": "0"}, "数量应在 1 到 100000 之间"),
        ({"count": "-3"}, "数量应在 1 到 100000 之间"),
        ({"count": "1e3"}, "数量应在 1 到 100000 之间"),
        ({"ends_on": "2020-01-01"}, "截止日已过"),
        ({"ends_on": "9999-12-31"}, "日期应为"),
        ({"ends_on": "x"}, "日期应为"),
        ({"why": " "}, "原因"),
        ({"word": "好"}, "口令应为"),
    ):
        http_status, page = await sent(marketer, f"{BATCH}/runs", **{**right, **wrong})
        assert (http_status, said in page) == (422, True), wrong
    assert (await sent(marketer, f"{BATCH}/runs", **{**right, "name": "x"}))[0] == 403
    for path in ("/coupons/nowhere", "/coupons/%00", f"{BATCH}/runs/x/void"):
        send = marketer.get(path) if "runs" not in path else sent(marketer, path)
        assert (await send)[0] in (404, 422)
    assert await CouponCodeRun.all().count() == 0


async def test_who_may_not_change_sees_no_form_and_no_file(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("marketer")
    run = await made(browser, context)
    for account, sees in (("auditor", 200), ("guide", 403)):
        await sent(browser, "/logout")
        await browser.sign_in(account)
        http_status, page = await browser.get(BATCH)
        assert (http_status, "data-make" in page) == (sees, False)
        for path in (f"{BATCH}/runs", f"{run}/file", f"{run}/void", f"{run}/end"):
            assert (await sent(browser, path))[0] == 403
        her = await Customer.get(id=await member(WANG))
        assert (await sent(browser, f"/members/{her.uuid}/coupons", batch="ten_off"))[0] == 403
    assert await CouponDeed.all().count() == 1


async def test_a_coupon_is_given_once_a_form_and_made_void_with_a_reason(browser: Browser) -> None:
    await browser.sign_in("chen")
    her = await Customer.get(id=await member(WANG))
    form = {"batch": "ten_off", "name": str(uuid4()), "why": "物流延误"}
    for _ in range(2):
        http_status, page = await sent(browser, f"/members/{her.uuid}/coupons", **form)
        assert http_status == 200
    assert page.count("data-coupon=") == 1
    assert "赠送给会员: 物流延误" in page
    (held,) = await coupons.of(her.id, at=NOW)
    assert held.reason.code == "coupon_given_by_staff"
    void = f"/members/{her.uuid}/coupons/{held.uuid}/void"
    assert (await sent(browser, void, why=" "))[0] == 422
    for _ in range(2):
        http_status, page = await sent(browser, void, why="发错了")
        assert (http_status, "作废一张券: 发错了" in page) == (200, True)
    assert (await Coupon.get()).state.value == "void"
    assert await CouponDeed.all().count() == 2
    for batch, said in (("nowhere", "没有这个券批次"), ("", "没有这个券批次")):
        again = {**form, "batch": batch, "name": str(uuid4())}
        http_status, page = await sent(browser, f"/members/{her.uuid}/coupons", **again)
        assert (http_status, said in page) == (422, True)
    other = f"/members/{her.uuid}/coupons/{uuid4()}/void"
    assert "没有这张优惠券" in (await sent(browser, other))[1]


async def test_what_was_had_for_a_coupon_says_so_on_her_page(browser: Browser) -> None:
    await browser.sign_in("chen")
    her = await Customer.get(id=await member(WANG))
    free = Exchange("茶杯兑换券", "A cup", reward_slot="reward:cup")
    for slot, rule in {"coupon:cup": free, "reward:cup": Gift("茶杯", "Cup")}.items():
        await publish(slot, rule, starts_at=BEGINNING, by="t", at=NOW)
    await coupons.issue([Issue("won", her.id, "coupon:cup", Reason(zh="赢得", en="Won"))], at=NOW)
    (held,) = await coupons.of(her.id, at=NOW)
    await redemptions.redeem(her.id, uuid4(), slot="reward:cup", at=NOW, coupon_uuid=held.uuid)
    _, page = await browser.get(f"/members/{her.uuid}")
    assert ("用兑换券" in page, "−0 " in page) == (True, False)
