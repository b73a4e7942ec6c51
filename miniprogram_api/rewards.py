"""What she can redeem her points for."""

from uuid import UUID

from msgspec import Struct

from loyalty import redemptions
from loyalty.errors import Refused
from loyalty.redemptions import CatalogueLine
from loyalty.rewards import Per
from loyalty.wording import Worded
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.texts import text

PREFIX = "reward:"


class WhyNot(Struct, frozen=True):
    """Why something is not for her now. ``code`` is stable, ``message`` is for her."""

    code: str
    message: str


class RewardLine(Struct, frozen=True):
    """One reward.

    ``kind`` is "gift" (staff hand it over), "coupon" (mine at once), "friend_gift" (mine to send
    on), "privilege" (staff scan it ``uses`` times), "shipped_gift" (sent to the address that I
    choose), "pay_coupon" (a cash coupon that WeChat Pay sends me) or "early_access" (I may order
    some products before they open). It costs ``points`` and ``cash_fen``; ``points_short`` of the
    points I do not have yet. ``redeemed`` counts what all members took of it and did not give back.
    ``stock_left`` and ``left_for_me`` are null where there is no limit, ``left_for_me`` is for the
    time of ``per``. With the exchange ``coupon`` of mine it costs nothing else. ``refusal`` is null
    where I can redeem it, by that coupon if there is one.
    """

    code: str
    kind: str
    name: str
    about: str
    picture: str
    points: int
    cash_fen: int
    points_short: int
    uses: int
    redeemed: int
    stock_left: int | None
    left_for_me: int | None
    per: Per
    coupon: UUID | None
    refusal: WhyNot | None


class RewardList(Struct, frozen=True):
    """All rewards of today."""

    rewards: list[RewardLine]


async def read(shopper: Shopper, context: Context) -> RewardList:
    """Read what points can be redeemed for.

    Raises:
        NotFound: ``no_such_member``.
    """
    found = await redemptions.catalogue(shopper.customer_id, at=context.clock())
    return RewardList([_line(one, shopper.language) for one in found])


def _line(one: CatalogueLine, language: Language) -> RewardLine:
    reward = one.reward
    return RewardLine(
        code=one.slot.removeprefix(PREFIX),
        kind=one.kind,
        name=Worded(reward.name_zh, reward.name_en).spoken(language),
        about=Worded(reward.about_zh, reward.about_en).spoken(language),
        picture=reward.picture,
        points=reward.points,
        cash_fen=reward.cash_fen,
        points_short=one.points_short,
        uses=reward.times,
        redeemed=one.redeemed,
        stock_left=one.stock_left,
        left_for_me=one.left_for_her,
        per=reward.per,
        coupon=one.coupon.uuid if one.coupon else None,
        refusal=why_not(one.refusal, language) if one.refusal else None,
    )


def why_not(refusal: Refused, language: Language) -> WhyNot:
    """Return a refusal as she reads it."""
    return WhyNot(refusal.code, text(refusal.code, language, refusal.figures))
