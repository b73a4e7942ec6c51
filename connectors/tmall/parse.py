"""From a trade of Tmall or Taobao and its refunds to an order in our shape. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.reading.amounts import given_back, is_wholly_given_back, wholly_given_back
from connectors.reading.texts import first_id
from connectors.tmall import money
from connectors.tmall.wire import Refund, SubOrder, Trade, fen, told_of
from loyalty.calendar import SHANGHAI
from loyalty.connections import TmallSettings
from loyalty.errors import Refused
from loyalty.orders import Attribution, IdentityRef, Order, OrderLine, ShopRef
from models import AttributionKind, IdentityKind, PurchaseState

CLOSED, CLOSED_UNPAID, FINISHED = "TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO", "TRADE_FINISHED"
UNPAID = frozenset(
    {
        "TRADE_NO_CREATE_PAY",
        "WAIT_BUYER_PAY",
        "PAY_PENDING",
        "WAIT_PRE_AUTH_CONFIRM",
        CLOSED_UNPAID,
    }
)
STATES: Mapping[str, PurchaseState] = {
    "WAIT_SELLER_SEND_GOODS": PurchaseState.PAID,
    "PAID_FORBID_CONSIGN": PurchaseState.PAID,
    "SELLER_CONSIGNED_PART": PurchaseState.PAID,
    "WAIT_BUYER_CONFIRM_GOODS": PurchaseState.SHIPPED,
    "TRADE_BUYER_SIGNED": PurchaseState.SHIPPED,
    FINISHED: PurchaseState.COMPLETED,
    CLOSED: PurchaseState.REFUNDED,
}
# A presale (预售) is paid with its balance; a deposit alone, kept or forfeited, is no purchase.
STEPS_PAID = ("", "FRONT_PAID_FINAL_PAID")
STEPS_UNPAID = (
    "FRONT_NOPAID_FINAL_NOPAID",
    "FRONT_PAID_FINAL_NOPAID",
    "FRONT_PAID_FRONT_FORFEITED",
)
ON_DELIVERY = "cod"
SUCCESS = "SUCCESS"
MOST = 10**12
# Goods against goods: where such a dispute succeeds, no money moves.
WITHOUT_MONEY = ("TMALL_EXCHANGE", "TAOBAO_EXCHANGE", "REPAIR", "RESHIPPING")
_CURRENCY = re.compile(r'payCurrency"?\s*[:=]\s*"?([A-Za-z]{3})')


def order(body: bytes, *, shop: ShopRef, settings: TmallSettings) -> Order | None:
    """Return the trade in our shape; None where it was never paid.

    Raises:
        Refused: ``state_unknown``, ``shop_differs``, ``currency_unknown``, ``paid_at_missing``,
            ``completed_at_missing``, ``amounts_do_not_add_up``, ``amount_not_possible``,
            ``line_unknown``, ``refunded_more_than_paid``.
    """
    told = told_of(body)
    trade = told.trade
    _check_shop(trade, settings)
    paid_at = _paid_at(trade)
    if paid_at is None:
        return None
    _check_currency(trade)
    done = [one for one in told.refunds if _gives_back(one)]
    subs = [one for one in trade.orders.order if one.status != CLOSED_UNPAID]
    paid = money.paid(trade, subs, done, settings=settings)
    lines = tuple(_line(trade, sub, own_fen) for sub, own_fen in zip(subs, paid.own, strict=True))
    by_line, of_order = paid.refunded(done, closed=[str(x.oid) for x in subs if _is_closed(x)])
    lines = given_back(lines, by_line, freight_fen=paid.freight_fen)
    refunded_fen = sum(by_line.values()) + of_order
    state = STATES[trade.status]
    if state is PurchaseState.REFUNDED:
        lines, refunded_fen = wholly_given_back(lines), paid.paid_fen
    elif is_wholly_given_back(lines):
        state = PurchaseState.REFUNDED
    return Order(
        shop=shop,
        number=trade.number,
        state=state,
        ordered_at=_moment(trade.created),
        paid_at=paid_at,
        completed_at=_completed_at(trade),
        platform_updated_at=max(map(_moment, _changes(trade, told.refunds))),
        goods_fen=sum(line.goods_fen for line in lines),
        paid_fen=paid.paid_fen,
        freight_fen=paid.freight_fen,
        discount_shop_fen=paid.discount_shop_fen,
        discount_platform_fen=paid.discount_platform_fen,
        points_deduct_fen=paid.points_fen,
        refunded_fen=max(refunded_fen, sum(line.refunded_fen for line in lines)),
        lines=lines,
        source=f"tmall:{settings.scope}",
        buyer=_buyer(trade, settings),
    )


def _check_shop(trade: Trade, settings: TmallSettings) -> None:
    """A session of another shop's would file its orders under this one.

    Raises:
        Refused: ``shop_differs``.
    """
    if trade.seller_nick and trade.seller_nick != settings.seller_nick:
        raise Refused("shop_differs", told=trade.seller_nick, shop=settings.seller_nick)


def _check_currency(trade: Trade) -> None:
    """Raise where it was paid in another currency.

    Raises:
        Refused: ``currency_unknown``.
    """
    found = _CURRENCY.search(trade.trade_attr)
    if found and found[1].upper() != "CNY":
        raise Refused("currency_unknown", currency=found[1].upper())


def _paid_at(trade: Trade) -> datetime | None:
    """Return when it was paid; None where it was not.

    Raises:
        Refused: ``state_unknown``, ``paid_at_missing``.
    """
    if trade.status in UNPAID:
        return None
    if trade.status not in STATES:
        raise Refused("state_unknown", state=trade.status)
    if trade.step_trade_status in STEPS_UNPAID:
        return None
    if trade.step_trade_status not in STEPS_PAID:
        raise Refused("state_unknown", state=trade.step_trade_status)
    if trade.type == ON_DELIVERY:  # paid to the courier: known when all is over
        return _moment(trade.pay_time or trade.end_time) if trade.status == FINISHED else None
    if not trade.pay_time:
        if trade.status == CLOSED:
            return None
        raise Refused("paid_at_missing", number=trade.number)
    return _moment(trade.pay_time)


def _completed_at(trade: Trade) -> datetime | None:
    if trade.status != FINISHED:
        return None
    if not trade.end_time:
        raise Refused("completed_at_missing", number=trade.number)
    return _moment(trade.end_time)


def _gives_back(refund: Refund) -> bool:
    return refund.status == SUCCESS and refund.dispute_type not in WITHOUT_MONEY


def _is_closed(sub: SubOrder) -> bool:
    return sub.status == CLOSED


def _line(trade: Trade, sub: SubOrder, paid_fen: int) -> OrderLine:
    goods_fen, quantity = fen(sub.price) * int(sub.num), int(sub.num)
    for name, amount in (("num", quantity), ("price", goods_fen), ("paid", paid_fen)):
        if not 0 <= amount <= MOST:
            raise Refused("amount_not_possible", name=name, amount=amount)
    return OrderLine(
        key=str(sub.oid),
        sku=first_id(sub.outer_sku_id, sub.outer_iid, sub.sku_id, sub.num_iid),
        title=sub.title,
        quantity=quantity,
        goods_fen=goods_fen,
        paid_fen=paid_fen,
        attributed_to=_guide(trade, sub),
    )


def _guide(trade: Trade, sub: SubOrder) -> tuple[Attribution, ...]:
    """Return the shop guide (导购员) whom the platform tells, of the line before the order's."""
    told = (
        (sub.o2o_guide_id, sub.o2o_guide_name),
        (trade.o2o_guide_id, trade.o2o_guide_name),
        (trade.nr_shop_guide_id, trade.nr_shop_guide_name),
    )
    found = [Attribution(AttributionKind.GUIDE, str(code), name) for code, name in told if code]
    return tuple(found[:1])


def _changes(trade: Trade, refunds: list[Refund]) -> list[str]:
    told = [trade.modified or trade.created, *(one.modified for one in refunds)]
    return [one for one in told if one]


def _moment(told: str) -> datetime:
    """Return a moment of Shanghai.

    Raises:
        Refused: ``moment_not_possible``.
    """
    try:
        return datetime.fromisoformat(told).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused("moment_not_possible", name="time", moment=told[:40]) from None


def _buyer(trade: Trade, settings: TmallSettings) -> tuple[IdentityRef, ...]:
    """Return by what the platform knows her: for this app, and where it was asked for this shop.

    What refunds tell of her is not taken: a name that comes only then may be another customer's
    by now, and her money back would wait until staff see to it.
    """
    found = []
    if trade.buyer_open_uid:
        found.append(
            IdentityRef(IdentityKind.TAOBAO_OPEN_UID, settings.app_key, trade.buyer_open_uid)
        )
    if trade.ouid:
        found.append(IdentityRef(IdentityKind.TMALL_OUID, settings.scope, trade.ouid))
    return tuple(found)
