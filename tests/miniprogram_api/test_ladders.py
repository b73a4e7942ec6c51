"""The ladders as a shopper's phone reads them: how far, and what became of her coupons."""

from dataclasses import replace

import pytest

from loyalty import customers, publishing
from loyalty.ladders import handing
from loyalty.ladders.handing import Handed
from loyalty.orders import IdentityRef
from loyalty.policies.ladder import Ladder, Rung
from models import IdentityKind, ShopCoupon, ShopCouponState
from tests.cast import NOVEMBER_22
from tests.loyalty.ladders.scene import made
from tests.loyalty.play_scene import buys, publish
from tests.miniprogram_api.conftest import Phone
from tests.web.conftest import Caller
from web.context import Context

NOW = NOVEMBER_22
LADDER = Ladder(
    "年度礼券",
    "Coupons of the year",
    shop="tmall:flagship",
    rungs=(Rung("first", 500, 20, 199), Rung("second", 1000, 50, 299)),
)


@pytest.fixture
def connected(connected: Context) -> Context:
    return replace(connected, clock=lambda: NOW)


@pytest.fixture(autouse=True)
async def brand(server: Caller) -> None:
    await publish()


@pytest.fixture
async def ladder(lin: Phone) -> None:
    await lin.sign_in()
    await publishing.publish("ladder:tmall", LADDER, by="t", at=NOW)


async def hand(state: ShopCouponState) -> None:
    told = {"shop": "tmall:flagship", "shop_code": "flagship", "app_key": "app", "limit": 9}
    claimed = await handing.claim(1, **told, at=NOW)  # type: ignore[arg-type]
    assert claimed
    await handing.end([Handed(one, state) for one in claimed], at=NOW)


async def known() -> None:
    """Let her be known at the shop."""
    her = (await ShopCoupon.get(rung="first")).member_id
    name = IdentityRef(IdentityKind.TMALL_OUID, "flagship", "ouid-lin")
    await customers.add_names(her, [name], own_id=her, at=NOW)


@pytest.mark.usefixtures("ladder")
async def test_a_shopper_sees_the_rungs_and_how_far_she_is(lin: Phone) -> None:
    told = (await lin.get("/ladders")).told
    (one,) = told["ladders"]
    assert (one["code"], one["name"], one["spent_fen"]) == ("tmall", "年度礼券", 0)
    assert one["rungs"][0] == {
        "code": "first",
        "spend_fen": 50_000,
        "coupon_fen": 2000,
        "least_order_fen": 19_900,
        "gives": "20 元券（满 199 元可用）",
        "state": "open",
        "told": "再消费 500 元可得",
        "expires_at": None,
    }
    assert one["earlier"] == []


@pytest.mark.usefixtures("ladder")
async def test_what_she_reached_is_told_through_all_that_becomes_of_it(lin: Phone) -> None:
    await buys("1", 600, paid_at=NOW, buyer=lin.openid)

    async def first() -> tuple[str, str]:
        (one,) = (await lin.get("/ladders")).told["ladders"]
        return one["rungs"][0]["state"], one["rungs"][0]["told"]

    assert (await first())[0] == "unknown_there"
    await made()
    await known()
    assert await first() == ("on_its_way", "已达成，正在发放")
    await hand(ShopCouponState.REFUSED)
    assert (await first())[0] == "refused"
    await handing.try_again((await ShopCoupon.get(rung="first")).id, at=NOW)
    await hand(ShopCouponState.SENT)
    state, words = await first()
    assert (state, words) == ("given", "已发到您的天猫券包，有效期至2100年1月31日")
    (one,) = (await lin.get("/ladders")).told["ladders"]
    assert one["rungs"][0]["expires_at"] == "2100-01-31T16:00:00Z"
    assert "旗舰店" in one["how_to_use"]
    assert one["rungs"][1]["told"] == "再消费 400 元可得"


@pytest.mark.usefixtures("ladder")
async def test_another_shopper_sees_nothing_of_hers_and_reads_her_own_language(
    lin: Phone, emma: Phone
) -> None:
    await buys("1", 600, paid_at=NOW, buyer=lin.openid)
    await emma.sign_in()
    await emma.ask("PUT", "/me/language", json={"language": "en"})
    (one,) = (await emma.get("/ladders")).told["ladders"]
    assert one["spent_fen"] == 0
    assert {rung["state"] for rung in one["rungs"]} == {"open"}
    assert one["rungs"][0]["told"] == "¥500 more"


async def test_without_a_ladder_or_a_session_there_is_nothing(lin: Phone) -> None:
    assert (await lin.get("/ladders")).http_status == 401
    await lin.sign_in()
    assert (await lin.get("/ladders")).told["ladders"] == []
