"""The named cast of the tests, and the days they live on."""

from datetime import UTC, datetime, timedelta

from loyalty import consents
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState, Purpose, ShopKind

DAY = timedelta(days=1)
JUNE_1 = datetime(2026, 6, 1, 4, tzinfo=UTC)
NOVEMBER_22 = datetime(2026, 11, 22, 4, tzinfo=UTC)

TMALL = ShopRef(ShopKind.TMALL, "flagship", "旗舰店")


def noon(year: int, month: int, day: int) -> datetime:
    """Return noon of a day in Shanghai."""
    return datetime(year, month, day, 4, tzinfo=UTC)


# lin just joined, wang is gold and buys monthly, zhao has lapsed.
LIN = IdentityRef(IdentityKind.BUYER_NAME, "taobao", "lin")
WANG = IdentityRef(IdentityKind.BUYER_NAME, "taobao", "wang")
ZHAO = IdentityRef(IdentityKind.BUYER_NAME, "taobao", "zhao")


def line(paid_fen: int, *, key: str = "1", refunded_fen: int = 0, **more: str) -> OrderLine:
    """Return a line without discounts."""
    return OrderLine(
        key=key,
        sku=more.get("sku", f"sku-{key}"),
        title=more.get("title", "咖啡豆"),
        quantity=1,
        goods_fen=paid_fen,
        paid_fen=paid_fen,
        refunded_fen=refunded_fen,
        category=more.get("category", "咖啡"),
        brand=more.get("brand", ""),
    )


def order(
    number: str,
    *lines: OrderLine,
    buyer: tuple[IdentityRef, ...] = (WANG,),
    state: PurchaseState = PurchaseState.PAID,
    paid_at: datetime = JUNE_1,
    completed_at: datetime | None = None,
    updated_at: datetime | None = None,
    freight_fen: int = 0,
    refunded_fen: int | None = None,
) -> Order:
    """Return an order whose totals fit its lines."""
    return Order(
        shop=TMALL,
        number=number,
        state=state,
        ordered_at=paid_at,
        paid_at=paid_at,
        completed_at=completed_at,
        platform_updated_at=updated_at,
        goods_fen=sum(one.goods_fen for one in lines),
        paid_fen=sum(one.paid_fen for one in lines) + freight_fen,
        freight_fen=freight_fen,
        refunded_fen=(
            sum(one.refunded_fen for one in lines) if refunded_fen is None else refunded_fen
        ),
        lines=lines,
        source="test",
        buyer=buyer,
    )


async def switches_personal_offers(customer_id: int, *, on: bool) -> None:
    """Let a customer use the switch of the settings."""
    await consents.decide(
        customer_id,
        {(Purpose.PERSONAL_OFFERS, ""): on},
        wording="settings-1",
        source="test",
        at=NOVEMBER_22,
    )
