"""What a cart costs: line by line, with what applies, what does not, and why."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import quotes
from loyalty.errors import Refused
from loyalty.quotes import CartItem, Proposal, Quote, Unlock
from loyalty.wording import Worded
from web.context import Context
from web.coupons import reason_text
from web.languages import Language
from web.session import Shopper
from web.texts import text
from web.typed import Moment

Sku = Annotated[str, Meta(min_length=1, max_length=100)]
Quantity = Annotated[int, Meta(ge=1, le=999)]


class WantedLine(Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a product. The same SKU twice counts together."""

    sku: Sku
    quantity: Quantity


class Cart(Struct, frozen=True, forbid_unknown_fields=True):
    """What I want to buy, and which coupon of mine I want to use."""

    lines: Annotated[list[WantedLine], Meta(min_length=1, max_length=50)]
    coupon: UUID | None = None


class QuotedLine(Struct, frozen=True):
    """One line: ``goods_fen`` before discounts, less ``saved_fen``, is ``total_fen``."""

    sku: str
    name: str
    quantity: int
    price_fen: int
    goods_fen: int
    saved_fen: int
    total_fen: int


class AppliedDiscount(Struct, frozen=True):
    """A discount that counts, and why I get it; ``coupon`` where it is one of mine.

    Where the store's prices go no lower, it takes off less: ``cut_fen`` less, as ``limit`` says.
    ``why`` are my own figures that it looked at ("This is your third order in six months"); empty
    where it is anybody's.
    """

    slot: str
    name: str
    saved_fen: int
    cut_fen: int
    limit: str | None
    reason: str
    why: list[str]
    coupon: UUID | None


class RefusedDiscount(Struct, frozen=True):
    """A discount that does not count for this cart, and why not."""

    slot: str
    name: str
    code: str
    message: str
    coupon: UUID | None


class UsableCoupon(Struct, frozen=True):
    """A coupon of mine that this cart can use, and what it would save."""

    coupon: UUID
    slot: str
    name: str
    reason: str
    saved_fen: int


class Unlocked(Struct, frozen=True):
    """A discount that would count, or take off more, with ``message`` telling what is missing.

    So many fen more, or units, of the product ``sku`` where it is that one. ``saved_fen`` is what
    the cart would save in all then; null where that hangs on a product that is not in it yet.
    """

    slot: str
    name: str
    message: str
    worth: str
    short_fen: int | None
    short_quantity: int | None
    sku: str | None
    saved_fen: int | None


class QuotedCart(Struct, frozen=True):
    """What the cart costs. ``quote`` lets me order at this price until ``good_until``.

    ``usable`` are my coupons that would save something here, the best first; that one is
    ``best_coupon``. ``unlocks``: what a little more in the cart would save, the nearest first.
    ``is_exact``: no other combination of these discounts saves more.
    """

    quote: str
    good_until: Moment
    lines: list[QuotedLine]
    goods_fen: int
    saved_fen: int
    total_fen: int
    points_to_earn: int
    applied: list[AppliedDiscount]
    refused: list[RefusedDiscount]
    usable: list[UsableCoupon]
    unlocks: list[Unlocked]
    best_coupon: UUID | None
    is_exact: bool


async def ask(shopper: Shopper, body: Cart, context: Context) -> QuotedCart:
    """Ask what a cart costs me now.

    Raises:
        NotFound: ``no_such_product``, ``no_such_coupon``.
        Refused: ``product_not_on_sale``, ``cart_too_large``, ``coupon_locked``, ``coupon_used``,
            ``coupon_void``, ``coupon_expired``.
    """
    items = [CartItem(line.sku, line.quantity) for line in body.lines]
    found = await quotes.quote(
        shopper.customer_id,
        items,
        body.coupon,
        at=context.clock(),
        shop_code=shopper.app_id,
    )
    shown, language = found.shown, shopper.language
    return QuotedCart(
        quote=quotes.signed(shown, quotes.packed(found.grounds), sealer=context.sealer),
        good_until=shown.good_until,
        lines=_lines(found, language),
        goods_fen=shown.goods_fen,
        saved_fen=shown.goods_fen - shown.total_fen,
        total_fen=shown.total_fen,
        points_to_earn=found.points_to_earn,
        applied=_applied(found, language),
        refused=_refused(found, language),
        usable=_usable(found, language),
        unlocks=[_unlocked(found, one, language) for one in found.unlocks],
        best_coupon=found.worths[0].coupon.proposal.coupon if found.worths else None,
        is_exact=found.is_exact,
    )


def _lines(found: Quote, language: Language) -> list[QuotedLine]:
    return [
        QuotedLine(
            sku=line.sku,
            name=product.name.spoken(language),
            quantity=line.quantity,
            price_fen=product.price_fen,
            goods_fen=line.goods_fen,
            saved_fen=line.goods_fen - line.total_fen,
            total_fen=line.total_fen,
        )
        for line, product in zip(found.shown.lines, found.products, strict=True)
    ]


def _name(proposal: Proposal, language: Language) -> str:
    return Worded(proposal.discount.name_zh, proposal.discount.name_en).spoken(language)


def _applied(found: Quote, language: Language) -> list[AppliedDiscount]:
    return [
        AppliedDiscount(
            slot=one.proposal.slot,
            name=_name(one.proposal, language),
            saved_fen=one.saved_fen,
            cut_fen=one.cut_fen,
            limit=text("cut_at_floor", language, {"cut_fen": one.cut_fen}) if one.cut_fen else None,
            reason=_why(found, one.proposal, language),
            why=[each.spoken(language) for each in found.whys(one.proposal)],
            coupon=one.proposal.coupon,
        )
        for one in found.applied
    ]


def _why(found: Quote, proposal: Proposal, language: Language) -> str:
    """Return why she gets it: what her coupon was given for, or whom the offer is for."""
    if proposal.coupon is not None:
        return reason_text(found.reasons[proposal.coupon], language)
    wordings = [one.spoken(language) for one in found.wordings(proposal)]
    return ("；" if language == "zh" else "; ").join(wordings) or text("for_everyone", language, {})


def _refused(found: Quote, language: Language) -> list[RefusedDiscount]:
    return [
        RefusedDiscount(
            slot=one.proposal.slot,
            name=_name(one.proposal, language),
            code=one.refusal.code,
            message=_message(found, one.refusal, language),
            coupon=one.proposal.coupon,
        )
        for one in found.declined
    ]


def _message(found: Quote, refusal: Refused, language: Language) -> str:
    """Return a refusal in words, a product by its name."""
    sku = refusal.figures.get("sku")
    named = {"sku": found.names.get(sku, sku)} if isinstance(sku, str) else {}
    return text(refusal.code, language, {**refusal.figures, **named})


def _usable(found: Quote, language: Language) -> list[UsableCoupon]:
    return [
        UsableCoupon(
            coupon=one.coupon.proposal.coupon,
            slot=one.coupon.proposal.slot,
            name=_name(one.coupon.proposal, language),
            reason=reason_text(one.coupon.reason, language),
            saved_fen=one.saved_fen,
        )
        for one in found.worths
        if one.coupon.proposal.coupon is not None
    ]


def _unlocked(found: Quote, one: Unlock, language: Language) -> Unlocked:
    figures = one.missing.figures
    return Unlocked(
        slot=one.proposal.slot,
        name=_name(one.proposal, language),
        message=_message(found, one.missing, language),
        worth=one.proposal.discount.worth().spoken(language),
        short_fen=_whole(figures.get("short_fen")),
        short_quantity=_whole(figures.get("short")),
        sku=str(figures["sku"]) if "sku" in figures else None,
        saved_fen=one.saved_fen,
    )


def _whole(figure: object) -> int | None:
    return figure if isinstance(figure, int) else None
