"""Sign in by a scan with WeCom: the state in a cookie, the code traded for who it was."""

import secrets
from urllib.parse import urlencode

from aiohttp import web

from console import auditing
from console.access import is_same
from console.pages import language_of
from console.signing_in import LOGINS, let_in, show_form
from loyalty import staff
from loyalty.errors import NotFound, Refused
from web import limits
from web.context import CONTEXT, Corp, now
from web.origin import is_secure, origin_of
from web.texts import text
from wechat.errors import Rejected

STATE_COOKIE = "jifen_wecom_state"
STATE_SECONDS = 600


async def begin(request: web.Request) -> web.Response:
    """Send the browser to WeCom's page with the QR code.

    Raises:
        NotFound: ``no_corp``: no WeCom corp is connected.
    """
    corp = _corp(request)
    settings = corp.connection.settings
    state = secrets.token_urlsafe(24)
    asked = {
        "login_type": "CorpApp",
        "appid": settings.corp_id,
        "agentid": settings.agent_id,
        "redirect_uri": f"{origin_of(request)}/console/login/wecom/done",
        "state": state,
    }
    response = web.Response(
        status=303,
        headers={"Location": f"{settings.login_base}/wwlogin/sso/login?{urlencode(asked)}"},
    )
    response.set_cookie(
        STATE_COOKIE,
        state,
        max_age=STATE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=is_secure(request),
        path="/console/login",
    )
    return response


async def done(request: web.Request) -> web.Response:
    """Open a session for whom WeCom names; what stands against it is said on the login page."""
    await limits.check(request, LOGINS, caller=limits.address_of(request))
    kept, told = request.cookies.get(STATE_COOKIE, ""), request.query.get("state", "")
    try:
        if not kept or not is_same(told, kept):
            raise Refused("scan_not_ours")
        user_id = await _user_id(_corp(request), request.query.get("code", ""))
        known = await staff.of_wecom(user_id)
        opened = await staff.open_for(known, at=now())
    except Refused as refused:
        error = text(refused.code, language_of(request), refused.figures)
        return await show_form(request, error=error, http_status=422)
    await auditing.keep(request, known.id, "/login/wecom/done", told={}, http_status=200)
    response = let_in(request, opened)
    response.del_cookie(STATE_COOKIE, path="/console/login")
    return response


async def _user_id(corp: Corp, code: str) -> str:
    try:
        return await corp.client.user_id_of_scan(code)
    except Rejected:
        raise Refused("scan_code_invalid") from None


def _corp(request: web.Request) -> Corp:
    corps = request.config_dict[CONTEXT].corps
    for corp in corps.values():
        return corp
    raise NotFound("no_corp")
