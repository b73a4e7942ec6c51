"""What a cart costs a member now: products, rules in force, her standing and her coupons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from loyalty import coupons, early_access, products, programme, purchases, standing
from loyalty.budgets import NO_END, Limited, budgets_of, left_of
from loyalty.coupons import Held, Reason
from loyalty.discounts import DISCOUNTS
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case, Facts
from loyalty.orders import Order, OrderLine, ShopRef
from loyalty.policies.tiers import Tiers
from loyalty.products import ForSale
from loyalty.programme import Programme
from loyalty.quotes.arithmetic import (
    Applied,
    Declined,
    Priced,
    Proposal,
    Reckoning,
    merged,
    why_not,
)
from loyalty.quotes.choosing import MOST_LOOKS
from loyalty.quotes.grounds import Grounds, grounds_of
from loyalty.quotes.signing import GOOD_FOR, Shown, ShownDiscount, ShownLine
from loyalty.quotes.unlocking import Unlock, unlocks
from loyalty.wording import Worded
from models import PurchaseState, ShopKind

# Of so many coupons of hers, those that end first, a quote says what each would save.
MOST_COUPONS = 50
MOST_FEN = 10**9
STORE = "store"


class CartItem(Struct, frozen=True):
    """What she wants: so many of a product."""

    sku: str
    quantity: int


class HerCoupon(Struct, frozen=True):
    """A coupon of hers that can be used: what it proposes, and why she has it."""

    proposal: Proposal
    reason: Reason
    expires_at: datetime


class Worth(Struct, frozen=True):
    """What a coupon of hers would save on this cart, beyond what is saved without it."""

    coupon: HerCoupon
    saved_fen: int


class Quote(Struct, frozen=True):
    """A cart priced for a member.

    ``shown`` is what gets signed, with the ``grounds`` that decided it. ``worths`` are those of her
    coupons that would save something on this cart, the best one first, whether she chose one or
    not; ``unlocks`` what a little more in the cart would save, the nearest first. ``names`` are
    those of products that are missing.
    """

    shown: Shown
    case: Case
    grounds: Grounds
    products: tuple[ForSale, ...]
    applied: tuple[Applied, ...]
    declined: tuple[Declined, ...]
    worths: tuple[Worth, ...]
    unlocks: tuple[Unlock, ...]
    names: dict[str, Worded]
    reasons: dict[UUID, Reason]
    tiers: Tiers
    points_to_earn: int
    is_exact: bool

    def wordings(self, proposal: Proposal) -> list[Worded]:
        """Return what a member reads of whom and what a discount is for."""
        return proposal.discount.wordings(self.tiers)

    def whys(self, proposal: Proposal) -> list[Worded]:
        """Return why a discount is hers, with her own figures; nothing where it is anybody's."""
        return proposal.discount.conditions.whys(self.case)


async def quote(
    member_id: int,
    items: Sequence[CartItem],
    coupon: UUID | None,
    *,
    at: datetime,
    shop_code: str = STORE,
) -> Quote:
    """Price a cart with the offers in force and the coupon that she chose, if any.

    ``shop_code`` names the own store that she is in: earning rules may hold for some stores only.

    Raises:
        NotFound: ``no_such_product``; ``no_such_coupon``: not hers, or none at all.
        Refused: ``product_not_on_sale``, ``opens_later``, ``cart_too_large``; ``coupon_locked``,
            ``coupon_used``, ``coupon_void``, ``coupon_expired``.
    """
    sold = await products.wanted(item.sku for item in items)
    cart = merged(_line(item, sold[item.sku]) for item in items)
    if sum(line.goods_fen for line in cart) > MOST_FEN:
        raise Refused("cart_too_large", most_fen=MOST_FEN)
    held = await _coupons(member_id, chosen=coupon, at=at)
    rules = await programme.recent(knowing=(one.rule_version_id for one in held))
    await early_access.check(member_id, sold, rules=rules, at=at)
    case = Case(await standing.facts_of(member_id, at=at, rules=rules), cart, shop_code)
    offers, hers = await _with_budgets(
        _offers(rules, at), _hers(held, rules, chosen=coupon), member_id, rules=rules, at=at
    )
    chosen = [one.proposal for one in hers if one.proposal.coupon == coupon]
    proposals = [*offers, *chosen]
    margin = rules.margin(at)
    reckoning = Reckoning(case, margin)
    found = reckoning.priced(proposals)
    plain = reckoning.priced(offers) if chosen else found
    tried = _tried(reckoning, offers, hers)
    declined = (*found.declined, *_declined(case, hers, tried, apart_from=coupon))
    unlocked = unlocks(case, proposals, found, margin=margin)
    shop = ShopRef(ShopKind.OWN_STORE, shop_code)
    return Quote(
        shown=shown_of(found, member_id, at=at),
        case=case,
        grounds=grounds_of(case, proposals, rules),
        products=tuple(sold[line.sku] for line in cart),
        applied=found.applied,
        declined=declined,
        worths=_worths(reckoning, offers, hers, tried, plain=plain),
        unlocks=unlocked,
        names=await _names([one.refusal for one in declined] + [one.missing for one in unlocked]),
        reasons={one.proposal.coupon: one.reason for one in hers if one.proposal.coupon},
        tiers=rules.tiers(at),
        points_to_earn=await _points(found, case.facts, rules, shop=shop),
        is_exact=found.is_exact,
    )


def _line(item: CartItem, product: ForSale) -> CartLine:
    return CartLine(
        product.sku,
        product.category,
        product.brand,
        quantity=item.quantity,
        price_fen=product.price_fen,
        cost_fen=product.cost_fen,
    )


def _offers(rules: Programme, at: datetime) -> list[Proposal]:
    return [
        Proposal(rule.slot, rule.version_id, rule.body)
        for rule in rules.of(DISCOUNTS, at)
        if rule.slot.startswith("offer:")
    ]


async def _coupons(member_id: int, *, chosen: UUID | None, at: datetime) -> list[Held]:
    """Return her coupons that can be used: the chosen one, then those that end first.

    Raises:
        NotFound: ``no_such_coupon``. Refused: the chosen one cannot be used.
    """
    held = await coupons.of(member_id, at=at)
    if chosen is not None and all(one.uuid != chosen for one in held):
        held.append(await coupons.find(chosen, member_id=member_id, at=at))
    held.sort(key=lambda one: one.uuid != chosen)
    if chosen is not None and (refusal := held[0].refusal()):
        raise refusal
    return [one for one in held if one.refusal() is None]


def _hers(held: Sequence[Held], rules: Programme, *, chosen: UUID | None) -> list[HerCoupon]:
    """Return the coupons that are tried: for carts, and the chosen one, whatever it is for."""
    found = []
    for one in held:
        rule = rules.version(one.rule_version_id, DISCOUNTS)
        assert rule is not None, "a coupon's rule version is published"
        if rule.body.is_for_carts or one.uuid == chosen:
            proposal = Proposal(one.slot, rule.version_id, rule.body, coupon=one.uuid)
            found.append(HerCoupon(proposal, one.reason, one.expires_at))
    return found[:MOST_COUPONS]


async def _with_budgets(
    offers: Sequence[Proposal],
    hers: Sequence[HerCoupon],
    member_id: int,
    *,
    rules: Programme,
    at: datetime,
) -> tuple[list[Proposal], list[HerCoupon]]:
    """Return offers and coupons with what their budgets have left; asked only where one has any."""
    asked = [*offers, *(one.proposal for one in hers)]
    limited = [Limited(one.slot, budgets_of(one.slot, one.discount, rules, at=at)) for one in asked]
    left = await left_of(limited, member_id, at=at)
    if not left:
        return list(offers), list(hers)
    known = [replace(one, left=left.get(one.slot, NO_END)) for one in asked]
    coupons_of_hers = zip(hers, known[len(offers) :], strict=True)
    return known[: len(offers)], [replace(one, proposal=told) for one, told in coupons_of_hers]


def _declined(
    case: Case,
    hers: Sequence[HerCoupon],
    tried: Mapping[int, Priced],
    *,
    apart_from: UUID | None,
) -> list[Declined]:
    """Tell which of her other coupons this cart cannot use, and why.

    Where a better discount is all that is in the way of one, nothing is said.
    """
    others = [one.proposal for one in hers if one.proposal.coupon != apart_from]
    told = [(one, why_not(case, one) or _cut(tried[one.version_id])) for one in others]
    return [Declined(one, refusal) for one, refusal in told if refusal is not None]


def _cut(found: Priced) -> Refused | None:
    """Return why the coupon of a cart that was tried with one saves nothing for good."""
    refusals = [one.refusal for one in found.declined if one.proposal.coupon is not None]
    return next((one for one in refusals if one.code in _FOR_GOOD), None)


_FOR_GOOD = ("goes_below_floor", "budget_short")


async def _names(refusals: Sequence[Refused]) -> dict[str, Worded]:
    """Return what the products are called of which refusals say that they are missing."""
    skus = {str(one.figures["sku"]) for one in refusals if "sku" in one.figures}
    return await products.names(skus) if skus else {}


def _tried(
    reckoning: Reckoning, offers: Sequence[Proposal], hers: Sequence[HerCoupon]
) -> dict[int, Priced]:
    """Return the cart with each coupon, by its version: those of one version save the same.

    All of them together are looked for as long as one cart is.
    """
    of_version = {one.proposal.version_id: one.proposal for one in hers}
    most = MOST_LOOKS // max(1, len(of_version))
    return {
        version_id: reckoning.priced([*offers, one], most_looks=most)
        for version_id, one in of_version.items()
    }


def _worths(
    reckoning: Reckoning,
    offers: Sequence[Proposal],
    hers: Sequence[HerCoupon],
    tried: Mapping[int, Priced],
    *,
    plain: Priced,
) -> tuple[Worth, ...]:
    """Return what each coupon would save; where that is not exact, like is compared with like."""
    if not all(one.is_exact for one in tried.values()):
        plain = reckoning.priced(offers, most_looks=MOST_LOOKS // len(tried))
    worths = [
        Worth(one, plain.total_fen - tried[one.proposal.version_id].total_fen) for one in hers
    ]
    return tuple(
        sorted(
            (one for one in worths if one.saved_fen > 0),
            key=lambda one: (-one.saved_fen, one.coupon.expires_at, one.coupon.proposal.slot),
        )
    )


def shown_of(found: Priced, member_id: int, *, at: datetime) -> Shown:
    """Return what a member is shown of a priced cart."""
    used = [one.proposal.coupon for one in found.applied if one.proposal.coupon]
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
        coupon=used[0] if used else None,
    )


async def _points(found: Priced, facts: Facts, rules: Programme, *, shop: ShopRef) -> int:
    """Return what she would earn if she paid the cart now, in the tier that she has."""
    lines = tuple(
        OrderLine(
            key=str(place),
            sku=line.sku,
            title="",
            quantity=line.quantity,
            goods_fen=line.goods_fen,
            paid_fen=cost,
            category=line.category,
            brand=line.brand,
        )
        for place, (line, cost) in enumerate(zip(found.cart, found.costs_fen, strict=True), 1)
    )
    order = Order(
        shop=shop,
        number="",
        state=PurchaseState.PAID,
        ordered_at=facts.at,
        paid_at=facts.at,
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=sum(line.paid_fen for line in lines),
        lines=lines,
        source="quote",
    )
    tier = facts.tiers.tiers[facts.tier_rank].code
    return await purchases.would_earn(order, facts.member_id, tier=tier, rules=rules)
