"""The claim centre: coupons to claim, under a name that her phone gives."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import coupon_claims, programme
from loyalty.coupon_claims import Claimable, ClaimState
from loyalty.policies.tiers import Tiers
from miniprogram_api.coupons import Coupon, told
from miniprogram_api.rewards import WhyNot, why_not
from web.context import Context
from web.coupons import of_batch
from web.languages import Language
from web.session import Shopper
from web.typed import Moment

PREFIX = "coupon:"
Code = Annotated[
    str,
    Meta(
        pattern="^[a-z0-9_]{1,40}$",
        max_length=40,
        description="The `code` of a coupon batch",
        examples=["spring"],
    ),
]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """Of which batch to claim a coupon."""

    batch: Code


class CouponBatch(Struct, frozen=True):
    """One kind of coupon that members claim themselves.

    ``state`` is "open" (I can claim it), "claimed", "all_gone", "not_yet" (from ``claims_from``
    on) or "not_for_her" (a condition is missing). ``refusal`` is null where it is open.
    ``stock_left`` and ``claims_until`` are null where there is no end. A coupon of it is good for
    ``valid_days`` days.
    """

    code: str
    name: str
    worth: str
    conditions: list[str]
    tags: list[str]
    state: ClaimState
    refusal: WhyNot | None
    stock_left: int | None
    valid_days: int
    claims_from: Moment | None
    claims_until: Moment | None


class CouponBatchList(Struct, frozen=True):
    """All that can be claimed now or later, those open to me first."""

    batches: list[CouponBatch]


async def read(shopper: Shopper, context: Context) -> CouponBatchList:
    """Read the coupons that members may claim.

    Raises:
        NotFound: ``no_such_member``.
    """
    at = context.clock()
    found = await coupon_claims.claimable(shopper.customer_id, at=at)
    tiers = (await programme.recent()).tiers(at)
    return CouponBatchList([_line(one, tiers, shopper.language) for one in found])


async def claim(shopper: Shopper, context: Context, uuid: UUID, body: Wish) -> Coupon:
    """Claim a coupon.

    Name it by a UUID of your own and send the same again when in doubt: the same name and batch
    are answered with the same coupon.

    Raises:
        NotFound: ``no_such_coupon_batch``, ``no_such_member``.
        Conflict: ``key_reused``: this name stands for something else.
        Refused: ``coupon_limit_reached``, ``coupons_all_gone``, ``coupon_claims_not_open``,
            ``coupon_claims_over``, ``tier_too_low``, ``not_in_segment``.
    """
    at = context.clock()
    held = await coupon_claims.claim(shopper.customer_id, uuid, slot=PREFIX + body.batch, at=at)
    rules = await programme.recent(knowing=[held.rule_version_id])
    return told(held, rules, at=at, language=shopper.language)


def _line(one: Claimable, tiers: Tiers, language: Language) -> CouponBatch:
    batch, words = one.batch, of_batch(one.batch, tiers, language)
    return CouponBatch(
        code=one.slot.removeprefix(PREFIX),
        name=words.name,
        worth=words.worth,
        conditions=words.conditions,
        tags=words.tags,
        state=one.state,
        refusal=why_not(one.refusal, language) if one.refusal else None,
        stock_left=one.stock_left,
        valid_days=batch.valid_days,
        claims_from=batch.claims_from,
        claims_until=batch.claims_until,
    )
