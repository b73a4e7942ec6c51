"""Sign in with an account and a password, and sign out."""

from aiohttp import web

from console import auditing, forms
from console.access import COOKIE, TOKEN
from console.pages import language_of, see, show
from loyalty import staff
from loyalty.errors import NotFound, Refused
from loyalty.staff import Opened
from web import limits
from web.context import CONTEXT, now
from web.limits import Limit
from web.origin import is_secure
from web.texts import text

# Guesses at one account from one address, from wherever they come, and guesses at whichever
# account is there. Whoever is locked out by others still signs in by WeCom.
LOGINS = Limit("console_login", most=10, window_seconds=60)
LOGINS_OF = Limit("console_login_of", most=30, window_seconds=900)
LOGINS_FROM = Limit("console_login_from", most=60, window_seconds=60)
LONGEST_ACCOUNT = 60


async def page(request: web.Request) -> web.Response:
    """Show the form."""
    return await show_form(request)


async def show_form(
    request: web.Request, *, error: str = "", account: str = "", http_status: int = 200
) -> web.Response:
    """Show the form with what stands against it, and the scan where a corp is connected."""
    corps = request.config_dict[CONTEXT].corps
    return await show(
        request,
        "login.html",
        {"error": error, "account": account, "can_scan": bool(corps)},
        http_status=http_status,
    )


async def sign_in(request: web.Request) -> web.Response:
    """Open a session; a wrong password is said on the page, with the account kept."""
    form = await forms.read(request)
    account = form.get("account", "").strip()[:LONGEST_ACCOUNT]
    address = limits.address_of(request)
    await limits.check(request, LOGINS_FROM, caller=address)
    await limits.check(request, LOGINS, caller=f"{address}:{account.lower()}")
    await limits.check(request, LOGINS_OF, caller=account.lower())
    try:
        known = await staff.check(account, form.get("password", ""))
        needs_code = known.totp_since is not None
        opened = await staff.open_for(known, at=now(), needs_code=needs_code)
    except Refused as refused:
        told = {"account": account}
        await auditing.keep(request, None, "/login", told=told, http_status=422)
        error = text(refused.code, language_of(request), refused.figures)
        return await show_form(request, error=error, account=account, http_status=422)
    if needs_code:
        return let_in(request, opened, to="/login/code")
    await auditing.keep(request, known.id, "/login", told={}, http_status=200)
    return let_in(request, opened)


async def code_page(request: web.Request) -> web.Response:
    """Show the form for the code, to who has told her password."""
    try:
        await staff.waits_for_code(request.cookies.get(COOKIE, ""), at=now())
    except NotFound:
        return see(request, "/login")
    return await show(request, "login-code.html", {"error": ""})


async def tell_code(request: web.Request) -> web.Response:
    """Open a session of its own for who tells a code of this moment."""
    form, token = await forms.read(request), request.cookies.get(COOKIE, "")
    address = limits.address_of(request)
    await limits.check(request, LOGINS_FROM, caller=address)
    try:
        known = await staff.waits_for_code(token, at=now())
    except NotFound:
        return see(request, "/login")
    await limits.check(request, LOGINS_OF, caller=f"code:{known.id}")
    sealer = request.config_dict[CONTEXT].sealer
    try:
        await staff.check_code(known, form.get("code", ""), sealer=sealer, moment=now())
        opened = await staff.open_for(known, at=now())
    except Refused as refused:
        await auditing.keep(request, known.id, "/login/code", told={}, http_status=422)
        error = text(refused.code, language_of(request), refused.figures)
        return await show(request, "login-code.html", {"error": error}, http_status=422)
    await staff.end(token)
    await auditing.keep(request, known.id, "/login/code", told={}, http_status=200)
    return let_in(request, opened)


def let_in(request: web.Request, opened: Opened, *, to: str = "") -> web.Response:
    """Give the browser a session's token and send it to a page, the first where none is named."""
    response = see(request, to)
    response.set_cookie(
        COOKIE,
        opened.token,
        httponly=True,
        samesite="Lax",
        secure=is_secure(request),
        path="/console",
        expires=f"{opened.expires_at:%a, %d %b %Y %H:%M:%S GMT}",
    )
    return response


async def sign_out(request: web.Request) -> web.Response:
    """End the session."""
    await staff.end(request[TOKEN])
    response = see(request, "/login")
    response.del_cookie(COOKIE, path="/console")
    return response
