"""What the tests of coupons and redemptions share: a brand with a small catalogue."""

from collections.abc import AsyncIterator

import pytest

from loyalty import gifts, programme
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.ledger import verify
from loyalty.policies.card import Card
from loyalty.policies.gifts import Gifts
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.friend_gift import FriendGift
from loyalty.rewards.gift import Gift
from models import db
from tests.cast import JUNE_1
from tests.loyalty.store import store

__all__ = ["store"]

RULES = {
    "coupon:ten_off": FenOff(name_zh="立减 10 元", name_en="¥10 off", fen=1000, valid_days=30),
    "card:spring": Card(name_zh="春节", name_en="Spring Festival"),
    "coupon:treat": FenOff(name_zh="请你喝", name_en="My treat", fen=2000, is_giftable=True),
    "coupon:vip_20": Percent(name_zh="VIP 8 折", name_en="VIP 20% off", percent=20, valid_days=30),
    "offer:coffee_5": Percent(percent=5, categories=("咖啡",)),
    "gifts": Gifts(member_for_days=1, held_for_days=1),
    "reward:friend": FriendGift(name_zh="请朋友", points=50, coupon_slot="coupon:treat", stock=5),
    "reward:gold": Gift(points=10, conditions=Conditions([TierAtLeast(rank=2)])),
    "reward:mug": Gift(name_zh="杯子", name_en="Mug", points=100),
    "reward:orphan": CouponReward(points=10, coupon_slot="coupon:nowhere"),
    "reward:ten_off": CouponReward(name_zh="立减 10 元", name_en="¥10 off", points=150),
    "reward:tote": Gift(
        name_zh="帆布袋", name_en="Tote bag", points=200, stock=10, per_member=1, days_to_fetch=30
    ),
    "reward:wish": Gift(points=0, stock=3, per_member=2),
}


@pytest.fixture
async def catalogue(database_url: str) -> AsyncIterator[None]:
    """Bind the models to a brand that has a catalogue and nothing else; verify what is left."""
    async with db.opened(database_url, pool_size=16):
        for slot, rule in RULES.items():
            await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)
        yield
        assert await verify() == []
        assert await gifts.verify() == []
        assert await miscounted() == []
        assert await miscounted_coupons() == []


async def miscounted() -> list[str]:
    """Return the rewards whose stock counts another number than there are redemptions."""
    rows = await db.fetch(
        "SELECT slot FROM reward_stock WHERE taken <> (SELECT count(*) FROM redemption"
        " WHERE redemption.slot = reward_stock.slot"
        " AND state NOT IN ('cancelled', 'expired', 'returned'))"
    )
    return [row["slot"] for row in rows]


async def miscounted_coupons() -> list[str]:
    """Return the batches whose stock counts another number than there are coupons."""
    rows = await db.fetch(
        "SELECT slot FROM coupon_stock WHERE taken <> (SELECT count(*) FROM coupon"
        " WHERE coupon.slot = coupon_stock.slot AND state <> 'void')"
    )
    return [row["slot"] for row in rows]


@pytest.fixture
async def lin(catalogue: None) -> int:
    """Lin just joined."""
    (member_id,) = await joined(1)
    return member_id


@pytest.fixture
async def wang(lin: int) -> int:
    """Wang joined after Lin."""
    (member_id,) = await joined(1)
    return member_id


async def joined(count: int) -> list[int]:
    """Let so many customers join and return their ids in order."""
    rows = await db.fetch(
        "WITH new AS (INSERT INTO customer (created_at)"
        " SELECT $1::timestamptz FROM generate_series(1, $2) RETURNING id)"
        " INSERT INTO member (id, joined_at, joined_through) SELECT id, $1, 'test' FROM new"
        " RETURNING id",
        JUNE_1,
        count,
    )
    return sorted(row["id"] for row in rows)
