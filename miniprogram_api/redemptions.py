"""Redeeming points, under a name that her phone gives: the same name again changes nothing."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import codes
from loyalty import redemptions as verbs
from loyalty.redemptions import Redeemed
from miniprogram_api.rewards import PREFIX
from models import RedemptionState
from web import qr
from web.context import Context
from web.languages import Language
from web.session import Shopper
from web.typed import Moment

Code = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9_]{1,40}$",
        max_length=40,
        description="The `code` of a reward",
        examples=["tote"],
    ),
]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """What to redeem."""

    reward: Code


class Redemption(Struct, frozen=True):
    """Points exchanged for a reward.

    While it is ``issued`` staff hand it over against ``code``: 12 digits, typed as
    ``code_grouped`` or scanned as ``qr`` (an SVG data URI), until ``expires_at``; not fetched by
    then, the points go back with their old expiry. Where the reward is a coupon there is no code:
    it is handed over at once, and ``coupon_uuid`` is the coupon. Lists leave ``qr`` out.
    """

    uuid: UUID
    reward: str
    kind: str
    name: str
    points: int
    state: RedemptionState
    code: str | None
    code_grouped: str | None
    qr: str | None
    coupon_uuid: UUID | None
    redeemed_at: Moment
    expires_at: Moment
    handed_over_at: Moment | None


class RedemptionList(Struct, frozen=True):
    """The newest 100, newest first."""

    redemptions: list[Redemption]


async def redeem(shopper: Shopper, context: Context, uuid: UUID, body: Wish) -> Redemption:
    """Redeem my points for a reward.

    Name it by a UUID of your own and send the same again when in doubt: the same name and reward
    are answered as it stands, and nothing is taken twice.

    Raises:
        NotFound: ``no_such_reward``, ``no_such_member``.
        Conflict: ``key_reused``: this name stands for something else.
        Refused: ``not_enough_points``, ``reward_limit_reached``, ``reward_out_of_stock``,
            ``reward_unavailable``, ``tier_too_low``, ``not_in_segment``.
    """
    redeemed = await verbs.redeem(
        shopper.customer_id, uuid, slot=PREFIX + body.reward, at=context.clock()
    )
    return _told(redeemed, shopper.language)


async def read_all(shopper: Shopper, context: Context) -> RedemptionList:
    """Read my redemptions."""
    found = await verbs.of(shopper.customer_id, at=context.clock())
    return RedemptionList([_told(one, shopper.language, is_listed=True) for one in found])


async def read(shopper: Shopper, context: Context, uuid: UUID) -> Redemption:
    """Read one of my redemptions.

    Raises:
        NotFound: ``no_such_redemption``.
    """
    found = await verbs.find(uuid, member_id=shopper.customer_id, at=context.clock())
    return _told(found, shopper.language)


async def cancel(shopper: Shopper, context: Context, uuid: UUID) -> Redemption:
    """Cancel what I did not fetch yet; the points go back to where they came from.

    They keep their old expiry. Cancelling again changes nothing.

    Raises:
        NotFound: ``no_such_redemption``.
        Refused: ``redemption_over``: it is handed over, or was not fetched in time.
    """
    found = await verbs.cancel(shopper.customer_id, uuid, at=context.clock())
    return _told(found, shopper.language)


def _told(one: Redeemed, language: Language, *, is_listed: bool = False) -> Redemption:
    can_be_scanned = one.state is RedemptionState.ISSUED and not is_listed
    return Redemption(
        uuid=one.uuid,
        reward=one.slot.removeprefix(PREFIX),
        kind=one.kind,
        name=one.name.spoken(language),
        points=one.points,
        state=one.state,
        code=one.code,
        code_grouped=one.code and codes.grouped(one.code),
        qr=qr.image(one.code) if one.code and can_be_scanned else None,
        coupon_uuid=one.coupon_uuid,
        redeemed_at=one.redeemed_at,
        expires_at=one.expires_at,
        handed_over_at=one.ended_at if one.state is RedemptionState.HANDED_OVER else None,
    )
