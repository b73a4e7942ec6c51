"""A shopper takes back what she allowed the mini-program: it is deleted, and she is signed out."""

from loyalty.customers.identifying import find
from loyalty.orders import IdentityRef
from loyalty.roots import HER_IDS
from models import db


async def revoke(openid: IdentityRef, *, with_phone: bool, with_profile: bool) -> int | None:
    """End the sessions of an openid, and forget her phone number or profile as she took it back.

    Nobody by this openid, or nothing left to delete, changes nothing: told twice is once. Returns
    whose openid it is. Orders and points stay: they are not what she was asked for. Joins the
    caller's transaction.
    """
    customer_id = (await find([openid])).get(openid)
    if customer_id is None:
        return None
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", customer_id)
    await db.fetch(
        "DELETE FROM shopper_session WHERE app_id = $1 AND openid = $2", openid.scope, openid.value
    )
    if with_phone:
        await db.fetch(
            f"DELETE FROM identity WHERE kind = 'mobile' AND customer_id = ANY({HER_IDS})",
            customer_id,
        )
    if with_profile:
        await db.fetch(
            "UPDATE profile SET called = '', called_told_at = NULL, birthday = NULL"
            f" WHERE customer_id = ANY({HER_IDS})",
            customer_id,
        )
    return customer_id
