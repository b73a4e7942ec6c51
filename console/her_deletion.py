"""A member's account is deleted at her word to staff, or was: what her page shows, and the deed."""

from aiohttp import web

from console import forms
from console.access import CHANGERS, STAFF
from console.coupon_deeds import uuid_of
from console.members import named, show_one
from console.pages import see
from loyalty import deletions
from loyalty.errors import LoyaltyError, Refused
from models import Deletion, DeletionWay
from web.context import CONTEXT
from web.logs import log
from web.refusals import Forbidden

BY_STAFF = (DeletionWay.PHONE, DeletionWay.LETTER, DeletionWay.IN_PERSON)


async def delete(request: web.Request) -> web.Response:
    """Delete her account: she asked for it, by phone, by letter or in person."""
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    customer, form = await named(request.match_info["uuid"]), await forms.read(request)
    try:
        done = await _delete(request, customer.id, form)
    except LoyaltyError as refused:
        return await show_one(request, customer, error=refused, asked=form)
    log.info("account_deleted", customer_id=customer.id, staff_member_id=request[STAFF].id)
    assert done.member_id == customer.id, "the verb refuses another's name"
    return see(request, f"/members/{customer.uuid}")


async def _delete(request: web.Request, customer_id: int, form: dict[str, str]) -> Deletion:
    way = next((one for one in BY_STAFF if one.value == form.get("way")), None)
    if way is None:
        raise Refused("deletion_way_unknown")
    if form.get("understood") != "yes":
        raise Refused("deletion_not_confirmed")
    return await deletions.delete(
        customer_id,
        uuid_of(form.get("name", "")),
        at=request.config_dict[CONTEXT].clock(),
        way=way,
        reason=form.get("why", ""),
        staff_member_id=request[STAFF].id,
    )
