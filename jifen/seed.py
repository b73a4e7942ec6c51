"""One brand to try things with: rules, shops, accounts, and a customer who has bought before."""

from datetime import datetime, timedelta

from jifen.seeds import (
    brand,
    campaigns,
    communities,
    coupons,
    earning,
    gifts,
    play,
    rewards,
    store,
)
from loyalty import connections, purchases, standing
from loyalty.connections import (
    MiniProgramSettings,
    OfficialAccountSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from loyalty.sealing import Sealer
from models import IdentityKind, PurchaseState, Shop, ShopKind

BRAND = brand.NAME_ZH
TMALL = ShopRef(ShopKind.TMALL, "demo", "天猫旗舰店")
SHOPS = (
    ShopRef(ShopKind.POS, "shop_jingan", "静安店"),
    ShopRef(ShopKind.POS, "shop_sanlitun", "三里屯店"),
)

# What wang bought: (days ago, SKU, title, category, yuan, days until completed or None).
BOUGHT = (
    (330, "C-100", "冷萃咖啡液 10 条", "咖啡", 128, 4),
    (150, "M-020", "手冲壶", "器具", 269, 3),
    (40, "B-330", "精品豆 330 g", "咖啡", 98, 5),
    (3, "B-331", "季节限定豆", "咖啡", 118, None),
)


async def seed(
    account: OfficialAccountSettings,
    miniprogram: MiniProgramSettings,
    *,
    regular_openid: str,
    sealer: Sealer,
    at: datetime,
    wecom: WeComSettings | None = None,
    merchant: WeChatPaySettings | None = None,
) -> None:
    """Lay the demo's brand; a second time changes nothing but the accounts' credentials.

    ``regular_openid`` is the follower whose purchases of the past year are recorded. Without a
    corp there is no VIP group, without a merchant no payment.
    """
    await brand.lay()
    await connections.save(account, name=BRAND, sealer=sealer, at=at)
    await connections.save(miniprogram, name=BRAND, sealer=sealer, at=at)
    if merchant is not None:
        await connections.save(merchant, name=BRAND, sealer=sealer, at=at)
    await store.lay(at=at)
    await communities.seed(wecom, brand=BRAND, sealer=sealer, at=at)
    await earning.lay(at=at)
    await rewards.lay(at=at)
    await coupons.lay(at=at)
    await gifts.lay(at=at)
    await play.lay(at=at)
    await campaigns.lay(at=at)
    if not await Shop.exists(kind=TMALL.kind, code=TMALL.code):
        await purchases.open_shops(SHOPS)
        buyer = IdentityRef(IdentityKind.OPENID, account.app_id, regular_openid)
        for outcome in await purchases.record(_bought(buyer, at=at), at=at):
            outcome.unwrap()
        await standing.derive(at=at)  # her tier holds from the first order on that she pays now


def _bought(buyer: IdentityRef, *, at: datetime) -> list[Order]:
    return [
        _order(number, bought, buyer, paid_at=at - timedelta(days=bought[0]))
        for number, bought in enumerate(BOUGHT, 1)
    ]


def _order(
    number: int,
    bought: tuple[int, str, str, str, int, int | None],
    buyer: IdentityRef,
    *,
    paid_at: datetime,
) -> Order:
    _, sku, title, category, yuan, completed_after = bought
    fen = yuan * 100
    line = OrderLine(
        key="1", sku=sku, title=title, quantity=1, goods_fen=fen, paid_fen=fen, category=category
    )
    is_completed = completed_after is not None
    return Order(
        shop=TMALL,
        number=f"2874629{number:03}",
        state=PurchaseState.COMPLETED if is_completed else PurchaseState.PAID,
        ordered_at=paid_at,
        paid_at=paid_at,
        completed_at=paid_at + timedelta(days=completed_after or 0) if is_completed else None,
        goods_fen=fen,
        paid_fen=fen,
        lines=(line,),
        source="demo",
        buyer=(buyer,),
    )
