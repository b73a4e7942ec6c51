"""How orders of the demo's shops stand with us: recorded or not, what they earned, and for whom."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from loyalty import customers, parking
from loyalty.orders import Attribution, IdentityRef
from models import PurchaseState, ShopKind, db
from web.languages import Language
from web.masks import number_of
from web.texts import text

Whose = Literal["hers", "anothers", "nobodys"]

_RECORDED = """
SELECT purchase.number, state, paid_fen, refunded_fen, points_earned, root.id AS buyer, root.uuid,
       (SELECT array_agg(DISTINCT one::text) FROM purchase_line,
               LATERAL jsonb_array_elements(coalesce(attributed_to, '[]')) AS one
        WHERE purchase_id = purchase.id) AS brought_by
FROM purchase JOIN shop ON shop.id = shop_id
LEFT JOIN customer ON customer.id = purchase.customer_id
LEFT JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
WHERE shop.kind = $1 AND shop.code = $2 AND purchase.number = ANY($3::text[])
"""
_PARKED = """
SELECT DISTINCT ON (sender) sender, error FROM inbound_event
JOIN connection ON connection.id = connection_id
WHERE scope = $1 AND sender = ANY($2::text[]) AND state = 'parked' ORDER BY sender,
      inbound_event.id DESC
"""


class Stands(Struct, frozen=True):
    """One order as it stands with us.

    ``state`` is None where it is not recorded; ``parked`` says why where it could not be used.
    ``points`` is what it has earned by now, for the member of ``card``. ``whose``: she whom the
    chat knows is its buyer, somebody else is, or the shop told none.
    """

    number: str
    state: PurchaseState | None = None
    paid_fen: int = 0
    refunded_fen: int = 0
    points: int = 0
    whose: Whose = "nobodys"
    card: str = ""
    brought_by: tuple[Attribution, ...] = ()
    parked: str = ""


async def stand(
    shop: tuple[ShopKind, str],
    numbers: Sequence[str],
    buyer: tuple[IdentityRef, ...],
    *,
    language: Language,
) -> list[Stands]:
    """Return how orders of one shop stand, in the order of their numbers as told."""
    kind, code = shop
    rows = await db.fetch(_RECORDED, kind.value, code, list(numbers))
    parked = {
        row["sender"]: _reason(row["error"], language)
        for row in await db.fetch(_PARKED, code, list(numbers))
    }
    known = await customers.find(buyer)
    hers = next((known[ref] for ref in buyer if ref in known), None)
    found = {row["number"]: row for row in rows}
    return [_stands(number, found.get(number), hers, parked.get(number, "")) for number in numbers]


def _stands(number: str, row: db.Row | None, hers: int | None, parked: str) -> Stands:
    if row is None:
        return Stands(number, parked=parked)
    whose: Whose = "nobodys" if row["buyer"] is None else "anothers"
    return Stands(
        number,
        PurchaseState(row["state"]),
        row["paid_fen"],
        row["refunded_fen"],
        row["points_earned"],
        "hers" if row["buyer"] is not None and row["buyer"] == hers else whose,
        number_of(row["uuid"]) if row["uuid"] else "",
        tuple(msgspec.json.decode(one, type=Attribution) for one in row["brought_by"] or ()),
        parked,
    )


def _reason(kept: str | None, language: Language) -> str:
    code, figures = parking.read(kept or "")
    return text(code, language, figures)
