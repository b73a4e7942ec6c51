"""How a page is made: its template with the words of the staff member's language."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from console.access import PAGES, SECTIONS, STAFF, TOKEN, proof_of
from console.words import WORDS
from loyalty.calendar import SHANGHAI, day_of
from models import Brand
from web.languages import Language, preferred

FRAMED_BY: web.AppKey[Iterable[str]] = web.AppKey("framed_by", Iterable)
LANGUAGE_COOKIE = "jifen_console_language"
_PAGE = re.compile("[1-9][0-9]{0,3}", re.ASCII)


def set_up(console: web.Application, templates: Path) -> None:
    """Let templates be found, escaped, and strict about names that are not there."""
    environment = aiohttp_jinja2.setup(
        console,
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters.update(
        yuan=yuan, number=number, moment=moment, day=day, last_day=last_day, percent=percent
    )


def language_of(request: web.Request) -> Language:
    """Return the language of a request: the one chosen, else the browser's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("zh", "en"):
        return "en" if chosen == "en" else "zh"
    return preferred(request.headers.get("Accept-Language", ""))


def page_asked(request: web.Request, *, most: int = 9999) -> int:
    """Return which page of a list is asked for, from 1; the first where that is none."""
    told = request.query.get("page", "")
    return min(int(told), most) if _PAGE.fullmatch(told) else 1


async def show(
    request: web.Request, template: str, values: Mapping[str, Any], *, http_status: int = 200
) -> web.Response:
    """Return a page."""
    language = language_of(request)
    brand = await Brand.get_or_none(id=1)
    signed_in = request.get(STAFF)
    pages = [name for name, roles in PAGES.items() if signed_in and signed_in.role in roles]
    told = {
        "w": WORDS[language],
        "language": language,
        "brand": (brand.name_zh if language == "zh" else brand.name_en) if brand else "jifen",
        "colour": brand.colour if brand else "#8a4b2a",
        "staff": signed_in,
        "page": template.removesuffix(".html"),
        "pages": pages,
        "side": {
            section: [name for name in names if name in pages]
            for section, names in SECTIONS.items()
        },
        "proof": proof_of(request[TOKEN]) if signed_in else "",
        "is_part": "HX-Request" in request.headers,
        "framed_by": " ".join(request.config_dict[FRAMED_BY]),
        **values,
    }
    response = aiohttp_jinja2.render_template(template, request, told, status=http_status)
    ancestors = " ".join(request.config_dict[FRAMED_BY]) or "'none'"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
        f" img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
        f" frame-ancestors {ancestors}"
    )
    return response


def see(request: web.Request, path: str) -> web.Response:
    """Send the browser to a page."""
    return web.Response(status=303, headers={"Location": f"/console{path}"})


def yuan(fen: int | None) -> str:
    """Return fen as yuan: ¥1,234.50; a dash for what is not known."""
    if fen is None:
        return "–"
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02}"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands apart; a dash for what is not known."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """Return a share as a percentage; a dash for what is not known."""
    return "–" if value is None else f"{value * 100:.1f} %"


def day(at: datetime) -> str:
    """Return the Shanghai day of a moment."""
    return f"{day_of(at):%Y-%m-%d}"


def last_day(ends_at: datetime) -> str:
    """Return the last day of what ends at midnight."""
    return day(ends_at - timedelta(seconds=1))


def moment(at: datetime | None) -> str:
    """Return a moment by the Shanghai clock; a dash for what has not been."""
    return "–" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
