"""Why an order gave points, or none: found by its number, whichever shop it is of."""

from typing import Any

from aiohttp import web

from console.pages import language_of, show
from console.words import WORDS
from console.words.rules import title
from loyalty import purchases
from loyalty.ledger.movements import is_writable
from loyalty.purchases import Explained, Verdict
from models import ParkedRow, db
from web.context import CONTEXT
from web.languages import Language
from web.masks import masked
from web.movements import SHOPS

LONGEST_NUMBER = 60

# What a parked message was about stands in its reason, where it got so far.
_PARKED = """
SELECT count(*) AS count FROM inbound_event
WHERE state = 'parked' AND worked_at IS NOT NULL AND error IS NOT NULL
  AND position($1 IN error) > 0
"""


async def page(request: web.Request) -> web.Response:
    """Show the orders of a number with their reasons, and what was parked of it."""
    number = request.query.get("number", "").strip()[:LONGEST_NUMBER]
    if not is_writable(number):
        number = ""
    language, at = language_of(request), request.config_dict[CONTEXT].clock()
    found = await purchases.explain(number) if number else []
    told = {
        "number": number,
        "found": [_shown(one, language) for one in found],
        "parked": await _parked(number) if number and not found else 0,
        "now": at,
    }
    return await show(request, "purchases.html", told)


async def _parked(number: str) -> int:
    (row,) = await db.fetch(_PARKED, number)
    rows = await ParkedRow.filter(order_number=number, resolved_at=None).count()
    return int(row["count"]) + rows


def _shown(one: Explained, language: Language) -> dict[str, Any]:
    zh, en = SHOPS[one.order.shop.kind]
    words = WORDS[language]
    return {
        "one": one,
        "shop": zh if language == "zh" else en,
        "buyer": masked(one.buyer_uuid, language) if one.buyer_uuid else "",
        "refusals": [words[f"why_not_{code}"] for code in one.refusals],
        "verdicts": [_verdict(each, language) for each in one.verdicts],
        "base_fen": sum(line.paid_fen - line.refunded_fen for line in one.order.lines),
        "differs": not one.refusals and one.booked != one.says,
    }


def _verdict(one: Verdict, language: Language) -> dict[str, Any]:
    return {
        "slot": one.rule.slot,
        "name": title(one.rule.body, language),
        "word": one.word.value,
        "said": WORDS[language][f"why_not_{one.word.value}"],
        "points": one.points,
    }
