"""The audit log: who did what in the console, and what was refused."""

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from console import csv_files
from console.access import STAFF
from console.pages import language_of, moment, show
from console.words.deeds import DEEDS
from loyalty import staff
from loyalty.staff import Deed
from models import StaffMember
from web.languages import Language
from web.logs import log

SHOWN = 100


async def page(request: web.Request) -> web.Response:
    """Show the newest deeds, or those that are asked for."""
    language, asked = language_of(request), _asked(request)
    found = await staff.deeds(limit=SHOWN + 1, before=_number(request, "before"), **asked)
    people = await StaffMember.all().order_by("name").values("id", "name", "left_at")
    told = {
        "rows": [_row(one, language) for one in found[:SHOWN]],
        "before": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "people": people,
        "deeds": sorted((name, said(name, language)) for name in DEEDS),
        "asked": {**asked, "query": _query(asked)},
    }
    return await show(request, "audit.html", told)


async def download(request: web.Request) -> web.StreamResponse:
    """Send the deeds that are asked for as a CSV file."""
    log.info("audit_downloaded", staff_member_id=request[STAFF].id)
    heading = ("when", "who", "deed", "path", "told", "http_status", "address")
    rows = _sheets(_asked(request), language_of(request))
    return await csv_files.send(request, "audit.csv", heading, rows)


async def _sheets(
    asked: dict[str, Any], language: Language
) -> AsyncIterator[list[tuple[str, ...]]]:
    async for found in staff.deed_pages(**asked):
        yield [
            (
                moment(one.did_at),
                one.by or "",
                said(one.deed, language),
                one.path,
                _told(one),
                str(one.http_status),
                one.address,
            )
            for one in found
        ]


def _asked(request: web.Request) -> dict[str, Any]:
    deed = request.query.get("deed", "")
    return {
        "staff_member_id": _number(request, "by"),
        "deed": deed if deed in DEEDS else None,
        "only_refused": request.query.get("refused") == "yes",
    }


def _query(asked: dict[str, Any]) -> dict[str, str]:
    """Return what a link to the next page says again."""
    told = {
        "by": str(asked["staff_member_id"] or ""),
        "deed": asked["deed"] or "",
        "refused": "yes" if asked["only_refused"] else "",
    }
    return {name: value for name, value in told.items() if value}


def _number(request: web.Request, name: str) -> int | None:
    told = request.query.get(name, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else None


def said(deed: str, language: Language) -> str:
    """Return what a deed is called."""
    zh, en = DEEDS.get(deed, (deed, deed))
    return zh if language == "zh" else en


def _row(one: Deed, language: Language) -> dict[str, Any]:
    return {"deed": one, "said": said(one.deed, language), "told": _told(one)}


def _told(one: Deed) -> str:
    return " · ".join(f"{name}: {value}" for name, value in one.told.items() if value)
