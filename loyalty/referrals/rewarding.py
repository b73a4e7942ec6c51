"""What both sides are given for invitations that count, and lose where they do no more."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import Struct

from loyalty import boosts, coupons
from loyalty.boosts import Grant
from loyalty.calendar import days_good
from loyalty.crossings.giving import Due, give, take_back
from loyalty.crossings.histories import GivenReward, given
from loyalty.milestones import Crossing
from loyalty.policies import POLICIES
from loyalty.policies.referral import ReferralPolicy, UnlockStep
from loyalty.programme import Programme, Rule
from loyalty.referrals.codes import SLOT
from loyalty.roots import ids_of
from models import ReferralState, db


class Promise(Struct, frozen=True):
    """What one side of an invitation that counts, or a step, gives: as a milestone says it."""

    name_zh: str
    name_en: str
    reward_points: int = 0
    reward_coupon_slot: str = ""
    step: UnlockStep | None = None


class _Counting(Struct, frozen=True):
    """One invitation of hers that counts; ``side`` is hers."""

    member_id: int
    side: str
    referral_id: int
    rule_version_id: int
    qualified_at: datetime


_COUNTING = """
SELECT wanted.id AS member_id, 'friend' AS side, referral.id, rule_version_id, qualified_at
FROM unnest($1::bigint[]) AS wanted (id) JOIN referral ON inviter_id = ANY({ids})
WHERE state = $2
UNION ALL
SELECT wanted.id, 'welcome', referral.id, rule_version_id, qualified_at
FROM unnest($1::bigint[]) AS wanted (id) JOIN referral ON invitee_id = ANY({ids})
WHERE state = $2
ORDER BY qualified_at, id
""".format(ids=ids_of("wanted.id"))


async def reward(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Give what is due to these members, and take back what is no more; the caller holds them."""
    rows = await db.fetch(_COUNTING, list(member_ids), ReferralState.QUALIFIED.value)
    counting: dict[int, list[_Counting]] = {member_id: [] for member_id in member_ids}
    for row in rows:
        counting[row["member_id"]].append(_Counting(*row))
    held = await given(list(member_ids), slots=SLOT)
    gone: list[tuple[int, GivenReward]] = []
    due: list[Due] = []
    for member_id, hers in counting.items():
        reached = _reached(member_id, hers, rules, at=at)
        gone += [
            (member_id, one)
            for one in held[member_id]
            if one.undone_at is None and not _still(one.name, hers)
        ]
        standing = {one.name for one in held[member_id] if one.undone_at is None}
        before = {one.name: one for one in held[member_id] if one.owner_id == member_id}
        due += [
            Due(member_id, rule, crossing, before.get(crossing.name))
            for rule, crossing in reached
            if crossing.name not in standing and _can_give(rule.body, rules, at=at)
        ]
    await take_back(gone, rules, at=at)
    await boosts.end([one.key for _, one in gone], at=at)
    await give(due, rules, at=at)
    await boosts.give([grant for one in due for grant in _grants(one, at=at)], at=at)


def _reached(
    member_id: int, hers: Sequence[_Counting], rules: Programme, *, at: datetime
) -> Iterator[tuple[Rule, Crossing]]:
    """Go through what she has earned by invitations: a reward for each, and the steps."""
    for one in hers:
        rule = rules.version(one.rule_version_id, POLICIES)
        assert rule is not None, "versions stay for what they made"
        promise = _promise(rule.body, one.side)
        if promise.reward_points or promise.reward_coupon_slot:
            name = f"{one.side}:{one.referral_id}"
            yield replace(rule, body=promise), Crossing(name, one.qualified_at)
    friends = [one.qualified_at for one in hers if one.side == "friend"]
    now = rules.find(SLOT, POLICIES, at)
    steps = now.body.unlock_steps if now else ()
    for step in steps:
        if now and step.friends <= len(friends):
            promise = Promise(now.body.name_zh, now.body.name_en, step=step)
            moment = friends[step.friends - 1]
            yield replace(now, body=promise), Crossing(f"unlock:{step.friends}", moment)


def _promise(policy: ReferralPolicy, side: str) -> Promise:
    if side == "friend":
        points, coupon_slot = policy.inviter_points, policy.inviter_coupon_slot
    else:
        points, coupon_slot = policy.friend_points, policy.friend_coupon_slot
    return Promise(policy.name_zh, policy.name_en, points, coupon_slot)


def _still(name: str, hers: Sequence[_Counting]) -> bool:
    """Say whether she still has what a reward was given for."""
    side, _, number = name.partition(":")
    if side == "unlock":
        return sum(one.side == "friend" for one in hers) >= int(number)
    return any((one.side, str(one.referral_id)) == (side, number) for one in hers)


def _can_give(promise: Promise, rules: Programme, *, at: datetime) -> bool:
    """Say whether it can be given now; a batch that is not in force leaves it open."""
    slot = promise.reward_coupon_slot
    return not slot or coupons.batch(rules, slot, at=at) is not None


def _grants(due: Due, *, at: datetime) -> Iterator[Grant]:
    """Return the boost of a step; one that was taken back comes again for its days."""
    step: UnlockStep | None = due.rule.body.step
    if step:
        yield Grant(
            key=due.key,
            member_id=due.member_id,
            times_percent=step.times_percent,
            starts_at=at,
            ends_at=days_good(at, step.days),
            cause=SLOT,
            rule_version_id=due.rule.version_id,
        )
