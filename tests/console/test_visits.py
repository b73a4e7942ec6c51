"""Staff show a shop's code, print its poster, and see who came."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from loyalty import programme, purchases, shop_visits
from loyalty.policies.shop_visit import ShopVisitPolicy
from models import Customer, ShopPoster
from tests.cast import LIN
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from tests.loyalty.conftest import joined
from tests.loyalty.referrals.conftest import met
from tests.loyalty.shop_visits.conftest import JINGAN, SANLITUN
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]

LINK = re.compile(r'<code class="visit__link">(http://[^<]+/v/([A-Z2-7]+))</code>')


@pytest.fixture(autouse=True)
async def shops(browser: Browser) -> None:
    await purchases.open_shops([JINGAN, SANLITUN])
    rule = ShopVisitPolicy(most_members_a_code=2, from_time="08:00", until_time="22:00")
    await programme.publish(
        "shop_visit:all", rule, starts_at=programme.BEGINNING, by="test", at=NOW
    )


async def scans(member_id: int, code: str, context: Context) -> None:
    await shop_visits.visit(member_id, uuid4(), code, sealer=context.sealer, at=NOW, wire_at=now())


async def test_a_guide_shows_a_code_that_counts_and_sees_who_came(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("guide")
    _, page = await browser.get("/visits/jingan")
    assert "到店打卡，得 10 积分" in page
    assert "每 30 秒自动更换" in page
    assert 'src="data:image/svg+xml;base64,' in page
    found = LINK.search(page)
    assert found
    assert found[1].startswith(f"{browser.origin}/v/")
    lin = await met(LIN, at=NOW)
    await scans(lin, found[1], context)
    (other,) = await joined(1)
    await scans(other, found[2], context)
    _, page = await browser.get("/visits")
    (row,) = re.findall('<tr data-shop="jingan">.*?</tr>', page, re.DOTALL)
    assert re.findall(r"<td>([\d,]+)</td>", row) == ["2", "2", "2", "0", "20"]
    assert page.count("data-worn=") == 1
    await browser.sign_in("chen")
    her = await Customer.get(id=lin)
    _, page = await browser.get(f"/members/{her.uuid}")
    told = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "到店打卡 静安店 · 员工码 10 积分" in told
    assert "积分 +10 获得 到店打卡 v1" in told


async def test_the_code_turns_and_is_no_poster_of_another_shop(
    browser: Browser, context: Context
) -> None:
    await browser.sign_in("guide")
    codes = set()
    for shop in ("jingan", "sanlitun"):
        shown = LINK.search((await browser.get(f"/visits/{shop}"))[1])
        assert shown
        codes.add(shown[2])
        shop_id = await shop_visits.shop_named(shop)
        later = now() + timedelta(seconds=30)
        codes.add(shop_visits.code_of(shop_id, sealer=context.sealer, at=later).letters)
    assert len(codes) == 4
    asked = re.search(
        r'hx-get="/console(/visits/jingan)\?turn=(\d+)"', (await browser.get("/visits/jingan"))[1]
    )
    assert asked
    (told, part), turned = await browser.get(f"{asked[1]}?turn={int(asked[2]) - 1}"), now()
    assert (told, 'id="shown"' in part) == (200, True)
    shop_id = await shop_visits.shop_named("jingan")
    shown_now = shop_visits.code_of(shop_id, sealer=context.sealer, at=turned)
    http_status = (await browser.get(f"{asked[1]}?turn={shown_now.turn}"))[0]
    turns_meanwhile = shown_now.renews_at <= now()
    assert turns_meanwhile or http_status == 204, "the same code is not sent again"
    for unknown in ("/visits/nowhere", "/visits/flagship", "/visits/%00/poster"):
        assert (await browser.get(unknown))[0] == 404


async def test_a_manager_makes_a_poster_and_a_new_one_ends_it(browser: Browser) -> None:
    await browser.sign_in("chen")
    proof = await browser.proof()
    assert "这家店还没有海报码" in (await browser.get("/visits/jingan/poster"))[1]
    for _ in "ab":  # the form was sent twice
        _, page = await browser.post("/visits/jingan/poster", instead_of="", proof=proof)
    assert "到店打卡，得 2 积分" in page
    assert "08:00–22:00" in page
    first = await ShopPoster.get()
    assert first.code in page
    for _ in "ab":
        _, page = await browser.post("/visits/jingan/poster", instead_of=str(first.id), proof=proof)
    await first.refresh_from_db()
    assert first.ended_at is not None
    assert first.code not in page
    assert await ShopPoster.all().count() == 2
    for wrong in ("x", "9" * 40, "-1", "１"):
        assert (await browser.post("/visits/jingan/poster", instead_of=wrong, proof=proof))[
            0
        ] == 200
    assert await ShopPoster.all().count() == 2


async def test_who_may_not_makes_none(browser: Browser) -> None:
    await browser.sign_in("guide")
    proof = await browser.proof()
    assert "生成海报码" not in (await browser.get("/visits/jingan/poster"))[1]
    assert (await browser.post("/visits/jingan/poster", instead_of="", proof=proof))[0] == 403
    await browser.sign_in("auditor")
    assert (await browser.get("/visits"))[0] == 403
    await browser.sign_in("chen")
    assert (await browser.post("/visits/jingan/poster", instead_of=""))[0] == 403
    assert await ShopPoster.all().count() == 0


async def test_where_no_rule_is_published_the_page_says_so(browser: Browser) -> None:
    rule = ShopVisitPolicy(shop_codes=("sanlitun",))
    await programme.publish(
        "shop_visit:all", rule, starts_at=programme.BEGINNING, by="test", at=NOW
    )
    await browser.sign_in("chen")
    assert "未发布到店打卡规则" in (await browser.get("/visits/jingan"))[1]
    assert "未发布到店打卡规则" not in (await browser.get("/visits/sanlitun"))[1]
    _, page = await browser.get("/rules/shop_visit:all")
    assert "门店代码（空为所有门店）" in page
