"""The audit of prices: kept facts, cart and rules make each placed order's price again.

And no two orders of the same cart, by the same rules, with the same answers of all conditions, cost
differently: whoever the member was.
"""

import asyncio
import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from loyalty import programme
from loyalty.checkout.sealing import seal
from loyalty.conditions import Conditions
from loyalty.errors import NotFound
from loyalty.facts import Case
from loyalty.programme import Programme
from loyalty.quotes import Grounds, Proposal, Shown, case_of, priced_again, proposals_of, shown_of
from loyalty.sealing import Sealer
from models import PriceAudit, db

BATCH = 200
# So many of the newest carts are compared with one another, and so many differences are kept.
MOST_COMPARED = 200_000
MOST_KEPT = 100

# Newest first: what is audited in part is what is fresh.
_READ = """
SELECT id, number, member_id, quote, grounds, lines, total_fen, seal, ordered_at FROM store_order
WHERE id < coalesce($1, 9223372036854775807) ORDER BY id DESC LIMIT $2
"""


class Difference(Struct, frozen=True):
    """An order whose price is not what it says: ``rule`` is what it breaks, ``told`` how.

    ``kept_changed``: what was kept is not what was shown. ``priced_differently``: the same facts,
    cart and rules make another price. ``rule_missing``: a rule that decided it is no more.
    ``unlike_another``: an order alike cost something else.
    """

    number: str
    member_id: int
    ordered_at: datetime
    rule: str
    told: str = ""


class Audit(Struct, frozen=True):
    """So many orders were priced again, and what differed."""

    orders: int
    differences: list[Difference]


async def audit(*, sealer: Sealer, most: int | None = None) -> Audit:
    """Price placed orders again from what they keep, all of them or so many of the newest."""
    rules = await programme.load()
    found: list[Difference] = []
    alike: dict[bytes, tuple[str, int]] = {}
    orders, before = 0, None
    while most is None or orders < most:
        wanted = BATCH if most is None else min(BATCH, most - orders)
        rows = await db.fetch(_READ, before, wanted)
        for row in rows:
            found += _differences(row, rules, alike, sealer=sealer)
            await asyncio.sleep(0)  # others are answered between two orders
        orders += len(rows)
        if len(rows) < wanted:
            break
        before = rows[-1]["id"]
    return Audit(orders, found)


async def keep_audit(done: Audit, *, at: datetime) -> None:
    """Keep what an audit found, for staff to read."""
    await PriceAudit.create(
        audited_at=at,
        orders=done.orders,
        differing=len(done.differences),
        differences=msgspec.to_builtins(done.differences[:MOST_KEPT]),
    )


def _differences(
    row: db.Row, rules: Programme, alike: dict[bytes, tuple[str, int]], *, sealer: Sealer
) -> list[Difference]:
    found = Difference(row["number"], row["member_id"], row["ordered_at"], "")
    told = {name: msgspec.json.decode(row[name]) for name in ("quote", "grounds", "lines")}
    if not hmac.compare_digest(seal(told, sealer), row["seal"]):
        return [replace(found, rule="kept_changed")]
    shown = msgspec.convert(told["quote"], Shown)
    grounds = msgspec.convert(told["grounds"], Grounds)
    try:
        differing = _priced_differently(row["total_fen"], shown, grounds, rules)
        key = _key(shown, grounds, rules)
    except NotFound as missing:
        version = str(missing.figures.get("version", ""))
        return [replace(found, rule="rule_missing", told=version)]
    differences = [replace(found, rule="priced_differently", told=differing)] if differing else []
    other = alike.get(key)
    if other is None and len(alike) < MOST_COMPARED:
        alike[key] = (row["number"], row["total_fen"])
    elif other is not None and other[1] != row["total_fen"]:
        differences.append(replace(found, rule="unlike_another", told=other[0]))
    return differences


def _priced_differently(total_fen: int, shown: Shown, grounds: Grounds, rules: Programme) -> str:
    """Return how another price comes of the same grounds, in fen; "" where the same does."""
    case = case_of(grounds, rules)
    again = shown_of(priced_again(grounds, shown, rules), shown.member_id, at=case.facts.at)
    if (again.lines, again.discounts, again.coupon) != (
        shown.lines,
        shown.discounts,
        shown.coupon,
    ) or again.total_fen != total_fen:
        return f"{total_fen} / {again.total_fen}"
    return ""


def _key(shown: Shown, grounds: Grounds, rules: Programme) -> bytes:
    """Return what orders that must cost the same have in common; nothing of who she is."""
    case = case_of(grounds, rules)
    proposals = proposals_of(grounds, shown, rules)
    told: Sequence[Any] = (
        grounds.cart,
        grounds.margin,
        grounds.offers,
        grounds.coupon_version,
        [_bound(one, shown) for one in proposals],
        [_answers(case, one.discount.conditions) for one in proposals],
    )
    return blake2b(msgspec.json.encode(told), digest_size=16).digest()


def _bound(one: Proposal, shown: Shown) -> tuple[int | None, str | None]:
    """Return how budgets bound a discount; a sum that is more than the cart bounds nothing."""
    fen, refusal = one.left.fen, one.left.refusal
    binds = fen is not None and fen < shown.goods_fen
    return fen if binds else None, refusal.code if refusal else None


def _answers(case: Case, conditions: Conditions) -> list[str]:
    return [refusal.code for refusal in conditions.refusals(case)]
