"""A brand with a ladder at its Tmall shop, and short ways to see what it gave."""

from datetime import datetime

from msgspec.structs import replace

from loyalty import programme
from loyalty.policies.ladder import Ladder, Rung
from models import ShopCoupon, db
from tests.cast import noon
from tests.loyalty import play_scene

RUNGS = (Rung("first", 500, 20, 199), Rung("second", 1000, 50, 299))
YEARLY = Ladder("年度礼券", "Coupons of the year", shop="tmall:flagship", rungs=RUNGS)
BEGAN_AT = noon(2026, 1, 1)


async def let_hold(ladder: Ladder = YEARLY, *, at: datetime = BEGAN_AT) -> int:
    """Publish the ladder from a moment on."""
    return await programme.publish("ladder:tmall", ladder, starts_at=at, by="test", at=at)


async def publish(**changed: object) -> None:
    """Publish the rules of the play scene, and a ladder."""
    await play_scene.publish()
    await let_hold(replace(YEARLY, **changed))


async def coupons() -> list[tuple[str, str, str]]:
    """Return round, rung and state of all coupons, as they were given."""
    return [(one.round, one.rung, one.state.value) for one in await ShopCoupon.all().order_by("id")]


async def made(number: str = "990") -> None:
    """Let the shop be connected and have a batch of each rung that may be given now."""
    await db.fetch(
        "INSERT INTO connection (id, kind, scope, name, sealed_body, created_at)"
        " VALUES (1, 'tmall', 'flagship', '旗舰店', '', now())"
    )
    await db.fetch(
        "INSERT INTO shop_coupon_batch (connection_id, slot, rung, coupon_fen, least_order_fen,"
        "  starts_at, given_until, ends_at, rule_version_id, state, number, asked_at)"
        " SELECT 1, 'ladder:tmall', rung, fen, least, '2026-01-01+08', '2100-01-01+08',"
        "  '2100-02-01+08',"
        "  (SELECT max(id) FROM rule_version WHERE slot = 'ladder:tmall'), 'made',"
        "  $1 || rung, now()"
        " FROM (VALUES ('first', 2000, 19900), ('second', 5000, 29900))"
        "  AS rungs (rung, fen, least)",
        number,
    )
