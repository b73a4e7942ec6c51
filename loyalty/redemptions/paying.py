"""The money of a redemption: awaited, taken once, or the reservation is closed and given back.

Nothing here talks to WeChat Pay: edges and jobs do, before or after, and tell what they learned.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.errors import NotFound, Refused
from loyalty.giving_back import give_back
from loyalty.payments import (
    ASK_AGAIN_AFTER,
    Payer,
    Payment,
    PaymentFate,
    ToRefund,
    new_number,
)
from loyalty.redemptions.fulfilling import Due, fulfilled, made_ready
from loyalty.rewards import REWARDS
from models import RedemptionPayment, RedemptionPaymentState, db

PREFIX = "R"

_LOCKED = """
SELECT redemption.uuid, redemption.slot, redemption.rule_version_id, redemption.points,
       redemption.cash_fen, redemption.redeemed_at, redemption.expires_at, redemption_payment.*
FROM redemption_payment JOIN redemption ON redemption.id = redemption_id
WHERE number = $1 FOR UPDATE
"""
_MEMBER = """
SELECT coalesce(merged_into_id, customer.id) AS member_id
FROM redemption_payment JOIN redemption ON redemption.id = redemption_id
JOIN customer ON customer.id = redemption.member_id
WHERE number = $1
"""
_FULFIL = """
UPDATE redemption SET state = $2, code = $3, coupon_id = $4,
    expires_at = $5,
    ended_at = CASE WHEN $2 = 'handed_over' THEN $6::timestamptz END
WHERE id = $1
"""
_END = """
UPDATE redemption SET state = $2, ended_at = $3, ended_why = $4 WHERE id = $1
RETURNING uuid, $5::bigint AS member_id, slot, points, cash_fen, with_coupon_id
"""
_PAID = """
UPDATE redemption_payment SET state = 'paid', payment_id = $2, payer_fen = $3, paid_at = $4
WHERE redemption_id = $1
"""
_LATE = """
UPDATE redemption_payment SET state = 'refunding', payment_id = $2, payer_fen = $3, paid_at = $4,
    refund_due_at = $4
WHERE redemption_id = $1
"""


class Reserved(Struct, frozen=True):
    """A payment that is awaited: what WeChat Pay is to be asked for."""

    number: str
    app_id: str
    openid: str
    total_fen: int
    prepay_id: str | None
    name: str


def is_payment(number: str) -> bool:
    """Say whether a payment number, or that of its refund, is of a redemption."""
    return number.startswith(PREFIX)


async def await_payments(awaited: Sequence[tuple[UUID, Payer, int]], *, at: datetime) -> None:
    """Let redemptions of the open transaction await their money: (name, who pays, fen)."""
    await db.fetch(
        "INSERT INTO redemption_payment (redemption_id, number, app_id, openid, total_fen, state)"
        " SELECT id, number, app_id, openid, total_fen, 'awaiting'"
        " FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])"
        "  AS awaited (uuid, number, app_id, openid, total_fen) JOIN redemption USING (uuid)",
        [uuid for uuid, _, _ in awaited],
        [new_number(at, prefix=PREFIX) for _ in awaited],
        [payer.app_id for _, payer, _ in awaited],
        [payer.openid for _, payer, _ in awaited],
        [total_fen for _, _, total_fen in awaited],
    )


async def payment_of(uuid: UUID) -> Reserved | None:
    """Return the payment that a redemption awaits; None where it awaits none."""
    rows = await db.fetch(
        "SELECT number, app_id, openid, total_fen, prepay_id, body ->> 'name_zh' AS name"
        " FROM redemption_payment JOIN redemption ON redemption.id = redemption_id"
        " JOIN rule_version ON rule_version.id = rule_version_id"
        " WHERE uuid = $1 AND redemption_payment.state = 'awaiting'",
        uuid,
    )
    return Reserved(**dict(rows[0])) if rows else None


async def keep_prepay(number: str, prepay_id: str) -> None:
    """Keep what WeChat Pay calls the payment that is awaited."""
    await db.fetch(
        "UPDATE redemption_payment SET prepay_id = $2 WHERE number = $1", number, prepay_id
    )


async def lapsed(*, at: datetime, limit: int) -> list[RedemptionPayment]:
    """Return payments that did not come in time, the longest waiting first."""
    rows = await db.fetch(
        "SELECT redemption.id FROM redemption WHERE state = 'reserved' AND expires_at <= $1"
        " ORDER BY expires_at, id LIMIT $2",
        at,
        limit,
    )
    return await RedemptionPayment.filter(redemption_id__in=[row["id"] for row in rows])


async def paid(payment: Payment, *, at: datetime) -> PaymentFate:
    """Take a payment: the redemption is hers.

    The same payment again changes nothing. One that came after the reservation was closed, or for
    what can no longer be had, is given back whole.

    Raises:
        NotFound: ``no_such_order``. Refused: ``payment_differs``: another amount than was asked
            for, or a second payment of one redemption.
    """
    return await in_transaction(lambda: _paid(payment, at=at))


async def _paid(payment: Payment, *, at: datetime) -> PaymentFate:
    member_id, row = await _locked(payment.number)
    if row["payment_id"] == payment.payment_id:
        return PaymentFate.TAKEN_BEFORE
    is_whole = payment.total_fen == row["total_fen"]
    if row["payment_id"] is not None or not is_whole or not _is_part(payment):
        raise Refused("payment_differs", number=payment.number)
    # business time may stand apart from that of the wire, in the demo
    paid_at = max(row["redeemed_at"], min(payment.paid_at, at))
    told = (row["redemption_id"], payment.payment_id, payment.payer_fen, paid_at)
    if row["state"] == RedemptionPaymentState.CLOSED:
        await db.fetch(_LATE, *told)
        return PaymentFate.GIVEN_BACK
    await db.fetch(_PAID, *told)
    try:
        await _fulfil(row, member_id, at=at)
    except Refused as refused:  # what it was to become is gone since she reserved it
        await _end(row, member_id, state="cancelled", why=refused.code, at=at)
        return PaymentFate.GIVEN_BACK
    return PaymentFate.TAKEN


def _is_part(payment: Payment) -> bool:
    return 0 <= payment.payer_fen <= payment.total_fen


async def _fulfil(row: db.Row, member_id: int, *, at: datetime) -> None:
    rule = (await programme.load()).version(row["rule_version_id"], REWARDS)
    assert rule is not None, "versions stay for what they made"
    due = [Due(rule.body, member_id, row["uuid"], row["points"])]
    (found,) = await fulfilled(due, at=at)
    await db.fetch(
        _FULFIL,
        row["redemption_id"],
        found.state.value,
        found.code,
        found.coupon_id,
        found.expires_at,
        at,
    )
    await made_ready(due, [found], at=at)


async def close(number: str, *, at: datetime) -> bool:
    """Close a reservation that nobody can pay any more, and give it back; False if it was not.

    Ask WeChat Pay first: whoever closes what can still be paid, takes money for nothing.
    """

    async def act() -> bool:
        member_id, row = await _locked(number)
        if row["state"] != RedemptionPaymentState.AWAITING:
            return False
        await db.fetch("UPDATE redemption_payment SET state = 'closed' WHERE number = $1", number)
        state = "expired" if row["expires_at"] <= at else "cancelled"
        await _end(row, member_id, state=state, why="not_paid", at=at)
        return True

    return await in_transaction(act)


async def _locked(number: str) -> tuple[int, db.Row]:
    """Return whose redemption a payment is for, and both, locked: its member first.

    Raises:
        NotFound: ``no_such_order``.
    """
    rows = await db.fetch(_MEMBER, number)
    if not rows:
        raise NotFound("no_such_order")
    member_id: int = rows[0]["member_id"]
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
    (row,) = await db.fetch(_LOCKED, number)
    return member_id, row


async def _end(row: db.Row, member_id: int, *, state: str, why: str, at: datetime) -> None:
    ended = await db.fetch(_END, row["redemption_id"], state, at, why, member_id)
    await give_back(ended, why=state, at=at)


async def due_refunds(*, at: datetime, limit: int) -> list[ToRefund]:
    """Take refunds to ask WeChat Pay for; they come again in a minute until they have ended."""
    rows = await db.fetch(
        "WITH due AS (SELECT redemption_id FROM redemption_payment"
        "  WHERE state = 'refunding' AND refund_due_at <= $1"
        "  ORDER BY refund_due_at, redemption_id LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " UPDATE redemption_payment SET refund_due_at = $3 FROM due"
        " WHERE redemption_payment.redemption_id = due.redemption_id"
        " RETURNING number || 'R1' AS number, number AS order_number, app_id, total_fen AS fen,"
        "  total_fen",
        at,
        limit,
        at + ASK_AGAIN_AFTER,
    )
    return [ToRefund(**dict(row)) for row in rows]


async def end_refund(number: str, state: RedemptionPaymentState) -> None:
    """Keep how a refund ended; what has ended stays as it is."""
    await db.fetch(
        "UPDATE redemption_payment SET state = $2, refund_due_at = NULL"
        " WHERE number || 'R1' = $1 AND state = 'refunding'",
        number,
        state.value,
    )
