"""Exchange points for a reward: conditions, points, stock and fulfilment in one transaction.

Locks: the member's row first, then the stock's, which is held for one statement and the commit.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import ledger, programme, standing
from loyalty.again import in_transaction
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.facts import Facts
from loyalty.payments import Payer
from loyalty.programme import Programme, Rule
from loyalty.redemptions import sending, shipping
from loyalty.redemptions.catalogue import Taken, refusal_of, taken_of
from loyalty.redemptions.fulfilling import fulfilled, key_of, made_ready, reserved
from loyalty.redemptions.paying import await_payment
from loyalty.redemptions.reading import REDEEMED, Redeemed, as_told, named
from loyalty.redemptions.shipping import Destination
from loyalty.rewards import REWARDS, Reward
from loyalty.rewards.pay_coupon import PayCoupon
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
                            state, redeemed_at, expires_at, ended_at, cash_fen, uses)
    SELECT $2, $3, slot, $5, $6, $7::text, $8::bigint, $11, $1::timestamptz,
           coalesce((SELECT expires_at FROM coupon WHERE id = $8), $10::timestamptz),
           CASE WHEN $11 = 'handed_over' THEN $1 END, $12, $13
    FROM stock
    RETURNING *
)
{REDEEMED}
"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which reward, who pays for it, and where it is sent."""

    slot: str
    payer: Payer | None
    destination: Destination | None


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


async def redeem(
    member_id: int,
    uuid: UUID,
    *,
    slot: str,
    at: datetime,
    payer: Payer | None = None,
    destination: Destination | None = None,
) -> Redeemed:
    """Let a member redeem a reward under a name of her own; a retry is answered as before.

    One that costs money, too, is reserved until ``payer`` has paid, for 15 minutes: see
    ``payment_of``. One that is sent goes to ``destination``. Joins the caller's transaction; then
    a ``db.Collision`` with another process is the caller's to try again.

    Raises:
        NotFound: ``no_such_reward`` (none in force), ``no_such_member``.
        Conflict: ``key_reused``: the name stands for something else, hers or another's.
        Refused: ``not_enough_points``, ``reward_limit_reached``, ``reward_out_of_stock``,
            ``reward_unavailable``, or the condition that she does not meet;
            ``reward_in_miniprogram``: it costs money or comes by WeChat Pay, and nobody is
            told there.
            ``address_missing``: it is sent, and nobody told where.
    """
    # a collision: the name or the code is another's
    asked = _Asked(slot, payer, destination)
    return await in_transaction(lambda: _redeem(member_id, uuid, asked, at=at))


async def _redeem(member_id: int, uuid: UUID, asked: _Asked, *, at: datetime) -> Redeemed:
    slot, payer = asked.slot, asked.payer
    await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
    known = await named(uuid, at=at)
    if known is not None:
        if (known.member_id, known.slot) != (member_id, slot) or await _is_elsewhere(uuid, asked):
            raise Conflict("key_reused")
        return known
    wish = await _wish(member_id, uuid, slot=slot, at=at)
    taken = (await taken_of([wish.rule], member_id=member_id, at=at)).get(slot, Taken())
    refusal = refusal_of(wish.rules, wish.reward, wish.facts, taken=taken)
    if refusal is not None:
        raise refusal
    if payer is None and (wish.reward.cash_fen or wish.reward.wants_wechat):
        raise Refused("reward_in_miniprogram")
    if wish.reward.wants_address and asked.destination is None:
        raise Refused("address_missing")
    await _pay(wish)
    redeemed = await _write(wish)
    if payer is not None and wish.reward.cash_fen:
        await await_payment(uuid, payer, wish.reward.cash_fen, at=at)
    if payer is not None and isinstance(wish.reward, PayCoupon):
        await sending.plan(uuid, wish.reward.stock_id, payer, at=at)
    if asked.destination is not None and wish.reward.wants_address:
        await shipping.keep(uuid, asked.destination)
    return redeemed


async def _is_elsewhere(uuid: UUID, asked: _Asked) -> bool:
    """Say whether what is known by this name was to be sent to another address."""
    if asked.destination is None:
        return False
    kept = await shipping.address_of(uuid, asked.destination.sealer)
    return kept is not None and kept != asked.destination.address


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
            ``reward_unavailable``.
    """
    reward = wish.reward
    if reward.cash_fen:
        found = reserved(wish.at)
    else:
        found = await fulfilled(reward, wish.member_id, wish.uuid, at=wish.at)
    rows = await db.fetch(
        _REDEEM,
        wish.at,
        wish.uuid,
        wish.member_id,
        wish.rule.slot,
        wish.rule.version_id,
        reward.points,
        found.code,
        found.coupon_id,
        reward.stock,
        found.expires_at,
        found.state.value,
        reward.cash_fen,
        reward.times,
    )
    if not rows:
        raise Refused("reward_out_of_stock")
    await made_ready(reward, found, wish.uuid, at=wish.at)
    return as_told(rows[0])
