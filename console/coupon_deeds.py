"""Staff give a member a coupon, or make one void, with a reason; a form sent twice does it once."""

from uuid import UUID

from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF
from console.members import named, show_one
from console.pages import see
from loyalty import coupons
from loyalty.coupons.issuing import SLOT
from loyalty.errors import LoyaltyError, NotFound
from loyalty.ledger.movements import is_writable
from models import Customer
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden


async def give(request: web.Request) -> web.Response:
    """Give a member a coupon of a batch."""
    customer, form = await _for_change(request)
    try:
        coupon_id = await coupons.give(
            customer.id,
            uuid_of(form.get("name", "")),
            SLOT + _written(form.get("batch", "")),
            reason=_written(form.get("why", "")),
            staff_member_id=request[STAFF].id,
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        return await show_one(request, customer, error=refused)
    log.info("coupon_given", coupon_id=coupon_id, staff_member_id=request[STAFF].id)
    return see(request, f"/members/{customer.uuid}")


async def take_back(request: web.Request) -> web.Response:
    """Make one of her coupons void."""
    customer, form = await _for_change(request)
    at = request.config_dict[CONTEXT].clock()
    try:
        uuid = _coupon(request.match_info["coupon"])
        held = await coupons.find(uuid, member_id=customer.id, at=at)
        await coupons.take_back(
            uuid, reason=_written(form.get("why", "")), staff_member_id=request[STAFF].id, at=at
        )
    except LoyaltyError as refused:
        return await show_one(request, customer, error=refused)
    log.info("coupon_voided", coupon_id=held.id, staff_member_id=request[STAFF].id)
    return see(request, f"/members/{customer.uuid}")


async def _for_change(request: web.Request) -> tuple[Customer, dict[str, str]]:
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    return await named(request.match_info["uuid"]), await forms.read(request)


def uuid_of(told: str) -> UUID:
    """Return the name that a form of ours carries.

    Raises:
        Forbidden: ``form_not_ours``.
    """
    try:
        return UUID(told)
    except ValueError:
        raise Forbidden("form_not_ours") from None


def _coupon(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise NotFound("no_such_coupon") from None


def _written(told: str) -> str:
    """Return a text as far as the database can keep it."""
    return told if is_writable(told) else ""
