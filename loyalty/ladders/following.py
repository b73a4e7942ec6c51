"""Bring the coupons that members have on ladders to what they have reached."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty.calendar import days_good
from loyalty.ladders.histories import Bought, HeldCoupon, bought, held
from loyalty.milestones import Crossing
from loyalty.policies import POLICIES
from loyalty.policies.ladder import Ladder, Rung
from loyalty.programme import Programme, Rule
from models import ShopCouponState, db

GIVEN = (ShopCouponState.ASKED, ShopCouponState.SENT)
OPEN = (ShopCouponState.WAITING, ShopCouponState.REFUSED)
# Which of two coupons for the same stays: what is given already, then what is nearest to it.
_BEFORE = (
    ShopCouponState.SENT,
    ShopCouponState.ASKED,
    ShopCouponState.WAITING,
    ShopCouponState.REFUSED,
    ShopCouponState.LAPSED,
)


class _Due(NamedTuple):
    member_id: int
    rule: Rule
    rung: Rung
    crossing: Crossing


# What was withdrawn of her own is hers again, on the terms of now.
_GIVE = """
INSERT INTO shop_coupon (member_id, slot, round, rung, shop, coupon_fen, least_order_fen,
                         rule_version_id, reached_at, lapses_at, given_at)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
                     $7::bigint[], $8::bigint[], $9::timestamptz[], $10::timestamptz[]) AS wanted,
              (VALUES ($11::timestamptz)) AS given (given_at)
ORDER BY 1, 2, 3, 4
ON CONFLICT (member_id, slot, round, rung) DO UPDATE
SET shop = excluded.shop, coupon_fen = excluded.coupon_fen,
    least_order_fen = excluded.least_order_fen, rule_version_id = excluded.rule_version_id,
    reached_at = excluded.reached_at, lapses_at = excluded.lapses_at, given_at = excluded.given_at,
    state = 'waiting', batch_id = NULL, name = NULL, number = NULL, error = NULL, asked_at = NULL,
    ended_at = NULL, below_at = NULL
WHERE shop_coupon.state = 'withdrawn'
"""

# A worker may have asked for it since it was read: then it stays, and it is noted.
_BELOW = """
UPDATE shop_coupon
SET state = CASE WHEN state IN ('waiting', 'refused') THEN 'withdrawn' ELSE state END,
    ended_at = CASE WHEN state IN ('waiting', 'refused') THEN $2 ELSE ended_at END,
    below_at = CASE WHEN state IN ('asked', 'sent') THEN $2 END
WHERE id = ANY($1::bigint[]) AND state IN ('waiting', 'refused', 'asked', 'sent')
"""

_WITHDRAW = """
UPDATE shop_coupon SET state = 'withdrawn', ended_at = $2
WHERE id = ANY($1::bigint[]) AND state IN ('waiting', 'refused')
"""

_ABOVE = "UPDATE shop_coupon SET below_at = NULL WHERE id = ANY($1::bigint[])"


async def follow(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Give what members have newly reached, and withdraw what they have reached no more.

    What their shop has given them already is theirs; that they are below is noted. The caller
    holds the members' rows. A constant number of statements; none where there never was a ladder.
    """
    if not any(isinstance(rule.body, Ladder) for rule in rules.rules.get(POLICIES.name, ())):
        return
    found = await bought(member_ids)
    hers = await held(list(found))
    ladders = [one for one in rules.of(POLICIES, at) if isinstance(one.body, Ladder)]
    due: list[_Due] = []
    below: list[int] = []
    above: list[int] = []
    twice: list[int] = []
    for member_id, history in found.items():
        crossed = _Crossed(history, rules)
        standing = [one for one in hers[member_id] if one.state is not ShopCouponState.WITHDRAWN]
        for one in standing:
            is_reached = _is_reached(one, crossed, rules)
            if not is_reached and one.below_at is None and one.state in (*OPEN, *GIVEN):
                below.append(one.id)
            elif is_reached and one.below_at is not None:
                above.append(one.id)
        twice += _twice(standing, rules)
        due += _due(member_id, crossed, standing, ladders)
    for sql, ids in ((_BELOW, below), (_WITHDRAW, twice)):
        if ids:
            await db.fetch(sql, sorted(ids), at)
    if above:
        await db.fetch(_ABOVE, sorted(above))
    await _give(due, at=at)


class _Crossed:
    """What one member has reached, by each version of a ladder: worked out once a version."""

    def __init__(self, history: Bought, rules: Programme) -> None:
        self._history = history
        self._rules = rules
        self._by_version: dict[int, list[tuple[Rung, Crossing]]] = {}

    def by(self, rule: Rule) -> list[tuple[Rung, Crossing]]:
        if rule.version_id not in self._by_version:
            ladder: Ladder = rule.body
            begun_at = self._rules.begins_at(rule.slot, POLICIES)
            found = ladder.crossings(self._history.counted_by(ladder), begun_at=begun_at)
            self._by_version[rule.version_id] = list(found)
        return self._by_version[rule.version_id]


def _is_reached(one: HeldCoupon, crossed: _Crossed, rules: Programme) -> bool:
    """Say whether she has reached it by the rule that gave it."""
    rule = _made_by(one, rules)
    return any(
        one.rung == rung.code and rule.body.is_same(one.crossing, crossing)
        for rung, crossing in crossed.by(rule)
    )


def _made_by(one: HeldCoupon, rules: Programme) -> Rule:
    rule = rules.version(one.rule_version_id, POLICIES)
    assert rule is not None, "versions stay for what they made"
    return rule


def _twice(standing: Iterable[HeldCoupon], rules: Programme) -> Iterator[int]:
    """Go through what she has not got yet, and has for the same already: two became one."""
    kept: list[HeldCoupon] = []
    for one in sorted(standing, key=lambda one: (_BEFORE.index(one.state), one.id)):
        ladder: Ladder = _made_by(one, rules).body
        if one.state in OPEN and _has(kept, one.slot, one.rung, one.crossing, ladder):
            yield one.id
        else:
            kept.append(one)


def _has(
    held: Iterable[HeldCoupon], slot: str, rung: str, crossing: Crossing, ladder: Ladder
) -> bool:
    """Say whether one of these coupons is for a rung that is reached so."""
    return any(
        (one.slot, one.rung) == (slot, rung) and ladder.is_same(one.crossing, crossing)
        for one in held
    )


def _due(
    member_id: int, crossed: _Crossed, standing: Sequence[HeldCoupon], ladders: Iterable[Rule]
) -> Iterator[_Due]:
    for rule in ladders:
        for rung, crossing in crossed.by(rule):
            if not _has(standing, rule.slot, rung.code, crossing, rule.body):
                yield _Due(member_id, rule, rung, crossing)


async def _give(due: Sequence[_Due], *, at: datetime) -> None:
    if not due:
        return
    await db.fetch(
        _GIVE,
        [one.member_id for one in due],
        [one.rule.slot for one in due],
        [one.crossing.name for one in due],
        [one.rung.code for one in due],
        [one.rule.body.shop for one in due],
        [one.rung.coupon_yuan * 100 for one in due],
        [one.rung.least_order_yuan * 100 for one in due],
        [one.rule.version_id for one in due],
        [one.crossing.reached_at for one in due],
        [days_good(at, one.rule.body.waits_days) for one in due],
        at,
    )
