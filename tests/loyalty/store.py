"""The brand's own store in the tests: its products, its rules, a shopper, and what she does."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from loyalty import budgets, checkout, customers, programme, quotes
from loyalty.checkout import Payer, Payment
from loyalty.conditions import Conditions
from loyalty.conditions.min_spend import MinSpend
from loyalty.discounts.fen_off import FenOff
from loyalty.discounts.percent import Percent
from loyalty.ledger import verify
from loyalty.orders import IdentityRef
from loyalty.programme import BEGINNING
from loyalty.quotes import CartItem, Quote
from loyalty.sealing import Sealer
from models import IdentityKind, Product, StoreOrder, db
from tests.cast import DAY, NOVEMBER_22

AT = NOVEMBER_22
APP_ID = "wxfedcba0987654321"
SEALER = Sealer("ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZS0")
COFFEE, WARE = "咖啡", "器具"
PRODUCTS = (
    ("C-100", "冷萃咖啡液", "Cold brew", COFFEE, 12_800),
    ("M-020", "手冲壶", "Kettle", WARE, 26_900),
    ("B-330", "精品豆", "Beans", COFFEE, 9_800),
    ("X-000", "试用装", "Sample", WARE, 100),
)
RULES = (
    (
        "offer:coffee_5",
        Percent(name_zh="咖啡 95 折", name_en="5% off coffee", percent=5, categories=(COFFEE,)),
    ),
    (
        "coupon:ten_off",
        FenOff(
            name_zh="立减 10 元",
            name_en="¥10 off",
            fen=1000,
            conditions=Conditions([MinSpend(fen=10_000)]),
        ),
    ),
    ("coupon:vip_20", Percent(name_zh="VIP 8 折", name_en="VIP 20% off", percent=20)),
    ("coupon:free", Percent(name_zh="免单", name_en="Free", percent=100)),
)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[None]:
    """Bind the models to a store that has products and rules, and was never bought from."""
    async with db.opened(database_url, pool_size=8):
        await open_store()
        yield
        assert await verify() == []
        assert await budgets.verify() == []


async def open_store() -> None:
    """Publish the first programme and the store's rules, and put the products on sale."""
    await programme.begin(at=AT)
    for slot, rule in RULES:
        await programme.publish(slot, rule, starts_at=BEGINNING, by="test", at=AT)
    await lay_products()


async def lay_products() -> None:
    """Put the products on sale."""
    for sku, name_zh, name_en, category, price_fen in PRODUCTS:
        await Product.create(
            sku=sku,
            name_zh=name_zh,
            name_en=name_en,
            category=category,
            brand="",
            price_fen=price_fen,
            picture="",
            is_on_sale=True,
        )


async def member(openid: str = "o-lin") -> int:
    """Return a member whom the mini-program knows by this openid."""
    return await customers.meet(
        (IdentityRef(IdentityKind.OPENID, APP_ID, openid),), at=AT, through="test"
    )


async def coupon(member_id: int, slot: str = "coupon:ten_off", *, days: int = 30) -> UUID:
    """Give a member a coupon."""
    rule = await db.fetch("SELECT id FROM rule_version WHERE slot = $1", slot)
    rows = await db.fetch(
        "INSERT INTO coupon (key, member_id, slot, rule_version_id, code, reason, state, issued_at,"
        " expires_at) VALUES ($1, $2, $3, $4, $1, $5::jsonb, 'issued', $6, $7) RETURNING uuid",
        uuid4().hex,
        member_id,
        slot,
        rule[0]["id"],
        '{"zh": "半年内第三次购买", "en": "Third order in six months"}',
        AT - DAY,
        AT + days * DAY,
    )
    found: UUID = rows[0]["uuid"]
    return found


async def quoted(
    member_id: int, *skus: str, coupon: UUID | None = None, at: datetime = AT
) -> Quote:
    """Price one of each SKU."""
    return await quotes.quote(member_id, [CartItem(sku, 1) for sku in skus], coupon, at=at)


def token(quote: Quote) -> str:
    return quotes.signed(quote.shown, quotes.packed(quote.grounds), sealer=SEALER)


async def ordered(
    member_id: int, told: str, *, uuid: UUID | None = None, at: datetime = AT, openid: str = "o-lin"
) -> StoreOrder:
    """Place an order of a signed quote."""
    payer = Payer(APP_ID, openid)
    return await checkout.order(member_id, uuid or uuid4(), told, payer=payer, sealer=SEALER, at=at)


def payment(order: StoreOrder, **changed: Any) -> Payment:
    """Return the whole payment of an order."""
    told = {
        "number": order.number,
        "payment_id": f"42000{order.number}",
        "total_fen": order.total_fen,
        "payer_fen": order.total_fen,
        "paid_at": datetime(2026, 11, 22, 4, 1, tzinfo=UTC),
    }
    return Payment(**(told | changed))
