"""Posters: the printed code of a shop. A new one ends the one before."""

from datetime import datetime

from msgspec import Struct

from loyalty import codes
from loyalty.again import in_transaction
from loyalty.errors import NotFound
from models import ShopKind, db

_SHOP = "SELECT id FROM shop WHERE kind = $1 AND code = $2"
_IN_USE = """
SELECT poster.id, poster.code, made_at, staff_member.name AS by
FROM shop_poster AS poster LEFT JOIN staff_member ON staff_member.id = made_by
WHERE shop_id = $1 AND ended_at IS NULL
"""
_END = """
UPDATE shop_poster SET ended_at = $2, ended_by = $3 WHERE shop_id = $1 AND ended_at IS NULL
"""
_MAKE = "INSERT INTO shop_poster (shop_id, code, made_at, made_by) VALUES ($1, $2, $3, $4)"


class Poster(Struct, frozen=True):
    """The poster of a shop that is in use, when it was made, and by whom."""

    poster_id: int
    code: str
    made_at: datetime
    by: str | None


async def shop_named(code: str) -> int:
    """Return the id of a shop of the brand's own.

    Raises:
        NotFound: ``no_such_shop``.
    """
    rows = await db.fetch(_SHOP, ShopKind.POS.value, code)
    if not rows:
        raise NotFound("no_such_shop")
    shop_id: int = rows[0]["id"]
    return shop_id


async def poster_of(shop_id: int) -> Poster | None:
    """Return the poster of a shop that is in use."""
    rows = await db.fetch(_IN_USE, shop_id)
    return Poster(*rows[0]) if rows else None


async def make_poster(
    shop_id: int,
    *,
    at: datetime,
    staff_member_id: int | None,
    instead_of: int | None = None,
    code: str | None = None,
) -> Poster:
    """Make a shop's poster; the one before it, ``instead_of``, is taken no more.

    Where another is in use than that, it stays: a form that was sent twice makes one poster.
    """

    async def make() -> Poster:
        await db.fetch("SELECT FROM shop WHERE id = $1 FOR NO KEY UPDATE", shop_id)
        poster = await poster_of(shop_id)
        if poster and poster.poster_id != instead_of:
            return poster
        await db.fetch(_END, shop_id, at, staff_member_id)
        await db.fetch(_MAKE, shop_id, code or codes.letters(), at, staff_member_id)
        made = await poster_of(shop_id)
        assert made is not None, "it was made"
        return made

    return await in_transaction(make)
