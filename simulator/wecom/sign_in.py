"""Staff sign in to a web page by a WeCom scan (扫码登录): the page, its code, who it was."""

import html
from urllib.parse import urlencode

from yarl import URL

from simulator.api import OK, Answer, Call, Raw
from simulator.wecom.corp import corp_of
from simulator.wecom.door import BASE, QyEndpoint

HTML = "text/html; charset=utf-8"


async def page(call: Call) -> Answer:
    """The page with the QR code; here one picks whose phone scans it."""
    corp, query = corp_of(call.china), call.query
    target = query.get("redirect_uri", "")
    ours = (corp.settings.corp_id, str(corp.settings.agent_id), "CorpApp")
    asked = (query.get("appid"), query.get("agentid"), query.get("login_type"))
    if asked != ours or not target.startswith(("http://", "https://")):
        return Raw("<h1>参数错误</h1>".encode(), HTML)
    user_id = query.get("scanned_by", "")
    if user_id not in corp.settings.staff:
        return Raw(_picker(call, corp.settings.staff), HTML)
    code = corp.scan_codes.give(user_id)
    location = URL(target).extend_query({"code": code, "state": query.get("state", "")})
    return Raw(b"", "text/html", 302, (("Location", str(location)),))


def _picker(call: Call, staff: tuple[str, ...]) -> bytes:
    lines = [
        f'<li><a href="?{html.escape(urlencode({**call.query, "scanned_by": user_id}))}">'
        f"{html.escape(user_id)}</a></li>"
        for user_id in staff
    ]
    return (
        "<!doctype html><meta charset=utf-8><title>企业微信扫码登录</title>"
        "<style>body{font:16px/1.6 system-ui;margin:48px auto;max-width:360px;color:#22262a}"
        "li{list-style:none;margin:8px 0}ul{padding:0}"
        "a{display:block;padding:12px 16px;border:1px solid #d5d8dc;border-radius:8px;"
        "color:inherit;text-decoration:none}</style>"
        "<h1>企业微信扫码登录</h1><p>谁的手机来扫码？ / Whose phone scans?</p>"
        f"<ul>{''.join(lines)}</ul>"
    ).encode()


async def user_info(call: Call) -> Answer:
    """Who scanned. Raises: Refused 40029."""
    corp = corp_of(call.china)
    return {**OK, "userid": corp.scan_codes.trade(call.query.get("code", ""))}


ENDPOINTS = (
    QyEndpoint("GET", f"{BASE}/wwlogin/sso/login", page, needs_token=False),
    QyEndpoint("GET", f"{BASE}/cgi-bin/auth/getuserinfo", user_info),
)
