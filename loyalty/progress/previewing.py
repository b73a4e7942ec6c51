"""Who would have reached a challenge, and at what cost: counted on the past, nothing is written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty import programme
from loyalty.challenges import CHALLENGES, Challenge, ChallengeStep
from loyalty.facts import Case
from loyalty.programme import Programme
from loyalty.progress.seeing import Seen, see
from loyalty.seasons import Season, before, season
from loyalty.standing.knowing import facts_of_all
from models import db

MOST_LOOKED_AT = 10_000
PAGE = 1000
NEAR_PERCENT = 70
LATELY = timedelta(days=30)

_STANDS = "merged_into_id IS NULL AND deleted_at IS NULL"
_COUNT = f"SELECT count(*) AS members FROM member WHERE {_STANDS}"
_PAGE = f"""
SELECT id FROM member WHERE {_STANDS} AND id % $1 = 0 AND id > $2 ORDER BY id LIMIT $3
"""


class StepPreview(Struct):
    """One step in one round: who has reached it, who is near, and what they would be given."""

    step: ChallengeStep
    reached: int = 0
    near: int = 0

    @property
    def points(self) -> int:
        """Return the points that it gives to those who reached it."""
        return self.reached * self.step.reward_points

    @property
    def coupons(self) -> int:
        """Return the coupons that it gives to them."""
        return self.reached if self.step.reward_coupon_slot else 0


class RoundPreview(Struct, frozen=True):
    """A round as it was, or as it is so far."""

    span: Season
    is_over: bool
    steps: list[StepPreview]


class ChallengePreview(Struct, frozen=True):
    """The newest rounds; where only every so many-th member was looked at, they are estimates."""

    every: int
    rounds: list[RoundPreview]


async def preview(
    draft: Challenge, slot: str, *, at: datetime, most: int = MOST_LOOKED_AT
) -> ChallengePreview:
    """Return who would have reached each step of a draft, in the round before and so far in this.

    Whoever is past 70 percent of a step's target is near it. Conditions are asked as of now.
    """
    rules = await programme.load()
    rules = replace(rules, wanted=rules.wanted | draft.conditions.wanted())
    spans = _spans(draft, slot, rules, at=at)
    found = [RoundPreview(one, one.ends_at <= at, _steps(draft)) for one in spans]
    (counted,) = await db.fetch(_COUNT)
    every = max(1, -(-counted["members"] // most))
    after = 0
    while rows := await db.fetch(_PAGE, every, after, PAGE):
        ids = [row["id"] for row in rows]
        await _count(draft, ids, found, rules, at=at)
        after = ids[-1]
    for one in found:
        for step in one.steps:
            step.reached, step.near = step.reached * every, step.near * every
    return ChallengePreview(every, found)


def _steps(draft: Challenge) -> list[StepPreview]:
    return [StepPreview(step) for step in draft.steps]


def _spans(draft: Challenge, slot: str, rules: Programme, *, at: datetime) -> list[Season]:
    """Return the round before and the one that runs; of one that comes once, the last 30 days."""
    if draft.rounds == "once":
        begun = at - LATELY
        if rules.find(slot, CHALLENGES, at) is not None:
            begun = max(begun, rules.begins_at(slot, CHALLENGES))
        return [Season("once", begun, at + LATELY)]
    this = season(draft.rounds, at, rules.seasons(at))
    return [before(draft.rounds, this, rules.seasons(at)), this]


async def _count(
    draft: Challenge,
    member_ids: Sequence[int],
    found: Sequence[RoundPreview],
    rules: Programme,
    *,
    at: datetime,
) -> None:
    facts = await facts_of_all(member_ids, at=at, rules=rules)
    meant = [one for one, hers in facts.items() if not draft.conditions.refusals(Case(hers))]
    since = min(one.span.starts_at for one in found)
    seen = await see(meant, [draft], since=since, until=at)
    for one in found:
        for done in _done(draft, meant, seen, one.span):
            for step in one.steps:
                target = step.step.target
                step.reached += done >= target
                step.near += NEAR_PERCENT * target <= 100 * done < 100 * target


def _done(draft: Challenge, member_ids: Sequence[int], seen: Seen, span: Season) -> Iterator[int]:
    """Go through how many each member has done, of those who have what it takes to claim."""
    for member_id in member_ids:
        happenings = seen.of(member_id, draft, span)
        if not draft.lacks(happenings):
            yield draft.reached(happenings)
