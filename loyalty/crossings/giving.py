"""Give the reward of a milestone, and take back what can be taken back of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from loyalty import coupons, ledger, taking_back
from loyalty.coupons import Issue, Reason
from loyalty.crossings.histories import GivenReward, key_of
from loyalty.errors import Refused
from loyalty.milestones import Crossing
from loyalty.programme import Programme, Rule
from loyalty.rule_points import earn_by_rule
from models import db


class Due(NamedTuple):
    """A reward to give; ``before`` is what she was given for the same and was undone."""

    member_id: int
    rule: Rule
    crossing: Crossing
    before: GivenReward | None

    @property
    def times(self) -> int:
        """Return which time it is given."""
        return self.before.times + 1 if self.before else 1

    @property
    def key(self) -> str:
        """Return the key of its coupon and of its entry."""
        return key_of(self.rule.slot, self.crossing.name, self.member_id, self.times)

    @property
    def coupon_slot(self) -> str:
        """Return the batch of the coupon to give; none where she has or used the one of before."""
        has_one = self.before is not None and self.before.coupon_id is not None
        return "" if has_one else self.rule.body.reward_coupon_slot

    @property
    def points(self) -> int:
        """Return the points to give: those of before that could not be taken back are with her."""
        still_hers = self.before.points if self.before else 0
        promised: int = self.rule.body.reward_points
        return max(promised - still_hers, 0)


_GIVE = """
INSERT INTO milestone_reached (member_id, slot, name, rule_version_id, times, points, last_points,
                               coupon_id, reached_at, given_at)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::integer[],
                     $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[]) AS wanted,
              (VALUES ($10::timestamptz)) AS given (given_at)
ORDER BY 1, 2, 3
ON CONFLICT (member_id, slot, name) DO UPDATE
SET rule_version_id = excluded.rule_version_id, times = excluded.times, points = excluded.points,
    last_points = excluded.last_points, coupon_id = excluded.coupon_id,
    reached_at = excluded.reached_at, given_at = excluded.given_at, undone_at = NULL
"""

_UNDO = """
UPDATE milestone_reached SET points = points - taken, coupon_id = NULLIF(coupon_id, gone),
       last_points = 0, undone_at = $6
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
     AS wanted (owner, of_slot, of_name, taken, gone)
WHERE member_id = owner AND slot = of_slot AND name = of_name
"""


async def give(due: Sequence[Due], rules: Programme, *, at: datetime) -> None:
    """Give rewards that are in force and meant for them; the caller holds the members' rows."""
    if not due:
        return
    coupon_ids = await _issue(due, at=at)
    await _earn([one for one in due if one.points], rules, at=at)
    await db.fetch(
        _GIVE,
        [one.member_id for one in due],
        [one.rule.slot for one in due],
        [one.crossing.name for one in due],
        [one.rule.version_id for one in due],
        [one.times for one in due],
        [one.points + (one.before.points if one.before else 0) for one in due],
        [one.points for one in due],
        [coupon_ids.get(one.key, one.before and one.before.coupon_id) for one in due],
        [one.crossing.reached_at for one in due],
        at,
    )


async def _issue(due: Sequence[Due], *, at: datetime) -> dict[str, int]:
    wanted = [
        Issue(one.key, one.member_id, one.coupon_slot, _reason(one.rule))
        for one in due
        if one.coupon_slot
    ]
    outcomes = await coupons.issue(wanted, at=at) if wanted else []
    # where the batch has no more she has the rest of her reward
    return {
        one.key: done.unwrap()
        for one, done in zip(wanted, outcomes, strict=True)
        if not isinstance(done.refusal, Refused)
    }


def _reason(rule: Rule) -> Reason:
    return Reason(zh=rule.body.name_zh, en=rule.body.name_en)


async def _earn(due: Sequence[Due], rules: Programme, *, at: datetime) -> None:
    if not due:
        return
    outcomes = await ledger.record(
        [
            earn_by_rule(
                one.member_id,
                one.key,
                one.points,
                slot=one.rule.slot,
                rule_version_id=one.rule.version_id,
                rules=rules,
                at=at,
            )
            for one in due
        ]
    )
    for outcome in outcomes:
        outcome.unwrap()


async def take_back(
    gone: Sequence[tuple[int, GivenReward]], rules: Programme, *, at: datetime
) -> None:
    """Take back points, and coupons that are not used; the caller holds the members' rows."""
    taken = await taking_back.take_back(gone, rules, at=at) if gone else []
    if taken:
        await db.fetch(
            _UNDO,
            [one.given.owner_id for one in taken],
            [one.given.slot for one in taken],
            [one.given.name for one in taken],
            [one.points for one in taken],
            [one.coupon_id for one in taken],
            at,
        )
