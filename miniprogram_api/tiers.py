"""All tiers as she sees them: hers, those she has and those above, and what hers comes from."""

from datetime import date
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from loyalty import programme, standing
from loyalty.facts import Facts
from loyalty.policies.tiers import Measure, Tier
from loyalty.standing import Growth
from web import tiers
from web.context import Context
from web.languages import Language
from web.session import Shopper

SHOWN = 50


class TierState(StrEnum):
    """Hers now, one below hers, or one above it."""

    CURRENT = "current"
    UNLOCKED = "unlocked"
    LOCKED = "locked"


class TierStep(Struct, frozen=True):
    """One tier; ``takes`` says in her language what it takes, and what is ``missing`` to it."""

    code: str
    name: str
    colour: str
    state: TierState
    threshold: int
    missing: int
    takes: str
    benefits: list[str]


class GrowthLine(Struct, frozen=True):
    """What an order, or a day with a visit, brought; ``told`` is the amount in her language."""

    on: date
    kind: Literal["order", "visit"]
    amount: int
    told: str


class WayUp(Struct, frozen=True):
    """Something that brings her nearer to the next tier."""

    kind: Literal["buy", "check_in"]
    told: str


class TierPage(Struct, frozen=True):
    """All tiers, rising; amounts are in the ``measure``: fen, orders, visits or growth.

    ``reached`` counts within the ``window``; ``growth`` is what it comes from, the newest first,
    at most 50. Hers lasts through ``lasts_through``; null where nothing ends it. ``lines`` say
    what the next one takes, and what keeps hers.
    """

    measure: Measure
    window: str
    reached: int
    reached_told: str
    percent: int
    lasts_through: date | None
    lines: list[str]
    tiers: list[TierStep]
    ways: list[WayUp]
    growth: list[GrowthLine]


async def read(shopper: Shopper, context: Context) -> TierPage:
    """Read the tiers, how far I am, and what that comes from.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    rules = await programme.recent()
    facts = await standing.facts_of(shopper.customer_id, at=at, rules=rules)
    language = shopper.language
    log = await standing.growth(shopper.customer_id, facts.tiers, at=at, limit=SHOWN)
    return TierPage(
        measure=facts.tiers.measure,
        window=tiers.window(facts.tiers).spoken(language),
        reached=facts.reached,
        reached_told=facts.tiers.amount(facts.reached).spoken(language).strip(),
        percent=tiers.percent(facts),
        lasts_through=facts.review.review_on - tiers.DAY if facts.review else None,
        lines=tiers.lines(facts, language),
        tiers=[_step(facts, one, language) for one in facts.tiers.tiers],
        ways=_ways(facts, language),
        growth=[_line(facts, one, language) for one in log],
    )


def _step(facts: Facts, tier: Tier, language: Language) -> TierStep:
    rank = facts.tiers.rank_of(tier.code)
    state = TierState.UNLOCKED if rank < facts.tier_rank else TierState.LOCKED
    return TierStep(
        code=tier.code,
        name=tiers.name(tier).spoken(language),
        colour=tier.colour,
        state=TierState.CURRENT if rank == facts.tier_rank else state,
        threshold=tier.threshold,
        missing=tiers.missing(facts, tier) if rank > facts.tier_rank else 0,
        takes=tiers.takes(facts, tier).spoken(language),
        benefits=list(tiers.benefits(tier, language)),
    )


def _ways(facts: Facts, language: Language) -> list[WayUp]:
    """Return what brings her up; nothing does from the highest tier."""
    if tiers.above(facts) is None:
        return []
    buying, visiting = tiers.buying_brings(facts.tiers), tiers.visiting_brings(facts.tiers)
    return [
        *([WayUp("buy", buying.spoken(language))] if buying else []),
        *([WayUp("check_in", visiting.spoken(language))] if visiting else []),
    ]


def _line(facts: Facts, one: Growth, language: Language) -> GrowthLine:
    told = facts.tiers.amount(one.amount).spoken(language).strip()
    return GrowthLine(one.on, one.kind, one.amount, told)
