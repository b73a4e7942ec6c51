"""Purchases that members kept."""

from datetime import datetime

from loyalty.happenings import Happening
from loyalty.roots import ids_of

# An order that was split up is one, with all that its parts kept.
PLACED = """
    SELECT min(paid_at) AS at, min(id) AS id,
           sum(greatest(paid_fen - freight_fen - refunded_fen, 0))::bigint AS kept
    FROM purchase
    WHERE customer_id = ANY({ids}) AND paid_at >= {since} AND paid_at <= {until}
      AND paid_fen > refunded_fen
    GROUP BY shop_id, CASE WHEN parent_number = '' THEN number ELSE parent_number END
"""


class KeptOrder(Happening, frozen=True):
    """A purchase that was not wholly given back; ``kept_fen`` is net of refunds."""

    sql = f"""
    SELECT wanted.id, placed.at, placed.kept FROM unnest($1::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL ({PLACED.format(ids=ids_of("wanted.id"), since="$2", until="$3")}) AS placed
    ORDER BY wanted.id, placed.at, placed.id
    """
    of_orders = True
    kept_fen: int

    @property
    def paid_at(self) -> datetime:
        """Return when it was paid."""
        return self.at
