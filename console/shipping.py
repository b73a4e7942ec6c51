"""What is to be sent to members: addresses, for those who ship; numbers in, one or a file."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

from aiohttp import web

from console import csv_files, forms, uploads
from console.access import STAFF
from console.pages import language_of, show
from console.words import WORDS
from loyalty import redemptions
from loyalty.errors import LoyaltyError
from loyalty.redemptions import Sent, ToShip
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.logs import log
from web.texts import text

SHOWN = 200
MOST_ROWS = 5000
LONGEST = 60
COLUMNS = ("redemption", "reward", "name", "phone", "province", "city", "district", "detail")
TOLD = ("carrier", "tracking_number")

_SHIPPED = """
SELECT redemption.uuid, redemption.state, carrier, tracking_number, shipped_at,
       body ->> 'name_zh' AS zh, body ->> 'name_en' AS en, staff_member.name AS staff_name
FROM shipment JOIN redemption ON redemption.id = redemption_id
JOIN rule_version ON rule_version.id = rule_version_id
LEFT JOIN staff_member ON staff_member.id = shipped_by
WHERE shipped_at IS NOT NULL ORDER BY shipped_at DESC, redemption.id DESC LIMIT 50
"""


async def page(request: web.Request) -> web.Response:
    """Show what is to be shipped, and what was lately."""
    return await _show(request)


async def listed(request: web.Request) -> web.StreamResponse:
    """Return all that is to be shipped as a CSV that the same page takes back with its numbers."""
    found = await redemptions.to_ship(request.config_dict[CONTEXT].sealer, limit=MOST_ROWS)
    log.info("shipping_listed", count=len(found), staff_member_id=request[STAFF].id)
    rows = _sheet(found, language_of(request))
    return await csv_files.send(request, "to-ship.csv", (*COLUMNS, *TOLD), rows)


async def _sheet(
    found: Sequence[ToShip], language: Language
) -> AsyncIterator[list[tuple[str, ...]]]:
    yield [(*_cells(one, language), "", "") for one in found]


def _cells(one: ToShip, language: Language) -> tuple[str, ...]:
    to = one.address
    place = (to.province, to.city, to.district, to.detail)
    return (str(one.uuid), one.name.spoken(language), to.name, to.phone, *place)


async def change(request: web.Request) -> web.Response:
    """Take numbers, from a row or from a file; or a parcel that came back."""
    upload = await uploads.read(request)
    fields, words = upload.fields, WORDS[language_of(request)]
    if fields.get("act") == "returned":
        return await _take_back(request, fields)
    if fields.get("act") == "file" and not upload.content:
        return await _show(request, errors=[words["no_file"]])
    if len(upload.content) > uploads.LIMIT_BYTES:
        return await _show(request, errors=[words["file_too_large"]])
    if fields.get("act") != "file":
        row = {name: fields.get(name, "") for name in ("redemption", *TOLD)}
        return await _ship(request, [row])
    try:
        rows = _rows(upload.content)
    except (UnicodeDecodeError, csv.Error, KeyError):
        return await _show(request, errors=[words["shipping_file_wrong"]])
    return await _ship(request, [row for row in rows if row["carrier"] or row["tracking_number"]])


def _rows(content: bytes) -> list[dict[str, str]]:
    """Return the rows of a file. Raises: UnicodeDecodeError, csv.Error, KeyError: a column."""
    try:
        told = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        told = content.decode("gb18030")
    read = csv.DictReader(io.StringIO(told, newline=""))
    if not {"redemption", *TOLD} <= set(read.fieldnames or ()):
        raise KeyError("redemption, carrier, tracking_number")
    rows: list[dict[str, str]] = []
    for row in read:
        if len(rows) == MOST_ROWS:
            raise csv.Error("too many rows")
        rows.append({name: (row[name] or "") for name in ("redemption", *TOLD)})
    return rows


async def _ship(request: web.Request, rows: Sequence[dict[str, str]]) -> web.Response:
    words, language = WORDS[language_of(request)], language_of(request)
    sent, errors = [], []
    for place, row in enumerate(rows, 1):
        read = _sent(row)
        if read is None:
            errors.append(words["shipping_row_wrong"].format(row=place))
        else:
            sent.append(read)
    outcomes = await redemptions.ship(sent, staff_member_id=request[STAFF].id, at=_now(request))
    for one, outcome in zip(sent, outcomes, strict=True):
        if outcome.refusal:
            told = text(outcome.refusal.code, language, outcome.refusal.figures)
            errors.append(f"{one.uuid}: {told}")
    done = sum(outcome.refusal is None for outcome in outcomes)
    log.info("shipped", count=done, staff_member_id=request[STAFF].id)
    return await _show(request, done=words["shipping_done"].format(n=done), errors=errors)


def _sent(row: dict[str, str]) -> Sent | None:
    """Return what a row says; None where it names no redemption, carrier or number."""
    carrier, number = (row[name].strip().lstrip("'") for name in TOLD)
    is_told = all(one and len(one) <= LONGEST and one.isprintable() for one in (carrier, number))
    uuid = forms.uuid_in(row["redemption"])
    return Sent(uuid, carrier, number) if uuid and is_told else None


async def _take_back(request: web.Request, fields: dict[str, str]) -> web.Response:
    words = WORDS[language_of(request)]
    uuid = forms.uuid_in(fields.get("redemption", ""))
    try:
        await redemptions.take_back(uuid or UUID(int=0), at=_now(request))
    except LoyaltyError as refused:
        told = text(refused.code, language_of(request), refused.figures)
        return await _show(request, errors=[told])
    log.info("parcel_returned", redemption=str(uuid), staff_member_id=request[STAFF].id)
    return await _show(request, done=words["shipping_taken_back"])


def _now(request: web.Request) -> datetime:
    return request.config_dict[CONTEXT].clock()


async def _show(
    request: web.Request, *, done: str = "", errors: Sequence[str] = ()
) -> web.Response:
    waiting = await redemptions.to_ship(request.config_dict[CONTEXT].sealer, limit=SHOWN)
    told = {
        "waiting": waiting,
        "shipped": await db.fetch(_SHIPPED),
        "done": done,
        "errors": errors[:SHOWN],
    }
    return await show(request, "shipping.html", told, http_status=422 if errors else 200)
