"""Claim the reward of a challenge: each step once a round."""

from datetime import datetime

from msgspec import Struct

from loyalty import boosts, coupons, ledger, programme
from loyalty.boosts import Grant
from loyalty.calendar import days_good
from loyalty.challenges import CHALLENGES, ChallengeStep
from loyalty.coupons import Issue, Reason
from loyalty.errors import NotFound, Refused
from loyalty.programme import Programme
from loyalty.progress import held
from loyalty.progress.counting import Progress, ProgressState, StepProgress, progress
from loyalty.progress.held import HeldClaim, key_of
from loyalty.rule_points import earn_by_rule
from loyalty.standing.changes import changed
from models import db


class Claimed(Struct, frozen=True):
    """What a claim gave: points that can be spent at once, the id of a coupon, and a boost.

    With ``boost_percent`` 200 what she buys earns double for ``boost_days``; 0 is none.
    """

    points: int
    coupon_id: int | None
    boost_percent: int = 0
    boost_days: int = 0


async def claim(
    member_id: int, code: str, round_name: str, *, at: datetime, step: int = 1
) -> Claimed:
    """Give the reward of a step that a member has reached; the same again gives the same.

    Joins the caller's transaction.

    Raises:
        NotFound: ``no_such_challenge``, ``no_such_step``, ``no_such_member``.
        Refused: ``round_is_over``, ``round_is_coming``, ``challenge_not_reached``, or why it is
            not for her.
    """
    rules = await programme.load()
    async with db.transaction():
        await db.fetch("SELECT id FROM member WHERE id = $1 FOR NO KEY UPDATE", member_id)
        found = await progress(member_id, at=at, rules=rules)
        hers = next((one for one in found if one.code == code), None)
        if hers is None or hers.round.name != round_name:
            return await _earlier(
                member_id, code, round_name, step=step, rules=rules, is_known=bool(hers)
            )
        one = next((one for one in hers.steps if one.place == step), None)
        if one is None:
            raise NotFound("no_such_step", step=step, steps=len(hers.steps))
        if one.state is ProgressState.CLAIMED:
            return await _earlier(member_id, code, round_name, step=step, rules=rules)
        if hers.state is ProgressState.COMING:
            raise Refused("round_is_coming", starts_at=hers.round.starts_at.isoformat())
        if one.state is ProgressState.OPEN:
            raise _not_yet(hers, one)
        return await give(member_id, hers, one, rules=rules, at=at)


def _not_yet(hers: Progress, one: StepProgress) -> Refused:
    if hers.refusals:
        return hers.refusals[0]
    return Refused("challenge_not_reached", done=hers.done, target=one.step.target)


async def _earlier(
    member_id: int,
    code: str,
    round_name: str,
    *,
    step: int,
    rules: Programme,
    is_known: bool = True,
) -> Claimed:
    """Return what an earlier claim gave.

    Raises:
        NotFound: ``no_such_challenge``: there is none, and she claimed nothing of it.
        Refused: ``round_is_over``: nothing was claimed in it.
    """
    claims = await held.of_rounds([member_id], [f"challenge:{code}"], [round_name])
    for one in claims.get(member_id, ()):
        if one.step == step and one.undone_at is None:
            return _claimed(one, rules)
    if not is_known:
        raise NotFound("no_such_challenge")
    raise Refused("round_is_over", round=round_name)


def _claimed(one: HeldClaim, rules: Programme) -> Claimed:
    """Return what a claim gave, by the version that gave it."""
    rule = rules.version(one.rule_version_id, CHALLENGES)
    assert rule is not None, "versions stay for what they made"
    return _told(one.last_points, one.coupon_id, rule.body.steps[one.step - 1])


def _told(points: int, coupon_id: int | None, step: ChallengeStep) -> Claimed:
    days = step.boost_days if step.boost_percent else 0
    return Claimed(points, coupon_id, step.boost_percent, days)


def can_give(one: StepProgress, *, rules: Programme, at: datetime) -> bool:
    """Say whether what a step promises is in force: points are, a coupon's batch may end."""
    slot = one.step.reward_coupon_slot
    return not slot or coupons.batch(rules, slot, at=at) is not None


_CLAIM = """
INSERT INTO challenge_claim (member_id, slot, round, step, rule_version_id, starts_at, ends_at,
                             times, points, last_points, coupon_id, claimed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (member_id, slot, round, step) DO UPDATE
SET rule_version_id = excluded.rule_version_id, times = excluded.times, points = excluded.points,
    last_points = excluded.last_points, coupon_id = excluded.coupon_id,
    claimed_at = excluded.claimed_at, undone_at = NULL
"""


async def give(
    member_id: int, hers: Progress, one: StepProgress, *, rules: Programme, at: datetime
) -> Claimed:
    """Give what a ready step promises; the caller holds the member's row.

    What was undone before is given again, as far as it was taken back.

    Raises:
        NotFound: ``no_such_coupon_batch``: what it promises is not in force.
    """
    if not can_give(one, rules=rules, at=at):
        raise NotFound("no_such_coupon_batch", slot=one.step.reward_coupon_slot)
    before, slot = one.before, f"challenge:{hers.code}"
    owner_id, times = (before.owner_id, before.times + 1) if before else (member_id, 1)
    key = key_of(slot, hers.round.name, one.place, owner_id=owner_id, times=times)
    still_hers = before.points if before else 0
    points = max(one.step.reward_points - still_hers, 0)
    if points:
        await _earn(member_id, key, hers, points, rules=rules, at=at)
    coupon_id = before.coupon_id if before else None
    if one.step.reward_coupon_slot and coupon_id is None:
        coupon_id = await _issue(member_id, key, hers, one, at=at)
    await db.fetch(
        _CLAIM,
        owner_id,
        slot,
        hers.round.name,
        one.place,
        hers.rule_version_id,
        hers.round.starts_at,
        None if hers.is_endless else hers.round.ends_at,
        times,
        points + still_hers,
        points,
        coupon_id,
        at,
    )
    if one.step.boost_percent:
        await boosts.give([_boost(member_id, key, hers, one.step, at=at)], at=at)
    return _told(points, coupon_id, one.step)


def _boost(member_id: int, key: str, hers: Progress, step: ChallengeStep, *, at: datetime) -> Grant:
    """Return the boost of a step: from the claim to the end of its last Shanghai day."""
    return Grant(
        key=key,
        member_id=member_id,
        times_percent=step.boost_percent,
        starts_at=at,
        ends_at=days_good(at, step.boost_days),
        cause=f"challenge:{hers.code}",
        rule_version_id=hers.rule_version_id,
    )


async def _earn(
    member_id: int, key: str, hers: Progress, points: int, *, rules: Programme, at: datetime
) -> None:
    earned = earn_by_rule(
        member_id,
        key,
        points,
        slot=f"challenge:{hers.code}",
        rule_version_id=hers.rule_version_id,
        rules=rules,
        at=at,
    )
    await ledger.record_one(earned)
    await changed([member_id])


async def _issue(
    member_id: int, key: str, hers: Progress, one: StepProgress, *, at: datetime
) -> int:
    reason = Reason(zh=hers.challenge.name_zh, en=hers.challenge.name_en)
    wanted = Issue(key, member_id, one.step.reward_coupon_slot, reason)
    (issued,) = await coupons.issue([wanted], at=at)
    issued.unwrap()
    (row,) = await db.fetch("SELECT id FROM coupon WHERE key = $1", key)
    coupon_id: int = row["id"]
    return coupon_id
