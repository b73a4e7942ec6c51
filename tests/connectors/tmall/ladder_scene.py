"""A ladder at a shop of the simulated Tmall, and short ways to see what became of it."""

from datetime import timedelta
from typing import Any

from jobs.serve_ladders import serve_ladders
from loyalty import publishing, standing
from loyalty.policies.ladder import Ladder, Rung
from models import ShopCoupon, ShopCouponBatch, db
from tests.connectors.market import Market
from tests.connectors.tmall.conftest import NICK
from web.context import now

TOP = "/top/router/rest"
ADD, SEND = f"{TOP}/taobao.promotion.coupon.add", f"{TOP}/taobao.promotion.coupon.send"
LADDER = Ladder(
    shop=f"tmall:{NICK}", rungs=(Rung("first", 100, 20, 99), Rung("second", 1000, 50, 199))
)
BEANS = {"sku": "C-100", "title": "咖啡豆", "price_fen": 12_000}


async def publish(market: Market, ladder: Ladder = LADDER) -> None:
    shops = [one.connection.settings for one in market.context.shops]
    at = now() - timedelta(hours=1)
    await publishing.publish("ladder:tmall", ladder, by="test", at=at, shops=shops)


async def derived() -> None:
    while (one := await standing.derive(at=now())).members:
        await standing.forget(one.members)


async def bought(market: Market, *lines: dict[str, Any], nickname: str = "林小满") -> Any:
    """Let a consumer buy, and derive her."""
    placed = await market.buy(*(lines or (BEANS,)), nickname=nickname)
    await market.read()
    await derived()
    return placed


async def serve(market: Market) -> int:
    return await serve_ladders(market.context, now())


async def later(minutes: int) -> None:
    """Let so much time have passed since anything was asked for."""
    for table in ("shop_coupon", "shop_coupon_batch"):
        sql = f"UPDATE {table} SET asked_at = asked_at - make_interval(mins => $1)"
        await db.fetch(sql, minutes)


async def there(market: Market) -> list[dict[str, Any]]:
    """Return the coupons of the shop, as the simulator keeps them."""
    url = f"{market.china}/play/{market._shop()}/coupons"
    async with market.http.get(url) as answer:
        return list(await answer.json())


async def of_consumer(market: Market, nickname: str) -> list[dict[str, Any]]:
    """Return the coupons that one consumer has there."""
    async with market.http.get(f"{market.china}/play/state") as answer:
        consumers = (await answer.json())["consumers"]
    (told,) = [one["id"] for one in consumers if one["nickname"] == nickname]
    url = f"{market.china}/play/{market._shop()}/coupons?consumer_id={told}"
    async with market.http.get(url) as answer:
        return list(await answer.json())


async def having(market: Market) -> list[str]:
    return [held["name"] for one in await there(market) for held in one["holders"]]


async def rules(market: Market, **told: Any) -> None:
    await market.play(f"{market._shop()}/coupons/rules", **told)


async def batch_states() -> list[tuple[str, str, str | None]]:
    rows = await ShopCouponBatch.all().order_by("coupon_fen")
    return [(one.rung, one.state.value, one.error) for one in rows]


async def coupon_states() -> list[tuple[str, str | None]]:
    return [(one.state.value, one.error) for one in await ShopCoupon.all().order_by("id")]
