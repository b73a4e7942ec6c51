"""What there is to redeem, and why a member may not: one answer for the list and for the deed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty import coupons, programme, standing
from loyalty.conditions import wanted_by
from loyalty.coupons import Held
from loyalty.discounts.exchange import Exchange
from loyalty.errors import Refused
from loyalty.facts import Case, Facts
from loyalty.programme import Programme, Rule
from loyalty.redemptions import exchanging, stocks
from loyalty.redemptions.exchanging import Usable
from loyalty.rewards import REWARDS, Reward
from loyalty.rewards.coupon import CouponReward
from loyalty.rewards.early_access import EarlyAccess
from loyalty.standing import Known

PREFIX = "reward:"


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of a reward are taken: of its stock by all, in the time of her limit by her."""

    of_stock: int = 0
    hers: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One reward as a member sees it; None of a number means no end.

    ``redeemed`` counts what all members took of it and did not give back. ``coupon`` is one of hers
    that she can have it for, instead of points. ``refusal`` says why she cannot redeem it now,
    ``points_short`` how many points she lacks.
    """

    slot: str
    kind: str
    reward: Reward
    redeemed: int
    stock_left: int | None
    left_for_her: int | None
    points_short: int
    coupon: Held | None
    refusal: Refused | None


async def catalogue(member_id: int, *, at: datetime) -> list[CatalogueLine]:
    """Return the rewards in force by their slots, each with what is left and what is missing.

    Of her coupons for one the first counts whose conditions she meets; where she meets those of
    none, it is had for points as by everybody. One that is had for a coupon only is shown to
    whoever has such a coupon.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = await programme.recent()
    hers = await exchanging.usable(member_id, rules, at=at)
    offered = rules.of(REWARDS, at)
    rewards = [one for one in offered if one.slot in hers or not one.body.needs_coupon]
    batches = [one.batch for coupons_for in hers.values() for one in coupons_for]
    wanted = wanted_by(one.conditions for one in [*(rule.body for rule in rewards), *batches])
    known = await standing.known(member_id, at=at, rules=rules, wanted=wanted)
    taken = await taken_of(rewards, member_id=member_id, at=at)
    return [
        _line(rules, rule, known, taken=taken.get(rule.slot, Taken()), hers=hers.get(rule.slot, []))
        for rule in rewards
    ]


def _line(
    rules: Programme, rule: Rule, known: Known, *, taken: Taken, hers: Sequence[Usable]
) -> CatalogueLine:
    reward: Reward = rule.body
    kind = REWARDS.kind_of(reward)
    assert kind is not None, "it was read from the registry"
    chosen = _chosen(reward, hers, known.facts)
    coupon = chosen.batch if chosen else None
    refusal = refusal_of(rules, reward, known.facts, taken=taken, coupon=coupon)
    available = known.balance.available
    if refusal is None and coupon is None and available < reward.points:
        refusal = Refused("not_enough_points", wanted=reward.points, available=available)
    return CatalogueLine(
        slot=rule.slot,
        kind=kind,
        reward=reward,
        redeemed=taken.of_stock,
        stock_left=_left(reward.stock, taken.of_stock),
        left_for_her=_left(reward.per_member, taken.hers),
        points_short=max(0, reward.points - available),
        coupon=chosen.held if chosen else None,
        refusal=refusal,
    )


def _chosen(reward: Reward, hers: Sequence[Usable], facts: Facts) -> Usable | None:
    good = (one for one in hers if not one.batch.conditions.refusals(Case(facts)))
    return next(good, hers[0] if hers and reward.needs_coupon else None)


def _left(most: int | None, taken: int) -> int | None:
    return None if most is None else max(0, most - taken)


async def taken_of(rewards: Sequence[Rule], *, member_id: int, at: datetime) -> dict[str, Taken]:
    """Return how many are taken of each reward."""
    since = {(member_id, rule.slot): rule.body.limited_since(at) for rule in rewards}
    of_stock, hers = await stocks.taken({slot for _, slot in since}), await stocks.taken_by(since)
    return {slot: Taken(of_stock.get(slot, 0), hers.get((member_id, slot), 0)) for _, slot in since}


def refusal_of(
    rules: Programme,
    reward: Reward,
    facts: Facts,
    *,
    taken: Taken,
    coupon: Exchange | None = None,
) -> Refused | None:
    """Return why a member may not redeem a reward, whatever her points; None where she may.

    The first unmet condition, ``reward_needs_coupon``, ``reward_limit_reached``,
    ``reward_out_of_stock``, or ``reward_unavailable`` where the coupon batch it names is not in
    force, or where everybody may buy what it is for. With an exchange ``coupon`` the conditions of
    that coupon count, and not those of the reward, nor its limit for each member.
    """
    for refusal in (coupon or reward).conditions.refusals(Case(facts)):
        return refusal
    if coupon is None and reward.needs_coupon:
        return Refused("reward_needs_coupon")
    if coupon is None and reward.per_member is not None and taken.hers >= reward.per_member:
        return Refused("reward_limit_reached", most=reward.per_member)
    if reward.stock is not None and taken.of_stock >= reward.stock:
        return Refused("reward_out_of_stock")
    if isinstance(reward, EarlyAccess) and reward.opens_at <= facts.at:
        return Refused("reward_unavailable")
    if isinstance(reward, CouponReward):
        batch = coupons.batch(rules, reward.coupon_slot, at=facts.at)
        return None if batch else Refused("reward_unavailable")
    return None
