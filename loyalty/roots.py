"""Whom a merged customer became, and all that a member was: her ids."""

from collections.abc import Iterable

from loyalty.errors import Conflict, NotFound
from models import db


def ids_of(member: str) -> str:
    """Return the SQL array of a member's ids, her own and those that were merged into her.

    ``member`` is the SQL of her id. Of a customer who was merged it is empty: she is another.
    """
    return f"ARRAY(SELECT id FROM customer WHERE coalesce(merged_into_id, id) = {member})"


HER_IDS = ids_of("$1::bigint")


def wants_personal_offers(member: str) -> str:
    """Return the SQL of whether a member lets her segments decide what she is offered.

    Of two who are one, either who wants none decides for both.
    """
    return (
        "NOT EXISTS (SELECT FROM customer WHERE NOT wants_personal_offers"
        f" AND coalesce(merged_into_id, id) = {member})"
    )


async def roots_of(customer_ids: Iterable[int]) -> dict[int, int]:
    """Return whom each of these customers is now."""
    rows = await db.fetch(
        "SELECT id, coalesce(merged_into_id, id) AS root FROM customer"
        " WHERE id = ANY($1::bigint[])",
        sorted(set(customer_ids)),
    )
    return {row["id"]: row["root"] for row in rows}


async def hold(member_id: int) -> None:
    """Lock a member whose account stands, so that it is not deleted meanwhile.

    Raises:
        Conflict: ``member_was_deleted``.
    """
    rows = await db.fetch("SELECT deleted_at FROM member WHERE id = $1 FOR UPDATE", member_id)
    if rows and rows[0]["deleted_at"] is not None:
        raise Conflict("member_was_deleted", member_id=member_id)


async def ids_that_were(customer_id: int) -> list[int]:
    """Return her ids: her own and those that were merged into her."""
    (row,) = await db.fetch(f"SELECT {HER_IDS} AS ids", customer_id)
    ids: list[int] = row["ids"]
    return ids


async def locked(member_id: int) -> int:
    """Lock a member's row and return who she is now, in the caller's transaction.

    Raises:
        NotFound: ``no_such_member``: there is none, or her account was deleted.
    """
    while True:
        root = (await roots_of([member_id])).get(member_id)
        rows = await db.fetch(
            "SELECT id FROM member WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE", root
        )
        if root is None or not rows:
            raise NotFound("no_such_member")
        if (await roots_of([member_id]))[member_id] == root:
            return root
