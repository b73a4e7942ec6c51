"""What of her purchases a member can review, and has."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalty.errors import NotFound, Refused
from loyalty.roots import HER_IDS
from models import PurchaseState, db


@dataclass(frozen=True, slots=True)
class ReviewableGoods:
    """One SKU of one purchase: what was paid for it, what came back, and its review, if any.

    ``owner_id`` is the member under whose id the purchase stands. A review that was taken back is
    none; but where staff had hidden it, ``was_hidden``, and another would only go around that.
    """

    purchase_id: int
    sku: str
    owner_id: int
    purchase_state: PurchaseState
    paid_fen: int
    refunded_fen: int
    review_uuid: UUID | None
    was_hidden: bool

    def refusal(self) -> Refused | None:
        """Return why it cannot be reviewed; None where it can.

        ``purchase_not_completed``, ``goods_refunded``, ``already_reviewed``.
        """
        came_back = self.paid_fen > 0 and self.refunded_fen >= self.paid_fen
        if came_back or self.purchase_state is PurchaseState.REFUNDED:
            return Refused("goods_refunded")
        if self.purchase_state is not PurchaseState.COMPLETED:
            return Refused("purchase_not_completed")
        return Refused("already_reviewed") if self.review_uuid or self.was_hidden else None


# A line without an SKU says nothing of what was bought: nobody could read its review anywhere.
_GOODS = f"""
SELECT purchase.id, line.sku, purchase.customer_id, purchase.state, line.paid_fen,
       line.refunded_fen,
       (SELECT review.uuid FROM product_review AS review
        WHERE review.purchase_id = purchase.id AND review.sku = line.sku
          AND taken_back_at IS NULL) AS review_uuid,
       EXISTS (SELECT FROM product_review AS review
               WHERE review.purchase_id = purchase.id AND review.sku = line.sku
                 AND taken_back_at IS NOT NULL AND hidden_at IS NOT NULL) AS was_hidden
FROM purchase JOIN LATERAL (
    SELECT sku, sum(paid_fen)::bigint AS paid_fen, sum(refunded_fen)::bigint AS refunded_fen
    FROM purchase_line WHERE purchase_id = purchase.id AND sku <> '' GROUP BY sku) AS line ON true
WHERE purchase.customer_id = ANY({HER_IDS}) AND purchase.state <> 'replaced'
"""


async def of_purchases(
    member_id: int, purchase_ids: Sequence[int]
) -> dict[tuple[int, str], ReviewableGoods]:
    """Return the goods of a member's purchases by purchase id and SKU."""
    rows = await db.fetch(
        f"{_GOODS} AND purchase.id = ANY($2::bigint[])", member_id, list(purchase_ids)
    )
    return {(row["id"], row["sku"]): _goods(row) for row in rows}


async def bought(member_id: int, purchase_uuid: UUID, sku: str) -> ReviewableGoods:
    """Return one SKU of one purchase of a member's.

    Raises:
        NotFound: ``no_such_purchase``: none, or another's; ``not_in_purchase``.
    """
    rows = await db.fetch(f"{_GOODS} AND purchase.uuid = $2", member_id, purchase_uuid)
    if not rows:
        raise NotFound("no_such_purchase")
    for row in rows:
        if row["sku"] == sku:
            return _goods(row)
    raise NotFound("not_in_purchase")


def _goods(row: db.Row) -> ReviewableGoods:
    return ReviewableGoods(
        purchase_id=row["id"],
        sku=row["sku"],
        owner_id=row["customer_id"],
        purchase_state=PurchaseState(row["state"]),
        paid_fen=row["paid_fen"],
        refunded_fen=row["refunded_fen"],
        review_uuid=row["review_uuid"],
        was_hidden=row["was_hidden"],
    )
