"""Cash coupons of WeChat Pay: what is to be asked for, and what the platform said.

Nothing here talks to WeChat Pay: a pump does, as often as it takes, each under its own number.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.giving_back import give_back
from loyalty.payments import ASK_AGAIN_AFTER, Payer
from models import db

FIRST_LOOK_AFTER = timedelta(hours=1)


class ToSend(Struct, frozen=True):
    """A cash coupon that WeChat Pay is to be asked for."""

    request_number: str
    app_id: str
    openid: str
    stock_id: str


async def plan(planned: Sequence[tuple[UUID, Payer, str]], *, at: datetime) -> None:
    """Write that redemptions of the open transaction are to be sent at WeChat Pay.

    ``planned`` are (name, who gets it, the batch there).
    """
    await db.fetch(
        "INSERT INTO pay_coupon (redemption_id, request_number, app_id, openid, stock_id, due_at)"
        " SELECT id, request_number, app_id, openid, stock_id, $6"
        " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])"
        "  AS planned (uuid, request_number, app_id, openid, stock_id)"
        " JOIN redemption USING (uuid)",
        [uuid for uuid, _, _ in planned],
        [f"jifen{uuid.hex}" for uuid, _, _ in planned],
        [payer.app_id for _, payer, _ in planned],
        [payer.openid for _, payer, _ in planned],
        [stock_id for _, _, stock_id in planned],
        at,
    )


async def due_coupons(*, at: datetime, limit: int) -> list[ToSend]:
    """Take cash coupons to ask for; they come again in a minute until the platform has said.

    Those whose money is still awaited are not among them.
    """
    rows = await db.fetch(
        "WITH due AS (SELECT redemption_id FROM pay_coupon"
        "  JOIN redemption ON redemption.id = redemption_id AND redemption.state = 'sending'"
        "  WHERE due_at <= $1 ORDER BY due_at, redemption_id LIMIT $2"
        "  FOR UPDATE OF pay_coupon SKIP LOCKED)"
        " UPDATE pay_coupon SET due_at = $3 FROM due"
        " WHERE pay_coupon.redemption_id = due.redemption_id"
        " RETURNING request_number, app_id, openid, stock_id",
        at,
        limit,
        at + ASK_AGAIN_AFTER,
    )
    return [ToSend(**dict(row)) for row in rows]


_SENT = """
WITH sent AS (
    UPDATE redemption SET state = 'handed_over', ended_at = $3
    FROM pay_coupon WHERE request_number = $1 AND redemption_id = redemption.id
      AND redemption.state = 'sending'
    RETURNING redemption.id
)
UPDATE pay_coupon SET coupon_id = $2, due_at = NULL, state = 'usable', look_at = $4
FROM sent WHERE redemption_id = sent.id
"""
_MEMBER = """
SELECT coalesce(merged_into_id, customer.id) AS member_id
FROM pay_coupon JOIN redemption ON redemption.id = redemption_id
JOIN customer ON customer.id = redemption.member_id
WHERE request_number = $1
"""
_REFUSED = """
WITH refused AS (
    UPDATE redemption SET state = 'cancelled', ended_at = $2, ended_why = $3
    FROM pay_coupon WHERE request_number = $1 AND redemption_id = redemption.id
      AND redemption.state = 'sending'
    RETURNING redemption.id, uuid, $4::bigint AS member_id, slot, points, cash_fen,
        with_coupon_id
), done AS (
    UPDATE pay_coupon SET due_at = NULL FROM refused WHERE redemption_id = refused.id
)
SELECT * FROM refused
"""


async def coupon_sent(request_number: str, coupon_id: str, *, at: datetime) -> None:
    """Keep that she has it; said again it changes nothing."""
    await db.fetch(_SENT, request_number, coupon_id, at, at + FIRST_LOOK_AFTER)


async def coupon_refused(request_number: str, why: str, *, at: datetime) -> None:
    """Give all back for a coupon that the platform will not send; ``why`` is a code of ours."""

    async def act() -> None:
        (row,) = await db.fetch(_MEMBER, request_number)
        await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", row["member_id"])
        ended = await db.fetch(_REFUSED, request_number, at, why, row["member_id"])
        await give_back(ended, why="cancelled", at=at)

    await in_transaction(act)
