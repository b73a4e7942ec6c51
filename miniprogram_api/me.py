"""Who she is to the programme, and her points."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

import web.boosts
from loyalty import boosts, programme, standing
from loyalty.boosts import Boosted
from loyalty.facts import Facts
from loyalty.policies.tiers import Measure
from web import tiers
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.typed import Moment


class Points(Struct, frozen=True):
    """Points at this moment.

    ``available`` can be spent. ``pending`` will be available once orders are past their return
    window. ``debt`` is owed and paid by the next points. ``expiring`` of the available ones lapse
    within 30 days, the first at ``expires_first_at``.
    """

    available: int
    pending: int
    debt: int
    expiring: int
    expires_first_at: Moment | None


class Boost(Struct, frozen=True):
    """What she buys before ``ends_at`` earns so many percent of the points: 200 are double.

    ``line`` says the same in her language.
    """

    times_percent: int
    ends_at: Moment
    line: str


class NextTier(Struct, frozen=True):
    """The tier above hers, and how much of the measure is missing to it."""

    code: str
    name: str
    missing: int


class TierCard(Struct, frozen=True):
    """Her tier; ``rank`` counts from 0. ``next`` is null in the highest one.

    ``reached`` is what she did within the window, in the tiers' ``measure`` (fen, orders, visits or
    growth), and ``percent`` how much that is of what the next tier takes. The tier is hers through
    ``lasts_through``; null where nothing ends it. ``lines`` say the same in her language.
    """

    code: str
    name: str
    colour: str
    rank: int
    measure: Measure
    reached: int
    percent: int
    lasts_through: date | None
    next: NextTier | None
    lines: list[str]


class Me(Struct, frozen=True):
    """A member as she sees herself; ``now`` is the server's time, ``boost`` her own."""

    uuid: UUID
    now: Moment
    member_since: Moment
    language: Language
    tier: TierCard
    points: Points
    boost: Boost | None
    phone_bound: bool
    personal_offers: bool


async def read(shopper: Shopper, context: Context) -> Me:
    """Read who I am and my points.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    rules = await programme.recent()
    known = await standing.known(shopper.customer_id, at=at, rules=rules)
    balance = known.balance
    boosted = await boosts.boosted(shopper.customer_id, at=at, rules=rules)
    return Me(
        uuid=shopper.customer_uuid,
        now=at,
        member_since=known.joined_at,
        language=shopper.language,
        tier=_tier(known.facts, shopper.language),
        points=Points(
            available=balance.available,
            pending=balance.pending,
            debt=balance.debt,
            expiring=balance.expiring,
            expires_first_at=balance.expires_first_at,
        ),
        boost=boost_of(boosted, shopper.language, at=at),
        phone_bound=known.has_phone,
        personal_offers=known.facts.wants_personal_offers,
    )


def boost_of(boosted: Boosted | None, language: Language, *, at: datetime) -> Boost | None:
    """Return a boost as she reads it."""
    if boosted is None:
        return None
    line = web.boosts.line(boosted, at=at).spoken(language)
    return Boost(boosted.times_percent, boosted.ends_at, line)


def _tier(facts: Facts, language: Language) -> TierCard:
    hers, above = facts.tiers.tiers[facts.tier_rank], tiers.above(facts)
    return TierCard(
        code=hers.code,
        name=tiers.name(hers).spoken(language),
        colour=hers.colour,
        rank=facts.tier_rank,
        measure=facts.tiers.measure,
        reached=facts.reached,
        percent=tiers.percent(facts),
        lasts_through=facts.review.review_on - tiers.DAY if facts.review else None,
        next=NextTier(above.code, tiers.name(above).spoken(language), tiers.missing(facts, above))
        if above
        else None,
        lines=tiers.lines(facts, language),
    )
