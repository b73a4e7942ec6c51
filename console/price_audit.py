"""The audit of prices: how many orders were priced again, and which differ."""

from datetime import datetime

from aiohttp import web

from console.access import AUDITORS, STAFF
from console.pages import language_of, see, show
from console.words.audit import RULES
from console.words.codes import said
from loyalty import checkout
from models import PriceAudit, db
from web.context import CONTEXT
from web.masks import masked
from web.refusals import Forbidden

# So many of the newest orders are priced again while staff wait; the night's audit does all.
MOST_NOW = 2_000
SHOWN = 10

_MEMBERS = "SELECT id, uuid FROM customer WHERE id = ANY($1::bigint[])"


async def page(request: web.Request) -> web.Response:
    """Show the newest audit with its differences, and those before it."""
    audits = await PriceAudit.all().order_by("-id").limit(SHOWN)
    language = language_of(request)
    kept = audits[0].differences if audits else []
    assert isinstance(kept, list)
    rows = await db.fetch(_MEMBERS, sorted({one["member_id"] for one in kept}))
    uuids = {row["id"]: row["uuid"] for row in rows}
    differences = [
        {
            **one,
            "at": datetime.fromisoformat(one["ordered_at"]),
            "uuid": uuids[one["member_id"]],
            "name": masked(uuids[one["member_id"]], language),
            "breaks": said(RULES, one["rule"], language),
        }
        for one in kept
        if one["member_id"] in uuids
    ]
    told = {
        "audits": audits,
        "newest": audits[0] if audits else None,
        "differences": differences,
        "can_audit": request[STAFF].role in AUDITORS,
        "most_now": MOST_NOW,
    }
    return await show(request, "price-audit.html", told)


async def audit_now(request: web.Request) -> web.Response:
    """Price the newest orders again, now."""
    if request[STAFF].role not in AUDITORS:
        raise Forbidden("not_for_your_role")
    context = request.config_dict[CONTEXT]
    done = await checkout.audit(sealer=context.sealer, most=MOST_NOW)
    await checkout.keep_audit(done, at=context.clock())
    return see(request, "/price-audit")
