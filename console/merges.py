"""Staff let two members be one, with a reason, and undo it; or say that two are two."""

from aiohttp import web

from console import forms
from console.access import STAFF
from console.members import MERGERS, merged_into, named, show_one
from console.pages import language_of, see
from loyalty import customers, reasons
from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from models import db
from web.context import CONTEXT
from web.refusals import Forbidden

_OTHERS = """
SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM customer
WHERE NOT EXISTS (SELECT FROM member WHERE member.id = customer.id AND deleted_at IS NOT NULL)
  AND (uuid::text = lower($1)
   OR right(replace(uuid::text, '-', ''), 8) = $2
   OR EXISTS (SELECT FROM identity WHERE customer_id = customer.id AND value = $1)
   OR EXISTS (SELECT FROM purchase WHERE customer_id = customer.id AND number = $1))
LIMIT 2
"""


async def merge(request: web.Request) -> web.Response:
    """Let another member be this one; the form sent twice merges once."""
    _require_merger(request)
    customer, form = await named(request.match_info["uuid"]), await forms.read(request)
    try:
        await customers.merge(
            customer.id,
            await _other(form.get("other", "").strip()[: customers.LONGEST_SEARCH]),
            evidence=reasons.written(form.get("reason", "")),
            by=f"staff:{request[STAFF].id}",
            at=request.config_dict[CONTEXT].clock(),
        )
    except LoyaltyError as refused:
        return await show_one(request, customer, error=refused, asked=form)
    return see(request, f"/members/{customer.uuid}")


async def undo(request: web.Request) -> web.Response:
    """Undo a merge that stands on this member's page; the form sent twice undoes once."""
    _require_merger(request)
    customer = await named(request.match_info["uuid"])
    hers = {str(one["id"]): one for one in await merged_into(customer.id, language_of(request))}
    told = request.match_info["merge"]
    if told not in hers:
        raise NotFound("no_such_merge")
    at = request.config_dict[CONTEXT].clock()
    try:
        await customers.unmerge(int(told), by=f"staff:{request[STAFF].id}", at=at)
    except Conflict as refused:
        return await show_one(request, customer, error=refused)
    return see(request, f"/members/{customer.uuid}")


async def refute(request: web.Request) -> web.Response:
    """Let staff say that two who may be one are two; said twice it is said once."""
    _require_merger(request)
    await forms.read(request)
    customer, other = [await named(request.match_info[name]) for name in ("uuid", "other")]
    await customers.refute(
        customer.id,
        other.id,
        by=f"staff:{request[STAFF].id}",
        at=request.config_dict[CONTEXT].clock(),
    )
    return see(request, f"/members/{customer.uuid}")


def _require_merger(request: web.Request) -> None:
    if request[STAFF].role not in MERGERS:
        raise Forbidden("not_for_your_role")


async def _other(told: str) -> int:
    """Return the one member of a number on a card, a uuid, an identity or an order number.

    Raises:
        NotFound: ``no_such_member``. Refused: ``several_members``.
    """
    rows = await db.fetch(_OTHERS, told, told.lower().removeprefix("no.").strip())
    if not rows:
        raise NotFound("no_such_member")
    if len(rows) > 1:
        raise Refused("several_members")
    found: int = rows[0]["id"]
    return found
