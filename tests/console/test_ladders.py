"""Staff see what a shop's platform made of a ladder, try again, and decide where nobody knows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from console.rule_form import sent
from console.words import WORDS
from loyalty import customers
from loyalty.connections import Connected, TmallSettings
from loyalty.ladders import batches, handing
from loyalty.ladders.batches import BatchOutcome
from loyalty.ladders.handing import Handed
from loyalty.orders import IdentityRef
from models import (
    Customer,
    IdentityKind,
    RuleVersion,
    ShopCoupon,
    ShopCouponBatch,
    ShopCouponBatchState,
    ShopCouponState,
    db,
)
from tests.cast import WANG
from tests.console.test_console import NOW, Browser, away, browser, http, redis
from tests.loyalty.ladders.scene import YEARLY, let_hold, made
from tests.loyalty.play_scene import buys, member
from tests.web.conftest import context as plain_context
from web.context import Context
from web.shops import ShopAccount

__all__ = ["away", "browser", "http", "plain_context", "redis"]

SHOP = TmallSettings(
    seller_nick="旗舰店", shop_code="flagship", app_key="1", app_secret="s", session="s"
)


class NoClient:
    """The console calls no platform."""


@pytest.fixture
def context(plain_context: Context) -> Context:
    account = ShopAccount(Connected(1, "flagship", "旗舰店", SHOP), NoClient())  # type: ignore[arg-type]
    return replace(plain_context, shops=[account])


@pytest.fixture
async def marketer(browser: Browser) -> Browser:
    await let_hold(at=NOW - timedelta(days=1))
    await browser.sign_in("marketer")
    return browser


async def given(state: ShopCouponState | None, error: str | None = None) -> int:
    """Let Wang reach the first rung, be known there, and that become of her coupon."""
    await made()
    her = await member(WANG)
    name = IdentityRef(IdentityKind.TMALL_OUID, "flagship", "ouid-wang")
    await customers.add_names(her, [name], own_id=her, at=NOW)
    await buys("1", 600, paid_at=NOW)
    told: dict[str, Any] = {"shop": "tmall:flagship", "shop_code": "flagship", "app_key": "1"}
    claimed = await handing.claim(1, **told, limit=9, at=NOW)
    if state is not None:
        await handing.end([Handed(one, state, error=error) for one in claimed], at=NOW)
    (one,) = claimed
    return one.id


async def page_of(browser: Browser, path: str = "/ladders") -> str:
    http_status, page = await browser.get(path)
    assert http_status == 200
    return " ".join(page.split())


async def test_a_ladder_stands_with_its_rungs_and_what_the_platform_made(
    marketer: Browser,
) -> None:
    await given(ShopCouponState.SENT)
    page = await page_of(marketer)
    assert "年度礼券" in page
    assert "¥500.00" in page
    assert "已发放 1" in page
    assert "990first" in page
    her = await Customer.get(id=await member(WANG))
    assert "店铺券 年度礼券 ¥20.00 · 已发放" in await page_of(marketer, f"/members/{her.uuid}")
    await buys("1", 600, paid_at=NOW, refunded_yuan=600)
    assert "之后退款 1" in await page_of(marketer)
    assert "已发放 · 之后退款" in await page_of(marketer, f"/members/{her.uuid}")


async def test_a_refused_batch_shows_the_platforms_reason_and_is_tried_again(
    marketer: Browser,
) -> None:
    await made()
    await ShopCouponBatch.all().update(state="wanted", number=None)
    asked = await batches.claim(1, at=NOW)
    await batches.end([BatchOutcome(one, error="<b>面额</b>", is_refused=True) for one in asked])
    page = await page_of(marketer)
    assert "&lt;b&gt;面额" in page
    assert page.count("被平台拒绝") == 2
    proof = await marketer.proof()
    path = f"/ladders/batches/{asked[0].id}/again"
    assert (await marketer.post(path, proof="0" * 64))[0] == 403
    assert (await marketer.post(path, proof=proof))[0] == 200
    assert (await ShopCouponBatch.get(id=asked[0].id)).state.value == "wanted"
    http_status, page = await marketer.post(path, proof=proof)
    assert (http_status, "不需要重试" in page) == (409, True)
    for wrong in ("0", "x", "9" * 30):
        told = await marketer.post(f"/ladders/batches/{wrong}/again", proof=proof)
        assert told[0] in (404, 409), wrong


async def test_staff_decide_of_a_coupon_of_which_nobody_knows(marketer: Browser) -> None:
    coupon_id = await given(None)
    assert f'data-coupon="{coupon_id}"' not in await page_of(marketer), "its answer may come"
    await db.fetch("UPDATE shop_coupon SET asked_at = asked_at - interval '3 minutes'")
    assert f'data-coupon="{coupon_id}"' in await page_of(marketer)
    proof = await marketer.proof()
    await marketer.post(f"/ladders/coupons/{coupon_id}/seen", proof=proof)
    assert (await ShopCoupon.get()).state is ShopCouponState.SENT
    http_status, _ = await marketer.post(f"/ladders/coupons/{coupon_id}/again", proof=proof)
    assert http_status == 409, "she has it"


async def test_a_refused_coupon_is_sent_again(marketer: Browser) -> None:
    coupon_id = await given(ShopCouponState.REFUSED, "买家不是店铺会员")
    assert "买家不是店铺会员" in await page_of(marketer)
    await marketer.post(f"/ladders/coupons/{coupon_id}/again", proof=await marketer.proof())
    assert (await ShopCoupon.get()).state is ShopCouponState.WAITING


async def test_an_auditor_looks_and_changes_nothing(browser: Browser) -> None:
    await let_hold(at=NOW - timedelta(days=1))
    coupon_id = await given(ShopCouponState.REFUSED)
    await browser.sign_in("auditor")
    assert "再发一次" not in await page_of(browser)
    proof = await browser.proof()
    assert (await browser.post(f"/ladders/coupons/{coupon_id}/again", proof=proof))[0] == 403
    await browser.post("/logout", proof=proof)
    await browser.sign_in("guide")
    assert (await browser.get("/ladders"))[0] == 403


async def test_a_form_is_compared_with_what_the_shop_can_do(marketer: Browser) -> None:
    form = {**sent(YEARLY), "proof": await marketer.proof()}
    path = "/rules/ladder:tmall"
    http_status, page = await marketer.post(path, **{**form, "rungs.0.coupon_yuan": "25"})
    assert (http_status, "不能发 25 元的券" in page) == (422, True)
    http_status, page = await marketer.post(path, **{**form, "rungs.0.spend_yuan": "2000"})
    assert (http_status, "逐档升高" in page) == (422, True)
    http_status, page = await marketer.post(path, **{**form, "shop": "tmall:none"})
    assert (http_status, "tmall:none 未接入" in page) == (422, True)
    http_status, _ = await marketer.post(path, **{**form, "rungs.0.coupon_yuan": "10"})
    assert http_status == 200
    assert await RuleVersion.filter(slot="ladder:tmall").count() == 2


def test_every_state_has_its_word() -> None:
    wanted = {f"coupon_{state.value}" for state in ShopCouponState}
    wanted |= {f"batch_{state.value}" for state in ShopCouponBatchState}
    assert wanted <= WORDS["zh"].keys()
