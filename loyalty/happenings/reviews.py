"""Product reviews that all may read, of goods that were bought and kept."""

from loyalty.happenings import Happening
from loyalty.roots import ids_of


class Reviewed(Happening, frozen=True):
    """A review of a product that she bought and kept; hidden or taken back it is none."""

    sql = f"""
    SELECT wanted.id, review.written_at FROM unnest($1::bigint[]) AS wanted (id)
    JOIN product_review AS review ON review.member_id = ANY({ids_of("wanted.id")})
    WHERE taken_back_at IS NULL AND hidden_at IS NULL
      AND written_at >= $2 AND written_at <= $3
      AND EXISTS (SELECT FROM purchase_line AS line
                  WHERE line.purchase_id = review.purchase_id AND line.sku = review.sku
                    AND line.paid_fen > line.refunded_fen)
    ORDER BY wanted.id, written_at, review.id
    """
