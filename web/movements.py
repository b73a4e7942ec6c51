"""How a movement of points reads to the member: what happened, and by what."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from loyalty import member_pass, openings
from loyalty.ledger import HistoryLine
from loyalty.roots import HER_IDS
from loyalty.wording import Worded
from models import EntryKind, ShopKind, db
from web.languages import Language

PURCHASE = re.compile("purchase:([0-9]{1,18})", re.ASCII)
REDEMPTION = re.compile("redemption:([0-9a-f-]{36})(?::(cancelled|expired|returned))?", re.ASCII)

GIFT = re.compile("gift:[0-9a-f-]{36}(?::(claimed|taken_back|returned))?", re.ASCII)

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
    EntryKind.FORFEIT: ("注销时放弃", "Given up with the account"),
}
SHOPS: dict[ShopKind, tuple[str, str]] = {
    ShopKind.TMALL: ("天猫", "Tmall"),
    ShopKind.TAOBAO: ("淘宝", "Taobao"),
    ShopKind.JD: ("京东", "JD"),
    ShopKind.DOUYIN: ("抖音", "Douyin"),
    ShopKind.WECHAT_SHOP: ("微信小店", "WeChat Shop"),
    ShopKind.XIAOHONGSHU: ("小红书", "Xiaohongshu"),
    ShopKind.SHOPIFY: ("Shopify", "Shopify"),
    ShopKind.YOUZAN: ("有赞", "Youzan"),
    ShopKind.OWN_STORE: ("官方商城", "our store"),
    ShopKind.POS: ("门店", "a shop of ours"),
}


AT_TMALL = Worded("天猫会员积分", "at Tmall")
OPENING = Worded("从原会员计划转入", "brought from the earlier programme")
BOOST = Worded("专享多倍积分", "your own boost")
CAP = Worded("达到上限", "capped")
GIFTS: dict[str | None, Worded] = {
    None: Worded("送给朋友", "sent to a friend"),
    "claimed": Worded("朋友赠送", "a gift of a friend's"),
    "taken_back": Worded("收回礼物", "gift taken back"),
    "returned": Worded("礼物无人领取", "nobody claimed the gift"),
}
WHYS: dict[str | None, Worded] = {
    None: Worded("兑换 {name}", "redeemed for {name}"),
    "cancelled": Worded("取消兑换 {name}", "{name} cancelled"),
    "expired": Worded("{name} 到期未领取", "{name} not fetched in time"),
    "returned": Worded("{name} 被退件", "{name} came back"),
}


class HerOrder(Struct, frozen=True):
    """A purchase of hers; ``order`` is the order of the own store that it was, if it was one."""

    purchase: UUID
    order: UUID | None
    number: str
    name: Worded


class Told(Struct, frozen=True):
    """What a member reads of a movement, and the purchase or redemption of hers behind it."""

    text: str
    order: HerOrder | None
    redemption: UUID | None


async def told_of(
    customer_id: int, lines: Sequence[HistoryLine], *, language: Language
) -> list[Told]:
    """Return what a member reads for each movement: its kind, what of hers caused it, and extras.

    Extras are what multipliers, by their names, and boosts of hers added, and what caps took.
    """
    causes = {line.cause for line in lines}
    orders = await _orders(customer_id, causes)
    by = await _others(customer_id, causes) | {cause: one.name for cause, one in orders.items()}
    names = await _extras({version for line in lines for version, _ in line.given})
    between = "：" if language == "zh" else ": "
    told = []
    for line in lines:
        kind = KINDS[line.kind][0 if language == "zh" else 1]
        cause = by.get(line.cause)
        text = f"{kind}{between}{cause.spoken(language)}" if cause else kind
        redeemed = REDEMPTION.fullmatch(line.cause) if cause else None
        told.append(
            Told(
                text + _with_extras(line, names, language),
                orders.get(line.cause),
                _uuid(redeemed[1]) if redeemed else None,
            )
        )
    return told


def _with_extras(line: HistoryLine, names: Mapping[int, Worded], language: Language) -> str:
    told = [
        f"{names[version].spoken(language)} {points:+,}"
        for version, points in line.given
        if version in names
    ]
    if not told:
        return ""
    return f"（含 {'、'.join(told)}）" if language == "zh" else f" ({', '.join(told)})"


async def _extras(version_ids: Collection[int]) -> dict[int, Worded]:
    """Return the names of multipliers, boosts and caps among rule versions; others are usual."""
    if not version_ids:
        return {}
    rows = await db.fetch(
        "SELECT id, registry, kind, body ->> 'name_zh' AS zh, body ->> 'name_en' AS en"
        " FROM rule_version WHERE id = ANY($1::bigint[])"
        " AND (registry <> 'earning' OR kind IN ('multiplier', 'cap'))",
        sorted(version_ids),
    )
    return {row["id"]: _extra(row) for row in rows}


def _extra(row: db.Row) -> Worded:
    """Return the name of what gave more or took: what is no earning rule gave her a boost."""
    if row["registry"] != "earning":
        return BOOST
    return CAP if row["kind"] == "cap" else Worded(row["zh"], row["en"])


async def causes_of(customer_id: int, causes: Iterable[str]) -> dict[str, Worded]:
    """Return in words the causes that are the customer's own; the others are not in it."""
    known = set(causes)
    orders = await _orders(customer_id, known)
    return await _others(customer_id, known) | {cause: one.name for cause, one in orders.items()}


async def _others(customer_id: int, causes: Collection[str]) -> dict[str, Worded]:
    """Return in words those causes of the customer's own that are no orders."""
    return {
        **await _redemptions(customer_id, causes),
        **await _goals(causes),
        **{one: GIFTS[found[1]] for one in causes if (found := GIFT.fullmatch(one))},
        openings.CAUSE: OPENING,
        member_pass.CAUSE: AT_TMALL,
    }


_HER_ORDERS = """
SELECT purchase.id, purchase.uuid, shop.kind, purchase.number, store_order.uuid AS store_order
FROM purchase
JOIN shop ON shop.id = purchase.shop_id JOIN customer ON customer.id = customer_id
LEFT JOIN store_order ON shop.kind = 'own_store' AND store_order.app_id = shop.code
     AND store_order.number = purchase.number
WHERE purchase.id = ANY($1::bigint[]) AND coalesce(customer.merged_into_id, customer.id) = $2
"""


async def _orders(customer_id: int, causes: Iterable[str]) -> dict[str, HerOrder]:
    """Return the customer's own orders among the causes."""
    ids = sorted({int(found[1]) for cause in causes if (found := PURCHASE.fullmatch(cause))})
    if not ids:
        return {}
    return {
        f"purchase:{row['id']}": HerOrder(
            row["uuid"],
            row["store_order"],
            row["number"],
            _order(ShopKind(row["kind"]), row["number"]),
        )
        for row in await db.fetch(_HER_ORDERS, ids, customer_id)
    }


def _order(shop: ShopKind, number: str) -> Worded:
    zh, en = SHOPS[shop]
    return Worded(f"{zh}订单 {number}", f"order {number} at {en}")


async def _redemptions(customer_id: int, causes: Iterable[str]) -> dict[str, Worded]:
    """Return the customer's own redemptions among the causes, by reward, and what became of it."""
    found = {cause: match for cause in causes if (match := REDEMPTION.fullmatch(cause))}
    uuids = {uuid for match in found.values() if (uuid := _uuid(match[1]))}
    if not uuids:
        return {}
    rows = await db.fetch(
        "SELECT redemption.uuid, body ->> 'name_zh' AS zh, body ->> 'name_en' AS en FROM redemption"
        " JOIN rule_version ON rule_version.id = redemption.rule_version_id"
        f" WHERE redemption.uuid = ANY($2::uuid[]) AND redemption.member_id = ANY({HER_IDS})",
        customer_id,
        list(uuids),
    )
    names = {str(row["uuid"]): row for row in rows}
    return {
        cause: _with_name(WHYS[match[2]], names[match[1]])
        for cause, match in found.items()
        if match[1] in names
    }


async def _goals(causes: Iterable[str]) -> dict[str, Worded]:
    """Return what has a rule of its own among the causes, by the names that these have now."""
    slots = sorted(
        cause
        for cause in causes
        if cause.startswith(
            ("challenge:", "milestone:", "shop_visit:", "board:", "survey:", "event:")
        )
        or cause in ("referral", "live_visit")
    )
    if not slots:
        return {}
    rows = await db.fetch(
        "SELECT DISTINCT ON (slot) slot, body ->> 'name_zh' AS zh, body ->> 'name_en' AS en"
        " FROM rule_version WHERE slot = ANY($1::text[]) ORDER BY slot, version DESC",
        slots,
    )
    return {row["slot"]: Worded(row["zh"], row["en"]) for row in rows}


def _uuid(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None


def _with_name(why: Worded, row: db.Row) -> Worded:
    return Worded(why.zh.format(name=row["zh"]), why.en.format(name=row["en"]))
