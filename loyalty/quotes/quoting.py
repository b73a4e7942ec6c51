"""What a cart costs a member now: products, rules in force, her standing and her coupons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from loyalty import programme, standing
from loyalty.discounts import DISCOUNTS
from loyalty.earning import EarningCase, EarningLine
from loyalty.errors import NotFound, Refused
from loyalty.facts import CartLine, Case
from loyalty.programme import Programme
from loyalty.quotes.arithmetic import Applied, Declined, Priced, Proposal, merged, priced, why_not
from loyalty.quotes.signing import GOOD_FOR, Shown, ShownDiscount, ShownLine
from models import CouponState, Product, ShopKind, db

# Of so many coupons of hers, those that end first, a quote says what each would save.
MOST_COUPONS = 50
MOST_FEN = 10**9


class CartItem(Struct, frozen=True):
    """What she wants: so many of a product."""

    sku: str
    quantity: int


class HerCoupon(Struct, frozen=True):
    """A coupon of hers that can be used: what it proposes, and why she has it."""

    proposal: Proposal
    reason: Any
    expires_at: datetime


class Worth(Struct, frozen=True):
    """What a coupon of hers would save on this cart, beyond what is saved without it."""

    coupon: HerCoupon
    saved_fen: int


class Quote(Struct, frozen=True):
    """A cart priced for a member.

    ``shown`` is what gets signed. ``worths`` are those of her coupons that would save something on
    this cart, the best one first, whether she chose one or not.
    """

    shown: Shown
    products: tuple[Product, ...]
    applied: tuple[Applied, ...]
    declined: tuple[Declined, ...]
    worths: tuple[Worth, ...]
    reasons: dict[UUID, Any]
    points_to_earn: int
    is_exact: bool


async def quote(
    member_id: int, items: Sequence[CartItem], coupon: UUID | None, *, at: datetime
) -> Quote:
    """Price a cart with the offers in force and the coupon that she chose, if any.

    Raises:
        NotFound: ``no_such_product``; ``no_such_coupon``: not hers, or none at all.
        Refused: ``product_not_on_sale``, ``cart_too_large``; ``coupon_not_usable``: used, locked
            to an order, void or expired.
    """
    products = await on_sale({item.sku for item in items})
    cart = merged(_line(item, products[item.sku]) for item in items)
    if sum(line.goods_fen for line in cart) > MOST_FEN:
        raise Refused("cart_too_large", most_fen=MOST_FEN)
    rules = await programme.load()
    facts = (await standing.facts([member_id], at=at))[member_id]
    coupons = await _coupons(member_id, rules, chosen=coupon, at=at)
    case = Case(facts, cart)
    offers = _offers(rules, at)
    chosen = [one.proposal for one in coupons if one.proposal.coupon == coupon]
    found = priced(case, [*offers, *chosen])
    plain = priced(case, offers) if chosen else found
    return Quote(
        shown=_shown(found, member_id, at=at),
        products=tuple(products[line.sku] for line in cart),
        applied=found.applied,
        declined=(*found.declined, *_declined(case, coupons, apart_from=coupon)),
        worths=_worths(case, offers, coupons, plain=plain),
        reasons={one.proposal.coupon: one.reason for one in coupons if one.proposal.coupon},
        points_to_earn=_points(found, rules, at=at),
        is_exact=found.is_exact,
    )


async def on_sale(skus: set[str]) -> dict[str, Product]:
    """Return the products that are sold under these SKUs.

    Raises:
        NotFound: ``no_such_product``. Refused: ``product_not_on_sale``.
    """
    products = {one.sku: one for one in await Product.filter(sku__in=sorted(skus))}
    for sku in sorted(skus):
        if sku not in products:
            raise NotFound("no_such_product", sku=sku)
        if not products[sku].is_on_sale:
            raise Refused("product_not_on_sale", sku=sku)
    return products


def _line(item: CartItem, product: Product) -> CartLine:
    return CartLine(
        product.sku,
        product.category,
        product.brand,
        quantity=item.quantity,
        price_fen=product.price_fen,
    )


def _offers(rules: Programme, at: datetime) -> list[Proposal]:
    return [
        Proposal(rule.slot, rule.version_id, rule.body)
        for rule in rules.of(DISCOUNTS, at)
        if rule.slot.startswith("offer:")
    ]


_COUPONS = """
SELECT uuid, slot, rule_version_id, reason, state, expires_at FROM coupon
WHERE member_id = $1 AND (uuid = $2 OR (state = 'issued' AND expires_at > $3))
ORDER BY uuid = $2 DESC, expires_at, uuid LIMIT $4
"""


async def _coupons(
    member_id: int, rules: Programme, *, chosen: UUID | None, at: datetime
) -> list[HerCoupon]:
    """Return her coupons that can be used, the chosen one first.

    Raises:
        NotFound: ``no_such_coupon``. Refused: ``coupon_not_usable``.
    """
    rows = await db.fetch(_COUPONS, member_id, chosen or UUID(int=0), at, MOST_COUPONS)
    if chosen is not None and (not rows or rows[0]["uuid"] != chosen):
        raise NotFound("no_such_coupon")
    found: list[HerCoupon] = []
    for row in rows:
        if row["state"] != CouponState.ISSUED or row["expires_at"] <= at:
            raise Refused("coupon_not_usable", state=row["state"])
        rule = rules.version(row["rule_version_id"], DISCOUNTS)
        assert rule is not None, "a coupon's rule version is published"
        proposal = Proposal(row["slot"], rule.version_id, rule.body, coupon=row["uuid"])
        found.append(HerCoupon(proposal, msgspec.json.decode(row["reason"]), row["expires_at"]))
    return found


def _declined(
    case: Case, coupons: Sequence[HerCoupon], *, apart_from: UUID | None
) -> list[Declined]:
    """Tell which of her other coupons this cart cannot use, and why."""
    others = [one.proposal for one in coupons if one.proposal.coupon != apart_from]
    told = [(one, why_not(case, one)) for one in others]
    return [Declined(one, refusal) for one, refusal in told if refusal is not None]


def _worths(
    case: Case, offers: Sequence[Proposal], coupons: Sequence[HerCoupon], *, plain: Priced
) -> tuple[Worth, ...]:
    """Return what each coupon would save; those of one batch version save the same."""
    saved: dict[int, int] = {}
    for one in coupons:
        version_id = one.proposal.version_id
        if version_id not in saved:
            with_it = priced(case, [*offers, one.proposal])
            saved[version_id] = plain.total_fen - with_it.total_fen
    worths = [Worth(one, saved[one.proposal.version_id]) for one in coupons]
    return tuple(
        sorted(
            (one for one in worths if one.saved_fen > 0),
            key=lambda one: (-one.saved_fen, one.coupon.expires_at, one.coupon.proposal.slot),
        )
    )


def _shown(found: Priced, member_id: int, *, at: datetime) -> Shown:
    coupons = [one.proposal.coupon for one in found.applied if one.proposal.coupon]
    return Shown(
        member_id=member_id,
        good_until=at + GOOD_FOR,
        lines=tuple(
            ShownLine(line.sku, line.quantity, line.goods_fen, cost)
            for line, cost in zip(found.cart, found.costs_fen, strict=True)
        ),
        discounts=tuple(
            ShownDiscount(one.proposal.slot, one.proposal.version_id, one.saved_fen)
            for one in found.applied
        ),
        coupon=coupons[0] if coupons else None,
    )


def _points(found: Priced, rules: Programme, *, at: datetime) -> int:
    case = EarningCase(
        shop_kind=ShopKind.OWN_STORE,
        paid_at=at,
        lines=tuple(
            EarningLine(cost, line.sku, line.category, line.brand)
            for line, cost in zip(found.cart, found.costs_fen, strict=True)
        ),
    )
    return sum(sum(rule.per_line(case)) for _, rule in rules.earning(at))
