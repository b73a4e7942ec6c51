"""Coupon batches: how many coupons there are in each state, their codes, and what staff did."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from aiohttp import web

from console.access import EDITORS, STAFF
from console.pages import day, language_of, show
from console.words.rules import title
from loyalty import coupon_codes, programme
from loyalty.coupons.issuing import SLOT
from loyalty.discounts import DISCOUNTS
from loyalty.errors import LoyaltyError, NotFound
from loyalty.programme import Programme, Rule
from models import db
from web.context import CONTEXT
from web.languages import Language
from web.texts import text

RUNS = 20
DEEDS = 50
STATES = ("issued", "given", "locked", "used", "void", "expired")

_COUNTS = """
SELECT slot, CASE WHEN state = 'issued' AND expires_at <= $1 THEN 'expired' ELSE state END AS state,
       count(*) AS coupons
FROM coupon WHERE $2 IN ('', slot) GROUP BY 1, 2
"""
_DEEDS = """
SELECT coupon_deed.*, staff_member.name AS by, run.word, run.wanted, customer.uuid AS member
FROM coupon_deed LEFT JOIN staff_member ON staff_member.id = staff_member_id
LEFT JOIN coupon_code_run AS run ON run.id = run_id
LEFT JOIN coupon ON coupon.id = coupon_id LEFT JOIN customer ON customer.id = coupon.member_id
WHERE coupon_deed.slot = $1 ORDER BY coupon_deed.id DESC LIMIT $2
"""


async def page(request: web.Request) -> web.Response:
    """Show all coupon batches, each with its coupons by their state."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await db.fetch(_COUNTS, at, ""):
        counts[row["slot"]][row["state"]] = row["coupons"]
    rows = [
        {**_batch(rule, language), "counts": counts[rule.slot], "in_force": rule.in_force(at)}
        for rule in _newest(await programme.load())
    ]
    return await show(request, "coupons.html", {"rows": rows, "states": STATES})


async def one(request: web.Request) -> web.Response:
    """Show a batch with its codes and with what staff did."""
    return await show_one(request)


async def show_one(
    request: web.Request,
    *,
    error: LoyaltyError | None = None,
    asked: Mapping[str, str] | None = None,
) -> web.Response:
    """Show a batch, with what was refused and asked for where a form came to nothing."""
    at, language = request.config_dict[CONTEXT].clock(), language_of(request)
    rule = await batch(request)
    rows = await db.fetch(_COUNTS, at, rule.slot)
    runs = await coupon_codes.of(rule.slot, limit=RUNS)
    told = {
        **_batch(rule, language),
        "counts": {row["state"]: row["coupons"] for row in rows},
        "states": STATES,
        "in_force": rule.in_force(at),
        "runs": runs,
        "are_being_made": any(run.made < run.wanted and run.void_at is None for run in runs),
        "is_over": [run.void_at is not None or run.ends_at <= at for run in runs],
        "deeds": await db.fetch(_DEEDS, rule.slot, DEEDS),
        "can_change": request[STAFF].role in EDITORS,
        "names": (uuid4(), uuid4()),
        "most": coupon_codes.MOST,
        "asked": {
            "count": "",
            "word": "",
            "why": "",
            "ends_on": day(at + timedelta(days=90)),
            **(asked or {}),
        },
        "error": text(error.code, language, error.figures) if error else "",
    }
    return await show(request, "coupon.html", told, http_status=422 if error else 200)


async def batch(request: web.Request) -> Rule:
    """Return the newest version of the batch that the path names.

    Raises:
        NotFound: ``no_such_coupon_batch``.
    """
    slot = SLOT + request.match_info["code"]
    for rule in _newest(await programme.load()):
        if rule.slot == slot:
            return rule
    raise NotFound("no_such_coupon_batch")


def _newest(rules: Programme) -> list[Rule]:
    """Return the newest version of each batch, in force or not."""
    by_slot: dict[str, Rule] = {}
    for rule in rules.rules.get(DISCOUNTS.name, ()):
        if rule.slot.startswith(SLOT):
            by_slot.setdefault(rule.slot, rule)
    return [by_slot[slot] for slot in sorted(by_slot)]


def _batch(rule: Rule, language: Language) -> dict[str, object]:
    return {
        "slot": rule.slot,
        "code": rule.slot.removeprefix(SLOT),
        "name": title(rule.body, language),
        "worth": rule.body.worth().spoken(language),
        "stock": rule.body.stock,
        "per_member": rule.body.most_for_her,
        "is_claimable": rule.body.is_claimable,
    }
