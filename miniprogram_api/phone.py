"""Her phone number, which she agreed to give."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from loyalty import customers
from loyalty.customers import PhoneNumber
from loyalty.errors import Refused
from web import limits
from web.context import Context
from web.limits import Limit
from web.logs import log
from web.session import Shopper
from web.wake import wake
from wechat.errors import Rejected

PHONES = Limit("phone", most=10, window_seconds=3600)
CODE_REFUSALS = (40029, 40163)

PhoneCode = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="What the getPhoneNumber button gave: good once, within five minutes",
    ),
]


class GivenPhone(Struct, frozen=True, forbid_unknown_fields=True):
    """What the getPhoneNumber button gave."""

    code: PhoneCode


async def bind(shopper: Shopper, body: GivenPhone, context: Context, request: web.Request) -> None:
    """Let me be known by my phone number, in place of one that I gave before.

    Raises:
        Refused: ``phone_code_invalid``, ``phone_of_another_customer``, ``phone_not_usable``.
        TooManyRequests: ``too_many_requests``.
    """
    await limits.check(request, PHONES, caller=str(shopper.customer_id))
    client = context.miniprograms[shopper.app_id].client
    try:
        told = await client.phone_number(body.code)
    except Rejected as error:
        if error.errcode in CODE_REFUSALS:
            raise Refused("phone_code_invalid") from None
        raise
    phone = PhoneNumber(told.number, told.country_code)
    await customers.bind_phone(
        shopper.customer_id, phone, sealer=context.sealer, at=context.clock()
    )
    await wake(context.redis)  # a milestone may be reached by it
    log.info("phone_bound", customer_id=shopper.customer_id)
