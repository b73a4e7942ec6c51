"""Platform accounts: when each was last heard of, and whether it answers now."""

from collections.abc import Awaitable, Callable

import aiohttp
from aiohttp import web

from console.access import CHANGERS, STAFF, id_of_path
from console.pages import language_of, show
from console.words.connections import KINDS
from loyalty import help_desks
from loyalty.errors import NotFound
from models import Connection, db
from web import qr
from web.context import CONTEXT, Context
from web.refusals import Forbidden
from wechat.errors import CallFailed
from wechat.weixin import WeixinTransport

NEWEST = 100_000
NO_ORDER = "jifen-connection-check"
LONGEST_ERROR = 300

_HEARD = """
SELECT connection_id, max(received_at) AS heard_at FROM inbound_event
WHERE id > (SELECT coalesce(max(id), 0) FROM inbound_event) - $1 GROUP BY 1
"""


async def page(request: web.Request) -> web.Response:
    """Show all accounts, and the help desks of WeCom."""
    return await _show(request)


async def _show(
    request: web.Request, *, checked: int = 0, error: str | None = None
) -> web.Response:
    context, language = request.config_dict[CONTEXT], language_of(request)
    heard = {row["connection_id"]: row["heard_at"] for row in await db.fetch(_HEARD, NEWEST)}
    rows = [
        {
            "id": one.id,
            "kind": KINDS.get(one.kind, (one.kind, one.kind))[language != "zh"],
            "scope": one.scope,
            "name": one.name,
            "since": one.created_at,
            "heard_at": heard.get(one.id),
            "can_check": _check_of(context, one) is not None,
            "checked": one.id == checked,
        }
        for one in await Connection.all().order_by("kind", "scope")
    ]
    desks = [
        {"desk": one, "code": qr.image(one.link) if one.link else None}
        for one in await help_desks.shown()
    ]
    told = {
        "rows": rows,
        "desks": desks,
        "error": error,
        "may_check": request[STAFF].role in CHANGERS,
    }
    return await show(request, "connections.html", told, http_status=422 if error else 200)


async def check(request: web.Request) -> web.Response:
    """Call the platform of an account as our work does, changing nothing, and say how it went."""
    if request[STAFF].role not in CHANGERS:
        raise Forbidden("not_for_your_role")
    known = await Connection.get_or_none(id=id_of_path(request, otherwise="no_such_connection"))
    act = _check_of(request.config_dict[CONTEXT], known) if known else None
    if known is None or act is None:
        raise NotFound("no_such_connection")
    try:
        await act()
    except (CallFailed, aiohttp.ClientError, TimeoutError, ValueError) as failed:
        told = str(failed)[:LONGEST_ERROR] or type(failed).__name__
        return await _show(request, checked=known.id, error=told)
    return await _show(request, checked=known.id)


def _check_of(context: Context, one: Connection) -> Callable[[], Awaitable[object]] | None:
    """Return the call that shows whether an account works; None where it only calls us."""
    if one.kind == "official_account" and (account := context.accounts.get(one.scope)):
        return _asks_for_token(account.client)
    if one.kind == "miniprogram" and (mini := context.miniprograms.get(one.scope)):
        return _asks_for_token(mini.client)
    if one.kind == "wecom" and (corp := context.corps.get(one.scope)):
        return corp.client.contacts.staff
    if one.kind == "wechat_pay":
        for merchant in context.merchants.values():
            if merchant.connection.id == one.id:
                return lambda: merchant.client.find(NO_ORDER)
    for shop in context.shops:
        if shop.connection.id == one.id:
            return shop.client.check
    return None


def _asks_for_token(client: WeixinTransport) -> Callable[[], Awaitable[object]]:
    """Ask for a token anew where that ends nobody's, else use the one there is."""
    return client.issue_token if client.token_key.endswith("stable_token") else client.token
