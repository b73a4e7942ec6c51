"""How a movement of points reads to the member: what happened, and in which shop."""

import re
from collections.abc import Iterable, Sequence

from loyalty.ledger import HistoryLine
from models import EntryKind, ShopKind, db
from web.languages import Language

PURCHASE = re.compile("purchase:([0-9]{1,18})", re.ASCII)

KINDS: dict[EntryKind, tuple[str, str]] = {
    EntryKind.EARN: ("获得积分", "Points earned"),
    EntryKind.SETTLE: ("积分到账", "Points now available"),
    EntryKind.CANCEL: ("待到账积分取消", "Pending points cancelled"),
    EntryKind.SPEND: ("消耗积分", "Points spent"),
    EntryKind.RESTORE: ("积分退回", "Points returned"),
    EntryKind.CLAW_BACK: ("积分扣回", "Points taken back"),
    EntryKind.EXPIRE: ("积分过期", "Points expired"),
    EntryKind.ADJUST: ("积分调整", "Points adjusted"),
    EntryKind.MOVE: ("积分转移", "Points moved"),
}
SHOPS: dict[ShopKind, tuple[str, str]] = {
    ShopKind.TMALL: ("天猫", "Tmall"),
    ShopKind.TAOBAO: ("淘宝", "Taobao"),
    ShopKind.JD: ("京东", "JD"),
    ShopKind.DOUYIN: ("抖音", "Douyin"),
    ShopKind.WECHAT_SHOP: ("微信小店", "WeChat Shop"),
    ShopKind.XIAOHONGSHU: ("小红书", "Xiaohongshu"),
    ShopKind.YOUZAN: ("有赞", "Youzan"),
    ShopKind.OWN_STORE: ("官方商城", "our store"),
    ShopKind.POS: ("门店", "a shop of ours"),
}


async def texts_of(
    customer_id: int, lines: Sequence[HistoryLine], *, language: Language
) -> list[str]:
    """Return what a member reads for each movement: its kind, and which order of hers caused it."""
    orders = await _orders(customer_id, (line.cause for line in lines))
    chosen = 0 if language == "zh" else 1
    told = []
    for line in lines:
        kind = KINDS[line.kind][chosen]
        order = orders.get(line.cause)
        if order is None:
            told.append(kind)
        elif language == "zh":
            told.append(f"{kind}：{SHOPS[order[0]][0]}订单 {order[1]}")
        else:
            told.append(f"{kind}: order {order[1]} at {SHOPS[order[0]][1]}")
    return told


async def _orders(customer_id: int, causes: Iterable[str]) -> dict[str, tuple[ShopKind, str]]:
    """Return the shop and the number of the customer's own orders among the causes."""
    ids = sorted({int(found[1]) for cause in causes if (found := PURCHASE.fullmatch(cause))})
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT purchase.id, shop.kind, purchase.number FROM purchase"
        " JOIN shop ON shop.id = purchase.shop_id JOIN customer ON customer.id = customer_id"
        " WHERE purchase.id = ANY($1::bigint[])"
        " AND coalesce(customer.merged_into_id, customer.id) = $2",
        ids,
        customer_id,
    )
    return {f"purchase:{row['id']}": (ShopKind(row["kind"]), row["number"]) for row in rows}
