"""Staff ship gifts: addresses for those who do, numbers one by one and by file."""

import re
from uuid import UUID, uuid4

import aiohttp
import pytest

from loyalty import customers, ledger, programme, redemptions
from loyalty.orders import IdentityRef
from loyalty.redemptions import Address, Destination
from loyalty.rewards.shipped_gift import ShippedGift
from models import IdentityKind, Redemption, Shipment
from tests.console.test_console import NOW, Browser, away, browser, context, http, redis
from web.context import Context, now

__all__ = ["away", "browser", "context", "http", "redis"]

HOME = Address("=林小满", "13800138000", "浙江省", "杭州市", "文三路 90 号", "西湖区")


@pytest.fixture
async def gift(browser: Browser, context: Context) -> UUID:
    """Lin redeemed a box that is to be sent to her."""
    await programme.publish("reward:box", ShippedGift(points=1), starts_at=NOW, by="t", at=NOW)
    lin = IdentityRef(IdentityKind.OPENID, "wx1", "lin")
    member_id = await customers.meet((lin,), at=NOW, through="test")
    earn = ledger.Earn(member_id=member_id, key="e", at=NOW, points=9, settles_at=NOW)
    await ledger.record_one(earn)
    uuid, to = uuid4(), Destination(HOME, context.sealer)
    await redemptions.redeem(member_id, uuid, slot="reward:box", at=now(), destination=to)
    return uuid


async def send(
    browser: Browser, act: str = "", content: str | bytes = b"", **fields: str
) -> tuple[int, str]:
    form = aiohttp.FormData({"proof": await browser.proof(), "act": act, **fields})
    form.add_field("file", content, filename="to-ship.csv" if content else "")
    address = f"{browser.origin}/console/shipping"
    async with browser.session.post(address, data=form) as answer:
        return answer.status, await answer.text()


async def state() -> str:
    return (await Redemption.get()).state.value


@pytest.mark.parametrize(("account", "http_status"), [("chen", 200), ("guide", 403)])
async def test_only_those_who_ship_see_an_address(
    browser: Browser, gift: UUID, account: str, http_status: int
) -> None:
    await browser.sign_in(account)
    for path in ("/shipping", "/shipping/to-ship.csv"):
        status, page = await browser.get(path)
        assert status == http_status
        assert ("文三路" in page) is (http_status == 200)


async def test_a_number_is_entered_and_a_parcel_that_came_back_taken_back(
    browser: Browser, gift: UUID
) -> None:
    await browser.sign_in("chen")
    told = {"redemption": str(gift), "carrier": "顺丰", "tracking_number": "SF1"}
    assert re.search(r"待寄出的礼品(?:</a>)?</th><td[^>]*>1<", (await browser.get(""))[1])
    for wrong in ({"tracking_number": " "}, {"redemption": "x"}, {"carrier": "c" * 61}):
        http_status, page = await send(browser, **{**told, **wrong})
        assert (http_status, await state()) == (422, "to_ship")
        assert "第 1 行" in page
    http_status, page = await send(browser, **told)
    assert (http_status, await state()) == (200, "shipped")
    assert "已寄出 1 件" in page
    assert "文三路" not in page
    assert (await send(browser, "returned", redemption=str(gift)))[0] == 200
    assert await state() == "returned"
    assert (await send(browser, "returned", redemption=str(uuid4())))[0] == 422


async def test_the_list_goes_out_and_comes_back_with_its_numbers(
    browser: Browser, gift: UUID
) -> None:
    await browser.sign_in("chen")
    async with browser.session.get(f"{browser.origin}/console/shipping/to-ship.csv") as answer:
        content = (await answer.read()).decode("utf-8-sig")
    header, row = content.splitlines()
    assert f"{gift}," in row
    assert "'=林小满" in row
    assert "'13800138000" in row
    filled = f"{header}\n{row[:-1]}中通,'7700001234567\n"
    http_status, page = await send(browser, "file", filled.encode("gb18030"))
    assert (http_status, await state()) == (200, "shipped"), page
    assert (await Shipment.get()).tracking_number == "7700001234567"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b"", b"redemption\x00,c\n"])
async def test_a_file_that_says_nothing_ships_nothing(
    browser: Browser, gift: UUID, content: bytes
) -> None:
    await browser.sign_in("chen")
    http_status, _ = await send(browser, "file", content)
    assert (http_status, await state()) == (422, "to_ship")


async def test_a_form_of_another_site_ships_nothing(browser: Browser, gift: UUID) -> None:
    await browser.sign_in("chen")
    form = aiohttp.FormData({"redemption": str(gift), "carrier": "a", "tracking_number": "b"})
    form.add_field("file", b"", filename="")
    async with browser.session.post(f"{browser.origin}/console/shipping", data=form) as answer:
        assert (answer.status, await state()) == (403, "to_ship")
