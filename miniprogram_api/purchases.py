"""What she bought in every shop that we know of, page by page."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from loyalty import product_reviews, products, programme
from loyalty.errors import NotFound
from loyalty.programme import Programme
from loyalty.roots import HER_IDS
from miniprogram_api.bought import (
    BoughtPoints,
    Products,
    Reviewing,
    name_of,
    picture_of,
    points_of,
    reviewing,
)
from miniprogram_api.paging import PageQuery, cut
from models import PurchaseState, ShopKind, db
from web.languages import Language
from web.movements import SHOPS
from web.session import Shopper
from web.typed import Moment


class PurchasedLine(Struct, frozen=True):
    """One line: ``paid_fen`` is my own money for it, ``refunded_fen`` what of that came back.

    Its ``picture`` is empty where there is none.
    ``can_review``: a review of it can be written; ``review`` names the one that I wrote. Lines of
    the same SKU are reviewed together.
    """

    sku: str
    name: str
    picture: str
    quantity: int
    paid_fen: int
    refunded_fen: int
    can_review: bool
    review: UUID | None


class Purchase(Struct, frozen=True):
    """One paid order of mine in some shop, and the points that it brought.

    ``order`` names the order of the brand's own store that it was, null where it was another shop.
    """

    uuid: UUID
    order: UUID | None
    shop_kind: ShopKind
    shop: str
    number: str
    state: PurchaseState
    lines: list[PurchasedLine]
    paid_fen: int
    refunded_fen: int
    points: BoughtPoints
    paid_at: Moment


class PurchaseList(Struct, frozen=True):
    """Newest first; ``next_before`` asks for the next page, and is null on the last."""

    purchases: list[Purchase]
    next_before: UUID | None


# An order that its platform split up is shown by its parts.
_HERS = f"""
SELECT purchase.id, purchase.uuid, shop.kind AS shop_kind, shop.name AS shop, shop.code,
       purchase.number, purchase.state, paid_fen, refunded_fen, points_earned AS points, paid_at,
       completed_at,
       store_order.uuid AS store_order
FROM purchase JOIN shop ON shop.id = shop_id
LEFT JOIN store_order ON shop.kind = 'own_store' AND store_order.app_id = shop.code
     AND store_order.number = purchase.number
WHERE customer_id = ANY({HER_IDS}) AND purchase.state <> 'replaced'
"""
_PAGE = f"""{_HERS}
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
    rows = await db.fetch(_PAGE, shopper.customer_id, query.before, query.limit + 1)
    shown, next_before = cut(await _told(rows, shopper), query.limit)
    return PurchaseList(list(shown), next_before)


async def read_one(shopper: Shopper, uuid: UUID) -> Purchase:
    """Read one of my purchases.

    Raises:
        NotFound: ``no_such_purchase``.
    """
    rows = await db.fetch(f"{_HERS} AND purchase.uuid = $2", shopper.customer_id, uuid)
    if not rows:
        raise NotFound("no_such_purchase")
    return (await _told(rows, shopper))[0]


async def _told(rows: Sequence[db.Row], shopper: Shopper) -> list[Purchase]:
    lines = await _lines([row["id"] for row in rows], shopper)
    rules = await programme.recent()
    language = shopper.language
    return [_purchase(row, lines[row["id"]], rules, language=language) for row in rows]


async def _lines(ids: list[int], shopper: Shopper) -> dict[int, list[PurchasedLine]]:
    rows = await db.fetch(_LINES, ids)
    known = await products.known(row["sku"] for row in rows)
    goods = await product_reviews.of_purchases(shopper.customer_id, ids)
    found: dict[int, list[PurchasedLine]] = {one: [] for one in ids}
    for row in rows:
        said = reviewing(goods.get((row["purchase_id"], row["sku"])))
        found[row["purchase_id"]].append(_line(row, said, known=known, language=shopper.language))
    return found


def _line(row: db.Row, said: Reviewing, *, known: Products, language: Language) -> PurchasedLine:
    return PurchasedLine(
        sku=row["sku"],
        name=name_of(row["sku"], row["title"], known=known, language=language),
        picture=picture_of(row["sku"], known),
        quantity=row["quantity"],
        paid_fen=row["paid_fen"],
        refunded_fen=row["refunded_fen"],
        can_review=said.can_review,
        review=said.review,
    )


def _shop(row: db.Row, language: Language) -> str:
    """Return what her shop is called; one without a name of its own, by what it is."""
    if row["shop"] != row["code"]:
        return str(row["shop"])
    zh, en = SHOPS[ShopKind(row["shop_kind"])]
    return zh if language == "zh" else en[:1].upper() + en[1:]


def _purchase(
    row: db.Row, lines: list[PurchasedLine], rules: Programme, *, language: Language
) -> Purchase:
    paid_at, completed_at = row["paid_at"], row["completed_at"]
    return Purchase(
        uuid=row["uuid"],
        order=row["store_order"],
        shop_kind=ShopKind(row["shop_kind"]),
        shop=_shop(row, language),
        number=row["number"],
        state=PurchaseState(row["state"]),
        lines=lines,
        paid_fen=row["paid_fen"],
        refunded_fen=row["refunded_fen"],
        points=points_of(row["points"], paid_at=paid_at, completed_at=completed_at, rules=rules),
        paid_at=paid_at,
    )
