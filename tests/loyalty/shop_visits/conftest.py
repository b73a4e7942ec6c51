"""A brand with two shops of its own and rules for visits, and short ways to scan."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from loyalty import programme, purchases, shop_visits
from loyalty.challenges.visits import Visits
from loyalty.orders import ShopRef
from loyalty.policies.shop_visit import ShopVisitPolicy
from loyalty.sealing import Sealer
from loyalty.shop_visits import Visited
from models import ShopKind
from tests.cast import JUNE_1

JINGAN = ShopRef(ShopKind.POS, "jingan", "静安店")
SANLITUN = ShopRef(ShopKind.POS, "sanlitun", "三里屯店")
SEALER = Sealer(urlsafe_b64encode(secrets.token_bytes(32)).decode())
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
RULES = {
    "shop_visit:all": ShopVisitPolicy(),
    "shop_visit:beijing": ShopVisitPolicy(
        "三里屯打卡", "Sanlitun", shop_codes=("sanlitun",), points=30, from_time="10:00"
    ),
    "challenge:here": Visits(
        "到店两天", "Two days here", "monthly", 2, reward_points=50, where="shops"
    ),
    "challenge:came": Visits(
        "本月来过", "Came by", "monthly", 1, reward_points=7, comes_by_itself=True
    ),
}


@pytest.fixture
async def shops(database: None) -> None:
    """Open both shops and publish the rules."""
    await purchases.open_shops([JINGAN, SANLITUN])
    for slot, rule in RULES.items():
        await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1)


async def publish(slot: str = "shop_visit:all", **fields: object) -> None:
    rule = ShopVisitPolicy(**fields)  # type: ignore[arg-type]
    await programme.publish(slot, rule, starts_at=programme.BEGINNING, by="test", at=JUNE_1)


async def shown(shop: str = "jingan", *, at: datetime = JUNE_1) -> str:
    """Return what a staff member's phone shows."""
    shop_id = await shop_visits.shop_named(shop)
    return shop_visits.code_of(shop_id, sealer=SEALER, at=at).letters


async def poster(shop: str = "jingan") -> str:
    shop_id = await shop_visits.shop_named(shop)
    made = await shop_visits.make_poster(shop_id, at=JUNE_1, staff_member_id=None)
    return made.code


async def scans(
    member_id: int,
    code: str | None = None,
    *,
    at: datetime = JUNE_1,
    wire_at: datetime | None = None,
    uuid: UUID | None = None,
) -> Visited:
    """Let a member scan what is shown in Jing'an at that moment, or another code."""
    wire_at = wire_at or at
    told = code if code is not None else await shown(at=wire_at)
    return await shop_visits.visit(
        member_id, uuid or uuid4(), told, sealer=SEALER, at=at, wire_at=wire_at
    )
