"""Exchange points for a reward: conditions, points, stock and fulfilment in one transaction.

Locks: the member's row first, then the stock's, which is held for one statement and the commit.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import codes, coupons, ledger, programme, standing
from loyalty.again import in_transaction
from loyalty.calendar import days_good
from loyalty.coupons import Issue, Reason
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.facts import Facts
from loyalty.programme import Programme, Rule
from loyalty.redemptions.catalogue import Taken, refusal_of, taken_of
from loyalty.redemptions.reading import REDEEMED, Redeemed, as_told, named
from loyalty.rewards import REWARDS, Reward
from loyalty.rewards.coupon import CouponReward
from models import db

# What is read in the end is the row that was just written, under the table's name.
_REDEEM = f"""
WITH stock AS (
    INSERT INTO reward_stock (slot, taken)
    SELECT $4, 1 WHERE $9::integer IS NULL OR $9::integer > 0
    ON CONFLICT (slot) DO UPDATE SET taken = reward_stock.taken + 1
    WHERE $9::integer IS NULL OR reward_stock.taken < $9::integer
    RETURNING slot
), redemption AS (
    INSERT INTO redemption (uuid, member_id, slot, rule_version_id, points, code, coupon_id,
                            state, redeemed_at, expires_at, ended_at)
    SELECT $2, $3, slot, $5, $6, $7::text, $8::bigint,
           CASE WHEN $8 IS NULL THEN 'issued' ELSE 'handed_over' END, $1::timestamptz,
           coalesce((SELECT expires_at FROM coupon WHERE id = $8), $10::timestamptz),
           CASE WHEN $8 IS NOT NULL THEN $1 END
    FROM stock
    RETURNING *
)
{REDEEMED}
"""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, with the rules and facts that decide it."""

    member_id: int
    uuid: UUID
    rule: Rule
    rules: Programme
    facts: Facts
    at: datetime

    @property
    def reward(self) -> Reward:
        body: Reward = self.rule.body
        return body


def key_of(uuid: UUID) -> str:
    """Return the key of all that a redemption moves."""
    return f"redemption:{uuid}"


async def redeem(member_id: int, uuid: UUID, *, slot: str, at: datetime) -> Redeemed:
    """Let a member redeem a reward under a name of her own; a retry is answered as before.

    Joins the caller's transaction; then a ``db.Collision`` with another process is the caller's
    to try again.

    Raises:
        NotFound: ``no_such_reward`` (none in force), ``no_such_member``.
        Conflict: ``key_reused``: the name stands for something else, hers or another's.
        Refused: ``not_enough_points``, ``reward_limit_reached``, ``reward_out_of_stock``,
            ``reward_unavailable``, or the condition that she does not meet.
    """
    # a collision: the name or the code is another's
    return await in_transaction(lambda: _redeem(member_id, uuid, slot=slot, at=at))


async def _redeem(member_id: int, uuid: UUID, *, slot: str, at: datetime) -> Redeemed:
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
    known = await named(uuid, at=at)
    if known is not None:
        if (known.member_id, known.slot) != (member_id, slot):
            raise Conflict("key_reused")
        return known
    wish = await _wish(member_id, uuid, slot=slot, at=at)
    taken = (await taken_of([slot], member_id=member_id)).get(slot, Taken())
    refusal = refusal_of(wish.rules, wish.reward, wish.facts, taken=taken)
    if refusal is not None:
        raise refusal
    await _pay(wish)
    return await _write(wish)


async def _wish(member_id: int, uuid: UUID, *, slot: str, at: datetime) -> _Wish:
    rules = await programme.load()
    rule = rules.find(slot, REWARDS, at)
    if rule is None:
        raise NotFound("no_such_reward", slot=slot)
    facts = await standing.facts_of(member_id, at=at, rules=rules)
    return _Wish(member_id, uuid, rule, rules, facts, at)


async def _pay(wish: _Wish) -> None:
    if not wish.reward.points:
        return
    spend = ledger.Spend(
        member_id=wish.member_id,
        key=key_of(wish.uuid),
        at=wish.at,
        cause=key_of(wish.uuid),
        points=wish.reward.points,
        idle_expires_at=wish.rules.expiry(wish.at).idle_expires_at(wish.at),
    )
    await ledger.record_one(spend)


async def _write(wish: _Wish) -> Redeemed:
    """Take one of the stock and write the redemption, with its coupon where it is one.

    Raises:
        Refused: ``reward_out_of_stock``: another took the last one since we looked.
    """
    coupon_id = await _coupon(wish)
    rows = await db.fetch(
        _REDEEM,
        wish.at,
        wish.uuid,
        wish.member_id,
        wish.rule.slot,
        wish.rule.version_id,
        wish.reward.points,
        codes.digits() if coupon_id is None else None,
        coupon_id,
        wish.reward.stock,
        days_good(wish.at, wish.reward.days_to_fetch),
    )
    if not rows:
        raise Refused("reward_out_of_stock")
    return as_told(rows[0])


async def _coupon(wish: _Wish) -> int | None:
    if not isinstance(wish.reward, CouponReward):
        return None
    reason = Reason(code="coupon_for_points", figures={"points": wish.reward.points})
    (issued,) = await coupons.issue(
        [Issue(key_of(wish.uuid), wish.member_id, wish.reward.coupon_slot, reason)], at=wish.at
    )
    return issued.unwrap()
