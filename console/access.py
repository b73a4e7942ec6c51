"""Who may see what: the session in the cookie, the role's pages, the proof that a form is ours."""

import hmac
from collections.abc import Awaitable, Callable
from hashlib import sha256

from aiohttp import web

from console import forms, uploads
from loyalty import staff
from loyalty.errors import NotFound
from loyalty.ledger.movements import is_writable
from loyalty.staff import SignedInStaff
from models import Role
from web.context import now
from web.refusals import Forbidden

COOKIE = "jifen_staff"
STAFF = web.RequestKey("staff", SignedInStaff)
TOKEN = web.RequestKey("token", str)
OPEN = ("/console/login", "/console/static/", "/console/vendor/")

EVERYONE = frozenset(Role)
LEADERS = frozenset({Role.OWNER, Role.MANAGER, Role.MARKETER, Role.AUDITOR})
EDITORS = frozenset({Role.OWNER, Role.MANAGER, Role.MARKETER})
CHANGERS = frozenset({Role.OWNER, Role.MANAGER})
AUDITORS = frozenset({Role.OWNER, Role.MANAGER, Role.AUDITOR})
PAGES: dict[str, frozenset[Role]] = {
    "today": EVERYONE,
    "members": EVERYONE,
    "purchases": EVERYONE,
    "orders": frozenset({Role.OWNER, Role.MANAGER, Role.AUDITOR}),
    "products": LEADERS,
    "parked": EDITORS,
    "hand-over": frozenset({Role.OWNER, Role.MANAGER, Role.GUIDE}),
    "visits": frozenset({Role.OWNER, Role.MANAGER, Role.MARKETER, Role.GUIDE}),
    "shipping": CHANGERS,
    "live-rooms": LEADERS,
    "surveys": LEADERS,
    "events": frozenset({Role.OWNER, Role.MANAGER, Role.MARKETER, Role.GUIDE}),
    "communities": frozenset({Role.OWNER, Role.MANAGER, Role.MARKETER, Role.AUDITOR}),
    "contact-ways": LEADERS,
    "contact-tags": LEADERS,
    "mass-sends": LEADERS,
    "calendar": LEADERS,
    "coupons": LEADERS,
    "gifts": LEADERS,
    "referrals": LEADERS,
    "boards": LEADERS,
    "reviews": LEADERS,
    "ladders": LEADERS,
    "rules": LEADERS,
    "price-audit": AUDITORS,
    "audit": AUDITORS,
    "staff": AUDITORS,
    "connections": AUDITORS,
    "security": EVERYONE,
    "runs": LEADERS,
    "scorecard": LEADERS,
}
# The pages as the side shows them: what a working day goes through first.
SECTIONS: dict[str, tuple[str, ...]] = {
    "section_day": ("today", "members", "purchases", "hand-over", "shipping", "orders", "parked"),
    "section_community": (
        "communities",
        "mass-sends",
        "calendar",
        "contact-ways",
        "contact-tags",
        "live-rooms",
    ),
    "section_play": ("boards", "referrals", "reviews", "surveys", "events", "visits"),
    "section_offers": ("rules", "coupons", "gifts", "ladders", "products"),
    "section_proof": ("scorecard", "price-audit", "audit", "runs"),
    "section_house": ("staff", "connections", "security"),
}
LONGEST_ID = 15
WITH_A_FILE = ("products", "shipping", "mass-sends")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def require_staff(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let staff in whose role may see the page; send others to the login."""
    if request.path.startswith(OPEN):
        return await handler(request)
    token = request.cookies.get(COOKIE, "")
    try:
        signed_in = await staff.find(token, at=now())
    except NotFound:
        return _to_login(request)
    request[STAFF], request[TOKEN] = signed_in, token
    page = page_of(request)
    if page in PAGES and signed_in.role not in PAGES[page]:
        raise Forbidden("not_for_your_role")
    if request.method == "POST":
        await _require_proof(request, token)
    return await handler(request)


def page_of(request: web.Request) -> str:
    """Return the name of the page that a path is of, or stands below."""
    part = request.path.removeprefix("/console").strip("/").partition("/")[0]
    return part.removesuffix(".csv") or "today"


def id_of_path(request: web.Request, *, otherwise: str) -> int:
    """Return the id in the path.

    Raises:
        NotFound: ``otherwise``: it is no number.
    """
    told = request.match_info["id"]
    if not (told.isascii() and told.isdecimal() and len(told) <= LONGEST_ID):
        raise NotFound(otherwise)
    return int(told)


def part_of_path(request: web.Request, name: str, *, otherwise: str) -> str:
    """Return a part of the path.

    Raises:
        NotFound: ``otherwise``: it holds what no name in the database can.
    """
    part = request.match_info[name]
    if not is_writable(part):
        raise NotFound(otherwise)
    return part


def _to_login(request: web.Request) -> web.Response:
    """Send to the login; a part of a page that htmx asks for reloads the whole."""
    if "HX-Request" in request.headers:
        return web.Response(status=200, headers={"HX-Redirect": "/console/login"})
    return web.Response(status=303, headers={"Location": "/console/login"})


def proof_of(token: str) -> str:
    """Return what each form of a session carries, so that no other site can send one."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()


def is_same(told: str, right: str) -> bool:
    """Compare in a time that tells nothing; what is not ASCII is no secret of ours."""
    return told.isascii() and right.isascii() and hmac.compare_digest(told, right)


async def _require_proof(request: web.Request, token: str) -> None:
    told = request.headers.get("X-Form-Proof")
    if not told and page_of(request) in WITH_A_FILE:
        told = (await uploads.read(request)).fields.get("proof")
    elif not told:
        told = (await forms.read(request)).get("proof")
    if not is_same(told or "", proof_of(token)):
        raise Forbidden("form_not_ours")
