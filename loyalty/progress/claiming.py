"""Claim the reward of a challenge, once a round."""

from datetime import datetime

from msgspec import Struct

from loyalty import coupons, ledger, programme, standing
from loyalty.challenges import CHALLENGES
from loyalty.coupons import Issue, Reason
from loyalty.errors import NotFound, Refused
from loyalty.programme import Programme
from loyalty.progress.counting import Progress, ProgressState, progress
from loyalty.roots import HER_IDS
from models import db


class Claimed(Struct, frozen=True):
    """What a claim gave: points that can be spent at once, and the id of a coupon."""

    points: int
    coupon_id: int | None


async def claim(member_id: int, code: str, round_name: str, *, at: datetime) -> Claimed:
    """Give the reward of a challenge that a member has reached; the same again gives the same.

    Joins the caller's transaction.

    Raises:
        NotFound: ``no_such_challenge``, ``no_such_member``.
        Refused: ``round_is_over``, ``challenge_not_reached``, or why it is not for her.
    """
    rules = await programme.load()
    async with db.transaction():
        await db.fetch("SELECT id FROM member WHERE id = $1 FOR NO KEY UPDATE", member_id)
        found = await progress(member_id, at=at, rules=rules)
        hers = next((one for one in found if one.code == code), None)
        if hers is None:
            raise NotFound("no_such_challenge")
        if hers.round.name != round_name or hers.state is ProgressState.CLAIMED:
            return await _earlier(member_id, code, round_name, rules=rules)
        if hers.state is ProgressState.OPEN:
            raise _not_yet(hers)
        return await give(member_id, hers, rules=rules, at=at)


def _not_yet(hers: Progress) -> Refused:
    if hers.refusals:
        return hers.refusals[0]
    return Refused("challenge_not_reached", done=hers.done, target=hers.challenge.target)


async def _earlier(member_id: int, code: str, round_name: str, *, rules: Programme) -> Claimed:
    """Return what a claim of an earlier round gave.

    Raises:
        Refused: ``round_is_over``: nothing was claimed in it.
    """
    rows = await db.fetch(
        "SELECT rule_version_id, member_id FROM challenge_claim"
        f" WHERE member_id = ANY({HER_IDS}) AND slot = $2 AND round = $3 ORDER BY claimed_at",
        member_id,
        f"challenge:{code}",
        round_name,
    )
    rule = rules.version(rows[0]["rule_version_id"], CHALLENGES) if rows else None
    if rule is None:
        raise Refused("round_is_over", round=round_name)
    return Claimed(
        rule.body.reward_points, await _coupon(_key(rows[0]["member_id"], code, round_name))
    )


def can_give(hers: Progress, *, rules: Programme, at: datetime) -> bool:
    """Say whether what a challenge promises is in force: points are, a coupon's batch may end."""
    slot = hers.challenge.reward_coupon_slot
    return not slot or coupons.batch(rules, slot, at=at) is not None


async def give(member_id: int, hers: Progress, *, rules: Programme, at: datetime) -> Claimed:
    """Give what a ready challenge promises; the caller holds the member's row.

    Raises:
        NotFound: ``no_such_coupon_batch``: what it promises is not in force.
    """
    key = _key(member_id, hers.code, hers.round.name)
    added = await db.fetch(
        "INSERT INTO challenge_claim (member_id, slot, round, rule_version_id, claimed_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING slot",
        member_id,
        f"challenge:{hers.code}",
        hers.round.name,
        hers.rule_version_id,
        at,
    )
    if not added:
        return await _earlier(member_id, hers.code, hers.round.name, rules=rules)
    if not can_give(hers, rules=rules, at=at):
        raise NotFound("no_such_coupon_batch", slot=hers.challenge.reward_coupon_slot)
    challenge = hers.challenge
    if challenge.reward_points:
        expiry = rules.expiry(at)
        await ledger.record_one(
            ledger.Earn(
                member_id=member_id,
                key=key,
                at=at,
                cause=f"challenge:{hers.code}",
                points=challenge.reward_points,
                settles_at=at,
                expires_at=expiry.expires_at(at),
                idle_expires_at=expiry.idle_expires_at(at),
                rule_version_id=hers.rule_version_id,
            )
        )
        await standing.changed([member_id])
    if challenge.reward_coupon_slot:
        reason = Reason(zh=challenge.name_zh, en=challenge.name_en)
        (issued,) = await coupons.issue(
            [Issue(key=key, member_id=member_id, slot=challenge.reward_coupon_slot, reason=reason)],
            at=at,
        )
        issued.unwrap()
    return Claimed(challenge.reward_points, await _coupon(key))


def _key(member_id: int, code: str, round_name: str) -> str:
    return f"challenge:{code}:{round_name}:{member_id}"


async def _coupon(key: str) -> int | None:
    rows = await db.fetch("SELECT id FROM coupon WHERE key = $1", key)
    return rows[0]["id"] if rows else None
