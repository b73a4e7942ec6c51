"""Why an order earned what it did, or nothing: each rule that held when it was paid, and its word.

What is told is what the rules say of the order as it stands now; what was booked stands in the
entries, and may hold a boost of hers, or a cap over several orders, beside it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from loyalty import programme
from loyalty.earning import EARNING, EarningCase, EarningLine, EarningRule
from loyalty.earning.cap import Cap
from loyalty.earning.multiplier import Multiplier
from loyalty.orders import Order, ShopRef
from loyalty.programme import Programme, Rule
from loyalty.purchases.earned import settles_at
from loyalty.purchases.finding import find
from loyalty.purchases.rules import Rules
from models import PurchaseState, ShopKind, db

MOST_ORDERS = 20


class Word(StrEnum):
    """What a rule says of an order."""

    GIVES = "gives"
    CUTS = "cuts"
    OTHER_SHOP = "other_shop"
    OTHER_TIER = "other_tier"
    NOT_THEN = "not_then"
    OTHER_GOODS = "other_goods"
    NOTHING_PAID = "nothing_paid"
    TOO_LITTLE = "too_little"
    NOTHING_TO_ADD = "nothing_to_add"
    LEAVES_ALL = "leaves_all"


class Verdict(Struct, frozen=True):
    """What one rule says of an order, and the points that it gives or takes."""

    rule: Rule
    word: Word
    points: int


class Explained(Struct, frozen=True):
    """An order with its reasons.

    ``refusals`` say why the whole order earns nothing: ``order_was_split``, ``order_refunded``,
    ``order_paid_otherwise``, ``buyer_unknown``, ``buyer_no_member``, ``no_earning_rule``.
    ``says`` is what the rules give together, ``booked`` what she has for it. ``settles_at`` is None
    where it is not completed.
    """

    order: Order
    buyer_uuid: UUID | None
    is_member: bool
    tier: str | None
    booked: int
    says: int
    refusals: Sequence[str]
    verdicts: Sequence[Verdict]
    settles_at: datetime | None


_NAMED = """
SELECT shop.kind, shop.code, purchase.number, tier, points_earned, root.uuid AS buyer,
       member.id IS NOT NULL AND member.deleted_at IS NULL AS is_member
FROM shop CROSS JOIN LATERAL (
    SELECT * FROM purchase WHERE shop_id = shop.id AND number = $1
) AS purchase
LEFT JOIN customer ON customer.id = purchase.customer_id
LEFT JOIN customer AS root ON root.id = coalesce(customer.merged_into_id, customer.id)
LEFT JOIN member ON member.id = root.id
ORDER BY purchase.id LIMIT $2
"""


async def explain(number: str) -> list[Explained]:
    """Return the orders of a number, one a shop, each with its reasons; none where none is."""
    rows = await db.fetch(_NAMED, number, MOST_ORDERS)
    told = await programme.load()
    refs = [ShopRef(ShopKind(row["kind"]), row["code"]) for row in rows]
    found = await find([(ref, number) for ref in refs]) if refs else {}
    return [
        _explained(row, order, told)
        for row in rows
        if (order := found.get((row["kind"], row["code"], number))) is not None
    ]


def _explained(row: db.Row, order: Order, told: Programme) -> Explained:
    in_force = Rules(told).at(order.paid_at)
    tier = row["tier"] or in_force.lowest_tier
    case = _case(order, tier)
    rules = told.of(EARNING, order.paid_at)
    given = in_force.giving.of(case)
    by_version = {part.rule.version_id: sum(part.points) for part in given.parts}
    cuts = {cut.rule.version_id: -sum(cut.points) for cut in given.cuts}
    verdicts = [_verdict(rule, case, by_version, cuts) for rule in rules]
    refusals = _refusals(row, order, has_rules=bool(rules))
    return Explained(
        order=order,
        buyer_uuid=row["buyer"],
        is_member=row["is_member"],
        tier=row["tier"],
        booked=row["points_earned"],
        says=0 if refusals else given.points,
        refusals=refusals,
        verdicts=verdicts,
        settles_at=settles_at(order, in_force),
    )


def _case(order: Order, tier: str) -> EarningCase:
    lines = tuple(
        EarningLine(line.paid_fen - line.refunded_fen, line.sku, line.category, line.brand)
        for line in order.lines
    )
    return EarningCase(
        shop_kind=order.shop.kind,
        shop_code=order.shop.code,
        paid_at=order.paid_at,
        tier=tier,
        lines=lines,
    )


def _refusals(row: db.Row, order: Order, *, has_rules: bool) -> list[str]:
    found = []
    if order.state is PurchaseState.REPLACED:
        found.append("order_was_split")
    elif order.paid_fen == 0:
        found.append("order_paid_otherwise")
    elif order.refunded_fen == order.paid_fen:
        found.append("order_refunded")
    if row["buyer"] is None:
        found.append("buyer_unknown")
    elif not row["is_member"]:
        found.append("buyer_no_member")
    if not has_rules:
        found.append("no_earning_rule")
    return found


def _verdict(rule: Rule, case: EarningCase, gives: dict[int, int], cuts: dict[int, int]) -> Verdict:
    if rule.version_id in gives:
        return Verdict(rule, Word.GIVES, gives[rule.version_id])
    if rule.version_id in cuts:
        return Verdict(rule, Word.CUTS, cuts[rule.version_id])
    return Verdict(rule, _word(rule.body, case), 0)


def _word(rule: EarningRule, case: EarningCase) -> Word:
    """Return why a rule gives nothing for an order."""
    if not rule.is_on(case.paid_at):
        return Word.NOT_THEN
    if not replace(rule, only_tiers=(), starts_at=None, ends_at=None).holds(case):
        return Word.OTHER_SHOP
    if not rule.holds(case):
        return Word.OTHER_TIER
    if not any(rule.counts(line) for line in case.lines):
        return Word.OTHER_GOODS
    if isinstance(rule, Cap):
        return Word.LEAVES_ALL
    if isinstance(rule, Multiplier):
        return Word.NOTHING_TO_ADD
    return Word.TOO_LITTLE if any(rule.bases(case)) else Word.NOTHING_PAID
