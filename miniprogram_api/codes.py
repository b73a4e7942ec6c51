"""A coupon code that she typed."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import coupon_codes, programme
from miniprogram_api.coupons import Coupon, told
from web import limits
from web.context import Context
from web.session import Shopper

Typed = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        description="As she typed it, in any case, with spaces or hyphens",
        examples=["ABCD-EFGH-JKLM-NPQR"],
    ),
]


class TypedCode(Struct, frozen=True, forbid_unknown_fields=True):
    """A code, or a public word."""

    code: Typed


async def claim(
    shopper: Shopper, context: Context, request: web.Request, body: TypedCode
) -> Coupon:
    """Claim the coupon of a code.

    The code is its own name: sent again by me, it is answered with the same coupon. Wrong codes
    are counted by member, address and batch; after too many, any code is answered with 429 and
    when to try again, and a right one can still be claimed then.

    Raises:
        NotFound: ``no_such_coupon_code``.
        Refused: ``coupon_code_used`` (by another), ``coupon_code_void``, ``coupon_code_ended``,
            ``coupon_limit_reached``, ``coupons_all_gone``.
        Throttled: ``too_many_code_tries``.
    """
    at = context.clock()
    held = await coupon_codes.claim(
        shopper.customer_id,
        body.code,
        sealer=context.sealer,
        at=at,
        address=limits.address_of(request),
    )
    rules = await programme.recent(knowing=[held.rule_version_id])
    return told(held, rules, at=at, language=shopper.language)
