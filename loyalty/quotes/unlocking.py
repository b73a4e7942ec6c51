"""What else would count, if a little more were in the cart: 18 yuan more for 15 % off."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from loyalty.discounts import Cart, Discount
from loyalty.errors import Refused
from loyalty.facts import CartLine, Case
from loyalty.policies.margin import Margin
from loyalty.quotes.arithmetic import Priced, Proposal, priced
from loyalty.quotes.choosing import MOST_LOOKS

MOST_TRIED = 6
UNKNOWN_SKU = ""


class Unlock(Struct, frozen=True):
    """A discount that would count, or take off more, with what is missing.

    ``saved_fen`` is what the cart would save in all then; None where that hangs on a product that
    is not in it yet.
    """

    proposal: Proposal
    missing: Refused
    saved_fen: int | None


def unlocks(
    case: Case, proposals: Sequence[Proposal], now: Priced, *, margin: Margin | None = None
) -> tuple[Unlock, ...]:
    """Return what is nearest first, of what would save her more than she saves now."""
    cart = case.cart or ()
    missing = [(one, _missing(one, case, now)) for one in proposals]
    nearest = sorted(
        ((one, refusal) for one, refusal in missing if refusal is not None),
        key=lambda pair: (*_distance(pair[1], cart), pair[0].slot),
    )
    found = [
        _tried(case, proposals, one, refusal, now=now, margin=margin)
        for one, refusal in nearest[:MOST_TRIED]
    ]
    return tuple(one for one in found if one is not None)


def _missing(one: Proposal, case: Case, now: Priced) -> Refused | None:
    """Return the only thing that is missing for a discount, where a fuller cart would have it."""
    if one.left.refusal:
        return None
    cart = case.cart or ()
    needed = one.discount.conditions.refusals(case)
    own = one.discount.refusal(cart)
    needed += [own] if own else []
    if not needed and any(one == taken.proposal for taken in now.applied):
        step = one.discount.next_step(cart)
        needed = [step] if step else []
    return needed[0] if len(needed) == 1 and needed[0].code in _FILLED else None


def _distance(missing: Refused, cart: Cart) -> tuple[int, int]:
    """Return how far it is: in fen, for units by the cheapest product in the cart."""
    unit = min((line.price_fen for line in cart if line.price_fen), default=0)
    short_fen, short = missing.figures.get("short_fen"), missing.figures.get("short", 1)
    units = short if isinstance(short, int) else 1
    return (short_fen, 0) if isinstance(short_fen, int) else (units * unit, units)


def _tried(
    case: Case,
    proposals: Iterable[Proposal],
    one: Proposal,
    missing: Refused,
    *,
    now: Priced,
    margin: Margin | None,
) -> Unlock | None:
    """Return what filling the cart would save; None where something else would, or nothing."""
    filled = _FILLED[missing.code](one.discount, case.cart or (), missing)
    if filled is None:
        return Unlock(one, missing, None)
    then = priced(
        replace(case, cart=filled), proposals, margin=margin, most_looks=MOST_LOOKS // MOST_TRIED
    )
    if _of(one, then) <= _of(one, now) or then.saved_fen <= now.saved_fen:
        return None
    return Unlock(one, missing, then.saved_fen)


def _of(one: Proposal, found: Priced) -> int:
    return sum(taken.saved_fen for taken in found.applied if taken.proposal == one)


def _spent_more(discount: Discount, cart: Cart, missing: Refused) -> Cart | None:
    """Return the cart with as much more of goods that the discount is for as is missing."""
    like = next((line for line in cart if discount.counts(line)), cart[0])
    short = missing.figures["short_fen"]
    assert isinstance(short, int)
    sku = like.sku if discount.skus else UNKNOWN_SKU
    cost = None if like.cost_fen is None else like.cost_fen * short // max(1, like.price_fen)
    more = CartLine(sku, like.category, like.brand, quantity=1, price_fen=short, cost_fen=cost)
    return (*cart, more)


def _more_units(discount: Discount, cart: Cart, missing: Refused) -> Cart | None:
    """Return the cart with more of the cheapest product that counts."""
    counted = [line for line in cart if discount.counts(line)]
    if not counted:
        return None
    return _with_more(cart, min(counted, key=lambda line: (line.price_fen, line.sku)), missing)


def _more_of_it(discount: Discount, cart: Cart, missing: Refused) -> Cart | None:
    """Return the cart with more of the product that is missing, where it is in it already."""
    held = next((line for line in cart if line.sku == missing.figures["sku"]), None)
    return None if held is None else _with_more(cart, held, missing)


def _unknown(discount: Discount, cart: Cart, missing: Refused) -> Cart | None:
    return None


def _with_more(cart: Cart, held: CartLine, missing: Refused) -> Cart:
    short = missing.figures["short"]
    assert isinstance(short, int)
    more = replace(held, quantity=held.quantity + short)
    return tuple(more if line is held else line for line in cart)


_FILLED: Mapping[str, Callable[[Discount, Cart, Refused], Cart | None]] = {
    "min_spend_not_met": _spent_more,
    "quantity_short": _more_units,
    "bundle_incomplete": _more_of_it,
    "gift_not_in_cart": _unknown,
}
