"""Who she is to the programme, and her points."""

from uuid import UUID

from msgspec import Struct

from loyalty import programme, standing
from loyalty.facts import Facts
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


class NextTier(Struct, frozen=True):
    """The tier above hers, and what is still to be spent within the window."""

    code: str
    name: str
    missing_fen: int


class TierCard(Struct, frozen=True):
    """Her tier; ``rank`` counts from 0. ``next`` is null in the highest one."""

    code: str
    name: str
    colour: str
    rank: int
    spent_fen: int
    next: NextTier | None


class Me(Struct, frozen=True):
    """A member as she sees herself; ``now`` is the server's time."""

    uuid: UUID
    now: Moment
    member_since: Moment
    language: Language
    tier: TierCard
    points: Points
    phone_bound: bool


async def read(shopper: Shopper, context: Context) -> Me:
    """Read who I am and my points.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    rules = await programme.recent()
    known = await standing.known(shopper.customer_id, at=at, rules=rules)
    balance = known.balance
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
        phone_bound=known.has_phone,
    )


def _tier(facts: Facts, language: Language) -> TierCard:
    tiers = facts.tiers
    hers = tiers.tiers[facts.tier_rank]
    above = tiers.tiers[facts.tier_rank + 1 : facts.tier_rank + 2]
    return TierCard(
        code=hers.code,
        name=hers.name_zh if language == "zh" else hers.name_en,
        colour=hers.colour,
        rank=facts.tier_rank,
        spent_fen=facts.spent_fen,
        next=NextTier(
            above[0].code,
            above[0].name_zh if language == "zh" else above[0].name_en,
            max(above[0].from_fen - facts.spent_fen, 0),
        )
        if above
        else None,
    )
