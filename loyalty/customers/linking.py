"""Two customers turn out to be one human: link them where one of them has no history."""

from datetime import datetime

from loyalty.customers.identifying import find, join
from loyalty.errors import NotFound, Refused
from loyalty.orders import IdentityRef
from models import db


async def link(known: IdentityRef, other: IdentityRef, *, at: datetime) -> int:
    """Let ``other``, an identity of a customer without a history of her own, name ``known``'s.

    Returns the customer id. Linking what is linked changes nothing.

    Raises:
        NotFound: ``known_identity_unknown`` or ``other_identity_unknown``.
        Refused: ``has_history_of_her_own``: the other customer owns purchases, points, coupons or
            redemptions, so this is a merge of two people and not a link. ``already_linked``: the
            customer is another follower of the same account already.
    """
    async with db.transaction():
        found = await find([known, other])
        if known not in found:
            raise NotFound("known_identity_unknown", **_named(known))
        if other not in found:
            raise NotFound("other_identity_unknown", **_named(other))
        target, source = found[known], found[other]
        if target != source:
            await _check_empty(source, target)
            await _check_not_taken(source, target)
            await db.fetch(
                "UPDATE identity SET customer_id = $2 WHERE customer_id = $1", source, target
            )
            await db.fetch(
                "UPDATE customer SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1",
                source,
                target,
            )
            await join([target], at=at, through="link")
        return target


def _named(reference: IdentityRef) -> dict[str, object]:
    return {"kind": reference.kind.value, "scope": reference.scope, "value": reference.value}


async def _check_empty(source: int, target: int) -> None:
    await db.fetch(
        "SELECT id FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted((source, target)),
    )
    (row,) = await db.fetch(
        "SELECT EXISTS (SELECT FROM purchase WHERE customer_id = $1)"
        " OR EXISTS (SELECT FROM entry WHERE member_id = $1)"
        " OR EXISTS (SELECT FROM coupon WHERE member_id = $1)"
        " OR EXISTS (SELECT FROM redemption WHERE member_id = $1)"
        " OR EXISTS (SELECT FROM store_order WHERE member_id = $1)"
        " OR EXISTS (SELECT FROM check_in WHERE member_id = $1) AS owned",
        source,
    )
    if row["owned"]:
        raise Refused("has_history_of_her_own", customer_id=source)


async def _check_not_taken(source: int, target: int) -> None:
    """One human has one openid an app and one unionid: two are two people."""
    (row,) = await db.fetch(
        "SELECT EXISTS (SELECT FROM identity AS hers JOIN identity AS another USING (kind, scope)"
        " WHERE hers.customer_id = $1 AND another.customer_id = $2"
        " AND kind IN ('openid', 'unionid') AND hers.value <> another.value) AS taken",
        source,
        target,
    )
    if row["taken"]:
        raise Refused("already_linked", customer_id=target)
