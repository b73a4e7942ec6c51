"""What she can send as a gift now, on which cards, and by which rules."""

from msgspec import Struct
from msgspec.structs import replace

from loyalty import gifts as verbs
from loyalty import programme
from loyalty.gifts import Allowance, SeasonCard
from loyalty.wording import Worded
from miniprogram_api.gifts import GiftCard, described
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.typed import Moment


class GiftOptions(Struct, frozen=True):
    """Gifts left today, the most points that one may hold, and the ``cards`` in season.

    ``opens_at`` is from when on I can send anything, if that is yet to come. ``lines`` say the
    rules in my language.
    """

    gifts_left: int
    most_points: int
    opens_at: Moment | None
    days_to_claim: int
    lines: list[str]
    cards: list[GiftCard]


async def read(shopper: Shopper, context: Context) -> GiftOptions:
    """Read what I can send."""
    at = context.clock()
    rules = await programme.recent()
    allowance = await verbs.allowance(shopper.customer_id, rules, at=at)
    return GiftOptions(
        gifts_left=0 if allowance.opens_at else allowance.gifts_left,
        most_points=allowance.points,
        opens_at=allowance.opens_at,
        days_to_claim=allowance.policy.days_to_claim,
        lines=_lines(allowance, shopper.language),
        cards=[_card(one, shopper.language) for one in verbs.in_season(rules, at=at)],
    )


def _card(one: SeasonCard, language: Language) -> GiftCard:
    return replace(described(one.slot, one.card, language), ends_at=one.ends_at)


def _lines(allowance: Allowance, language: Language) -> list[str]:
    policy = allowance.policy
    lines = [
        Worded(
            f"朋友须在 {policy.days_to_claim} 天内领取，过期退回给您。",
            f"Your friend has {policy.days_to_claim} days to claim it; else it comes back to you.",
        ),
        Worded(
            f"每天最多送 {policy.most_gifts_a_day} 份、{policy.most_points_a_day:,} 积分，"
            f"每月最多 {policy.most_points_a_month:,} 积分。",
            f"At most {policy.most_gifts_a_day} gifts and {policy.most_points_a_day:,} points a"
            f" day, {policy.most_points_a_month:,} points a month.",
        ),
    ]
    if policy.held_for_days:
        lines.append(
            Worded(
                f"到账满 {policy.held_for_days} 天的积分才能赠送。",
                f"Points can be given once they are {policy.held_for_days} days old.",
            )
        )
    return [one.spoken(language) for one in lines]
