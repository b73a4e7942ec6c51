"""Whom a shop's platform is to give coupons to: claimed, asked for, and what became of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from loyalty.again import in_transaction
from loyalty.errors import NotFound
from loyalty.ladders.batches import UNANSWERED
from models import IdentityKind, ShopCouponState, db

AT_ONCE = 500
LAPSED_AT_ONCE = 5000
# What its platform does not tell within a day, it does not tell: it is the staff's to look.
LOOKED_FOR = timedelta(days=1)


class ToHand(Struct, frozen=True):
    """A coupon that is ours to ask for: of which batch, to whom by the platform's name for her.

    ``asked_at`` is the claim's fence, by the wire's time.
    """

    id: int
    batch_id: int
    batch_number: str
    kind: IdentityKind
    name: str
    ends_at: datetime
    asked_at: datetime


class Handed(Struct, frozen=True):
    """What became of one: sent, refused, or waiting again; ``number`` is its own there."""

    coupon: ToHand
    state: ShopCouponState
    number: str | None = None
    error: str | None = None


_LAPSE = """
WITH due AS (
    SELECT id FROM shop_coupon WHERE state IN ('waiting', 'refused') AND lapses_at <= $1
    ORDER BY lapses_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE shop_coupon SET state = 'lapsed', ended_at = $1
FROM due WHERE shop_coupon.id = due.id RETURNING shop_coupon.id
"""

# Whoever was no member of the shop, and bound there since, may be given it now.
_BOUND_SINCE = """
UPDATE shop_coupon SET state = 'waiting', ended_at = NULL, error = NULL
WHERE state = 'refused' AND shop = $1 AND EXISTS (
    SELECT FROM pass_binding JOIN connection ON connection.id = connection_id
    JOIN customer ON customer.id = pass_binding.customer_id
    JOIN customer AS hers ON hers.id = shop_coupon.member_id
    WHERE connection.kind = 'tmall_pass' AND connection.scope = $2
      AND pass_binding.ended_at IS NULL AND pass_binding.confirmed_at > shop_coupon.ended_at
      AND coalesce(customer.merged_into_id, customer.id)
        = coalesce(hers.merged_into_id, hers.id))
"""

# She is known by the shop's own name for her, else by her name for the app.
_CLAIM = """
WITH due AS (
    SELECT shop_coupon.id, batch.id AS batch_id, batch.number, batch.ends_at, name.kind, name.value
    FROM shop_coupon JOIN customer ON customer.id = member_id
    CROSS JOIN LATERAL (
        SELECT kind, value FROM identity
        WHERE customer_id = coalesce(customer.merged_into_id, customer.id)
          AND (kind = 'tmall_ouid' AND scope = $3 OR kind = 'taobao_open_uid' AND scope = $4)
        ORDER BY kind = 'tmall_ouid' DESC, (
            SELECT max(pass_binding.id) FROM pass_binding
            WHERE pass_binding.value = identity.value AND ended_at IS NULL
              AND kind = 'tmall_ouid') DESC NULLS LAST, identity.id
        LIMIT 1) AS name
    CROSS JOIN LATERAL (
        SELECT id, number, ends_at FROM shop_coupon_batch
        WHERE connection_id = $1 AND slot = shop_coupon.slot AND rung = shop_coupon.rung
          AND coupon_fen = shop_coupon.coupon_fen
          AND least_order_fen = shop_coupon.least_order_fen
          AND state = 'made' AND starts_at <= $5 AND given_until > $5
        ORDER BY ends_at DESC LIMIT 1) AS batch
    WHERE state = 'waiting' AND shop = $2 AND lapses_at > $5
    ORDER BY batch.id, shop_coupon.id LIMIT $6 FOR UPDATE OF shop_coupon SKIP LOCKED
)
UPDATE shop_coupon SET state = 'asked', batch_id = due.batch_id, name = due.value, error = NULL,
                       asked_at = clock_timestamp()
FROM due WHERE shop_coupon.id = due.id
RETURNING shop_coupon.id, due.batch_id, due.number AS batch_number, due.kind, name, due.ends_at,
          asked_at
"""

_RENEW = """
UPDATE shop_coupon SET asked_at = clock_timestamp()
FROM unnest($1::bigint[], $2::timestamptz[]) AS ours (id, asked_at)
WHERE shop_coupon.id = ours.id AND shop_coupon.asked_at = ours.asked_at
  AND shop_coupon.state = 'asked'
RETURNING shop_coupon.id, shop_coupon.asked_at
"""

_UNANSWERED = """
SELECT shop_coupon.id, batch.id AS batch_id, batch.number AS batch_number, name, batch.ends_at,
       shop_coupon.asked_at,
       CASE WHEN EXISTS (SELECT FROM identity WHERE kind = 'taobao_open_uid' AND scope = $2
                         AND value = name) THEN 'taobao_open_uid' ELSE 'tmall_ouid' END AS kind
FROM shop_coupon JOIN shop_coupon_batch AS batch ON batch.id = batch_id
WHERE shop_coupon.state = 'asked' AND connection_id = $1
  AND shop_coupon.asked_at < clock_timestamp() - $3::interval
  AND shop_coupon.asked_at > clock_timestamp() - $4::interval
ORDER BY batch.id, shop_coupon.id LIMIT $5
"""

# What turns out not to have been given to who is below the rung by now is withdrawn.
_END = """
UPDATE shop_coupon
SET state = CASE WHEN told.state <> 'sent' AND below_at IS NOT NULL THEN 'withdrawn'
                 ELSE told.state END,
    number = told.number, error = told.error,
    ended_at = CASE WHEN told.state = 'waiting' AND below_at IS NULL THEN NULL
                    ELSE $6::timestamptz END,
    below_at = CASE WHEN told.state = 'sent' THEN below_at END
FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[])
     AS told (id, asked_at, state, number, error)
WHERE shop_coupon.id = told.id AND shop_coupon.asked_at = told.asked_at
  AND shop_coupon.state = 'asked'
"""

_AGAIN = """
UPDATE shop_coupon
SET state = CASE WHEN below_at IS NULL THEN 'waiting' ELSE 'withdrawn' END, error = NULL,
    ended_at = CASE WHEN below_at IS NULL THEN NULL ELSE $2::timestamptz END, below_at = NULL
WHERE id = $1 AND (state = 'refused'
                   OR state = 'asked' AND asked_at < clock_timestamp() - $3::interval)
RETURNING id
"""
_SHE_HAS_IT = """
UPDATE shop_coupon SET state = 'sent', error = NULL, ended_at = $2
WHERE id = $1 AND state = 'asked' AND asked_at < clock_timestamp() - $3::interval RETURNING id
"""


async def lapse(*, at: datetime) -> int:
    """Let coupons go whose members were waited for long enough, some at a time; return how many."""
    return len(await db.fetch(_LAPSE, at, LAPSED_AT_ONCE))


async def claim(
    connection_id: int, *, shop: str, shop_code: str, app_key: str, limit: int, at: datetime
) -> list[ToHand]:
    """Claim coupons of members who are known at a shop, and whose batch is made.

    Asked for, committed before this returns, by batch. Somebody whom the shop refused is claimed
    again once she has bound herself there.
    """
    assert not db.in_caller_transaction(), "nothing may be asked before the claim is committed"
    await db.fetch(_BOUND_SINCE, shop, shop_code)
    rows = await db.fetch(_CLAIM, connection_id, shop, shop_code, app_key, at, limit)
    return sorted(map(_to_hand, rows), key=lambda one: (one.batch_id, one.id))


async def renewed(coupons: Sequence[ToHand]) -> list[ToHand]:
    """Return those that are still ours to ask for, from now on.

    Whoever comes to them minutes after they were claimed may find that others saw to them.
    """
    columns = [one.id for one in coupons], [one.asked_at for one in coupons]
    rows = await in_transaction(lambda: db.fetch(_RENEW, *columns))
    asked_at = {row["id"]: row["asked_at"] for row in rows}
    return [replace(one, asked_at=asked_at[one.id]) for one in coupons if one.id in asked_at]


async def unanswered(connection_id: int, *, app_key: str) -> list[ToHand]:
    """Return coupons asked for within a day, for whose answers nobody waits any more."""
    rows = await db.fetch(_UNANSWERED, connection_id, app_key, UNANSWERED, LOOKED_FOR, AT_ONCE)
    return [_to_hand(row) for row in rows]


def _to_hand(row: db.Row) -> ToHand:
    told = dict(row)
    return ToHand(**{**told, "kind": IdentityKind(told["kind"])})


async def end(outcomes: Sequence[Handed], *, at: datetime) -> None:
    """Note what became of coupons that were asked for; one that was asked for anew stays."""
    if outcomes:
        columns = (
            [one.coupon.id for one in outcomes],
            [one.coupon.asked_at for one in outcomes],
            [one.state.value for one in outcomes],
            [one.number for one in outcomes],
            [one.error for one in outcomes],
        )
        await in_transaction(lambda: db.fetch(_END, *columns, at))


async def try_again(coupon_id: int, *, at: datetime) -> None:
    """Let one be given that was refused, or of which staff know that she has not got it.

    Raises:
        NotFound: ``no_such_shop_coupon``: there is none, or its answer is still waited for.
    """
    if not await db.fetch(_AGAIN, coupon_id, at, UNANSWERED):
        raise NotFound("no_such_shop_coupon")


async def she_has_it(coupon_id: int, *, at: datetime) -> None:
    """Note of one whose outcome was lost that staff saw it with her.

    Raises:
        NotFound: ``no_such_shop_coupon``: there is none, or its answer is still waited for.
    """
    if not await db.fetch(_SHE_HAS_IT, coupon_id, at, UNANSWERED):
        raise NotFound("no_such_shop_coupon")
