"""What she bought in every shop that we know of, page by page."""

from uuid import UUID

from msgspec import Struct

from loyalty import product_reviews, products
from loyalty.product_reviews import ReviewableGoods
from loyalty.roots import HER_IDS
from loyalty.wording import Worded
from miniprogram_api.paging import PageQuery, cut
from models import PurchaseState, ShopKind, db
from web.session import Shopper
from web.typed import Moment


class PurchasedLine(Struct, frozen=True):
    """One line: ``paid_fen`` is my own money for it, ``refunded_fen`` what of that came back.

    ``can_review``: a review of it can be written; ``review`` names the one that I wrote. Lines of
    the same SKU are reviewed together.
    """

    sku: str
    name: str
    quantity: int
    paid_fen: int
    refunded_fen: int
    can_review: bool
    review: UUID | None


class Purchase(Struct, frozen=True):
    """One paid order of mine in some shop, and the points that it brought, net of refunds."""

    uuid: UUID
    shop_kind: ShopKind
    shop: str
    number: str
    state: PurchaseState
    lines: list[PurchasedLine]
    paid_fen: int
    refunded_fen: int
    points: int
    paid_at: Moment


class PurchaseList(Struct, frozen=True):
    """Newest first; ``next_before`` asks for the next page, and is null on the last."""

    purchases: list[Purchase]
    next_before: UUID | None


# An order that its platform split up is shown by its parts.
_HERS = f"""
SELECT purchase.id, purchase.uuid, shop.kind AS shop_kind, shop.name AS shop, number, state,
       paid_fen, refunded_fen, points_earned AS points, paid_at
FROM purchase JOIN shop ON shop.id = shop_id
WHERE customer_id = ANY({HER_IDS}) AND state <> 'replaced'
  AND ($2::uuid IS NULL OR (paid_at, purchase.id) < (
      SELECT paid_at, id FROM purchase WHERE uuid = $2 AND customer_id = ANY({HER_IDS})))
ORDER BY paid_at DESC, purchase.id DESC LIMIT $3
"""

_LINES = """
SELECT purchase_id, sku, title, quantity, paid_fen, refunded_fen FROM purchase_line
WHERE purchase_id = ANY($1::bigint[]) ORDER BY purchase_id, number
"""


async def read(shopper: Shopper, query: PageQuery) -> PurchaseList:
    """Read what I bought, in the brand's own store and in its shops elsewhere."""
    rows = await db.fetch(_HERS, shopper.customer_id, query.before, query.limit + 1)
    lines = await _lines([row["id"] for row in rows], shopper)
    shown, next_before = cut([_told(row, lines) for row in rows], query.limit)
    return PurchaseList(list(shown), next_before)


async def _lines(ids: list[int], shopper: Shopper) -> dict[int, list[PurchasedLine]]:
    rows = await db.fetch(_LINES, ids)
    names = await products.names(row["sku"] for row in rows)
    goods = await product_reviews.of_purchases(shopper.customer_id, ids)
    found: dict[int, list[PurchasedLine]] = {one: [] for one in ids}
    for row in rows:
        name = names.get(row["sku"], Worded(row["title"], row["title"])).spoken(shopper.language)
        reviewed = goods.get((row["purchase_id"], row["sku"]))
        found[row["purchase_id"]].append(_line(row, name, reviewed))
    return found


def _line(row: db.Row, name: str, goods: ReviewableGoods | None) -> PurchasedLine:
    return PurchasedLine(
        sku=row["sku"],
        name=name,
        quantity=row["quantity"],
        paid_fen=row["paid_fen"],
        refunded_fen=row["refunded_fen"],
        can_review=goods is not None and goods.refusal() is None,
        review=goods.review_uuid if goods else None,
    )


def _told(row: db.Row, lines: dict[int, list[PurchasedLine]]) -> Purchase:
    return Purchase(
        uuid=row["uuid"],
        shop_kind=ShopKind(row["shop_kind"]),
        shop=row["shop"],
        number=row["number"],
        state=PurchaseState(row["state"]),
        lines=lines[row["id"]],
        paid_fen=row["paid_fen"],
        refunded_fen=row["refunded_fen"],
        points=row["points"],
        paid_at=row["paid_at"],
    )
