"""What a customer wants of us."""

from loyalty.roots import HER_IDS
from models import db


async def choose_personal_offers(customer_id: int, wants: bool) -> None:
    """Let her segments decide what she is offered, or not: then she has what everybody has.

    Coupons that she holds stay hers. It holds for all whom she was, should a merge be undone.
    """
    await db.fetch(
        f"UPDATE customer SET wants_personal_offers = $2 WHERE id = ANY({HER_IDS})",
        customer_id,
        wants,
    )
