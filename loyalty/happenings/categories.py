"""Categories of goods that members bought and kept."""

from loyalty.happenings import Happening
from loyalty.roots import ids_of


class TriedCategory(Happening, frozen=True):
    """A category of which she kept something of an order."""

    sql = f"""
    SELECT DISTINCT wanted.id, tried.paid_at, tried.category
    FROM unnest($1::bigint[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT paid_at, category FROM purchase
        JOIN purchase_line ON purchase_line.purchase_id = purchase.id
        WHERE customer_id = ANY({ids_of("wanted.id")}) AND paid_at >= $2 AND paid_at <= $3
          AND purchase_line.paid_fen > purchase_line.refunded_fen AND category <> ''
          AND purchase.paid_fen > purchase.refunded_fen
    ) AS tried ORDER BY wanted.id, paid_at, category
    """
    of_orders = True
    category: str
