"""From what a store told to an order in our shape, or the reason why it is none. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from connectors.own_store.wire import Kept, ToldBuyer, ToldLine, ToldOrder, ToldRefund
from loyalty.customers import named_by
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, OrderLine, ShopRef
from models import IdentityKind, PurchaseState

CURRENCY = "CNY"
MOST_FEN = 10**12
MOST_PIECES = 10**9
FIRST_YEAR = 2000
FAST_CLOCK = timedelta(minutes=10)
_STATES: Mapping[str, PurchaseState] = {
    state.value: state for state in PurchaseState if state is not PurchaseState.REPLACED
}


def order(kept: Kept, *, shop: ShopRef, shown_by: IdentityRef | None = None, at: datetime) -> Order:
    """Return the order that was told. ``at`` is now: nothing may be told from after it.

    ``shown_by`` is the identity that showed the member code, which was looked up before.

    Raises:
        Refused: ``state_unknown``, ``currency_unknown``, ``amount_not_possible``,
            ``moment_not_possible``, ``paid_before_ordered``, ``completed_before_paid``,
            ``completed_at_missing``, ``amounts_do_not_add_up``, ``goods_do_not_sum``,
            ``line_repeated``, ``refunded_more_than_paid``, ``refunds_do_not_sum``.
    """
    told = kept.order
    assert told is not None
    if told.state not in _STATES:
        raise Refused("state_unknown", state=told.state)
    if told.currency != CURRENCY:
        raise Refused("currency_unknown", currency=told.currency)
    _check_moments(told, at=at)
    _check_amounts(told)
    _check_lines(told)
    lines = _lines(told)
    return Order(
        shop=shop,
        number=str(told.number),
        state=_STATES[told.state],
        ordered_at=told.ordered_at.astimezone(UTC),
        paid_at=told.paid_at.astimezone(UTC),
        completed_at=_utc(told.completed_at),
        platform_updated_at=_utc(told.updated_at),
        goods_fen=told.goods_fen,
        paid_fen=told.paid_fen,
        freight_fen=told.freight_fen,
        discount_shop_fen=told.discounts.shop_fen,
        discount_platform_fen=told.discounts.platform_fen,
        discount_talent_fen=told.discounts.talent_fen,
        points_deduct_fen=told.points_paid_fen,
        refunded_fen=sum(line.refunded_fen for line in lines),
        lines=lines,
        source=f"own_store:{shop.code}",
        buyer=_buyer(told.buyer, kept, shown_by=shown_by, scope=shop.code),
    )


def check_refund(told: ToldRefund, *, at: datetime) -> None:
    """Let a refund through that makes sense by itself.

    Raises:
        Refused: ``moment_not_possible``, ``amount_not_possible``, ``line_repeated``.
    """
    _check_moment("refunded_at", told.refunded_at, at=at)
    for place, line in enumerate(told.lines):
        _check_amount(line.refunded_fen, "lines[{}].refunded_fen", place)
    keys = [str(line.key) for line in told.lines]
    _check_unrepeated(keys)


def _buyer(
    told: ToldBuyer, kept: Kept, *, shown_by: IdentityRef | None, scope: str
) -> tuple[IdentityRef, ...]:
    """Return by what the buyer is known.

    A number that somebody only said names her where nothing else does: tied to another name it
    would lead whoever says it to the points of whoever has it. So does an address that is verified,
    and it goes before such a number; beside other names see ``customers.know_emails``.
    """
    found = [shown_by] if shown_by else []
    if told.openid is not None:
        found.append(IdentityRef(IdentityKind.OPENID, told.openid.app_id, told.openid.openid))
    if told.unionid is not None:
        found.append(IdentityRef(IdentityKind.UNIONID, "", told.unionid))
    if told.customer_key is not None:
        found.append(IdentityRef(IdentityKind.CUSTOMER_KEY, scope, str(told.customer_key)))
    if kept.mobile is not None and told.mobile_verified:
        found.append(IdentityRef(IdentityKind.MOBILE, "", kept.mobile.digest))
    if not found and kept.email is not None:
        found.append(named_by(kept.email))
    if not found and kept.mobile is not None:
        found.append(IdentityRef(IdentityKind.MOBILE, "", kept.mobile.digest))
    return tuple(found)


def _lines(told: ToldOrder) -> tuple[OrderLine, ...]:
    """Return the lines; those of a refunded order are wholly given back, told or not."""
    lines = tuple(_line(one) for one in told.lines)
    if told.state != PurchaseState.REFUNDED:
        return lines
    if any(line.refunded_fen not in (0, line.paid_fen) for line in lines):
        raise Refused("refunds_do_not_sum", number=str(told.number))
    return tuple(replace(line, refunded_fen=line.paid_fen) for line in lines)


def _line(told: ToldLine) -> OrderLine:
    return OrderLine(
        key=str(told.key),
        sku=str(told.sku),
        title=told.title,
        quantity=told.quantity,
        goods_fen=told.goods_fen,
        paid_fen=told.paid_fen,
        refunded_fen=told.refunded_fen,
        category=told.category,
        brand=told.brand,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _check_moments(told: ToldOrder, *, at: datetime) -> None:
    for name in ("ordered_at", "paid_at", "completed_at", "updated_at"):
        moment = getattr(told, name)
        if moment is not None:
            _check_moment(name, moment, at=at)
    if told.paid_at < told.ordered_at:
        raise Refused("paid_before_ordered")
    if told.completed_at is not None and told.completed_at < told.paid_at:
        raise Refused("completed_before_paid", number=str(told.number))
    if told.state == PurchaseState.COMPLETED and told.completed_at is None:
        raise Refused("completed_at_missing")


def _check_moment(name: str, moment: datetime, *, at: datetime) -> None:
    if moment.year < FIRST_YEAR or moment > at + FAST_CLOCK:
        raise Refused("moment_not_possible", name=name, moment=moment.isoformat())


def _check_amounts(told: ToldOrder) -> None:
    names = ("goods_fen", "paid_fen", "freight_fen", "points_paid_fen", "gift_card_fen")
    for name in names:
        _check_amount(getattr(told, name), "{}", name)
    off = told.discounts
    for name in off.__struct_fields__:
        _check_amount(getattr(off, name), "discounts.{}", name)
    paid = told.goods_fen + told.freight_fen - told.points_paid_fen - told.gift_card_fen
    paid -= off.shop_fen + off.platform_fen + off.talent_fen
    if paid != told.paid_fen:
        raise Refused("amounts_do_not_add_up", paid_fen=told.paid_fen, comes_to_fen=paid)


def _check_lines(told: ToldOrder) -> None:
    for place, line in enumerate(told.lines):
        for name in ("goods_fen", "paid_fen", "refunded_fen"):
            _check_amount(getattr(line, name), "lines[{}].{}", place, name)
        _check_amount(line.quantity, "lines[{}].quantity", place, most=MOST_PIECES)
        if line.refunded_fen > line.paid_fen:
            raise Refused("refunded_more_than_paid", number=str(told.number))
    _check_unrepeated([str(line.key) for line in told.lines])
    goods = sum([line.goods_fen for line in told.lines])
    if goods != told.goods_fen:
        raise Refused("goods_do_not_sum", goods_fen=told.goods_fen, lines_fen=goods)


def _check_unrepeated(keys: list[str]) -> None:
    if len(set(keys)) < len(keys):
        repeated = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise Refused("line_repeated", key=repeated)


def _check_amount(amount: int, name: str, *parts: object, most: int = MOST_FEN) -> None:
    """Refuse an amount that cannot be; its name is made of its parts only then."""
    if not 0 <= amount <= most:
        raise Refused("amount_not_possible", name=name.format(*parts), amount=amount)
