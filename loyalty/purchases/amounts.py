"""What an order's figures must satisfy, and what changed between two tellings of it."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from loyalty.allocation import shares
from loyalty.errors import Refused
from loyalty.orders import Order, OrderLine
from models import PurchaseState

WHOLE_ORDER = "*"
_RANK = {state: rank for rank, state in enumerate(PurchaseState)}


NUL = b"\\u0000"


def digest(order: Order) -> bytes:
    """Return 16 bytes that stand for all that the order says, whichever source says it.

    Raises:
        Refused: ``text_not_writable``: a text of it holds a NUL, which no table takes.
    """
    told = msgspec.json.encode(replace(order, source=""))
    if NUL in told:
        raise Refused("text_not_writable", number=order.number.replace("\0", ""))
    return blake2b(told, digest_size=16).digest()


def checked(order: Order) -> Order:
    """Return the order with lines that sum to it.

    An order without lines gets one for the whole, unless it is replaced; what was refunded of the
    order but of no line is freight first, then shared over the lines.

    Raises:
        Refused: ``lines_do_not_sum``, ``refunded_more_than_paid``, ``completed_before_paid``.
    """
    if order.state is PurchaseState.REPLACED:
        return order
    lines = order.lines or (_whole(order),)
    if order.refunded_fen > order.paid_fen:
        raise Refused("refunded_more_than_paid", paid=order.paid_fen, refunded=order.refunded_fen)
    paid = sum(line.paid_fen for line in lines) + order.freight_fen
    if paid != order.paid_fen:
        raise Refused("lines_do_not_sum", paid=order.paid_fen, lines_and_freight=paid)
    if order.completed_at and order.completed_at < order.paid_at:
        raise Refused("completed_before_paid", number=order.number)
    lines = _with_refunds(order, lines)
    return order if lines is order.lines else replace(order, lines=lines)


def _whole(order: Order) -> OrderLine:
    return OrderLine(
        key=WHOLE_ORDER,
        sku="",
        title="",
        quantity=1,
        goods_fen=order.goods_fen,
        paid_fen=max(0, order.paid_fen - order.freight_fen),
    )


def _with_refunds(order: Order, lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    if not order.refunded_fen:
        if any(line.refunded_fen for line in lines):
            raise Refused("refunds_do_not_sum", refunded=0)
        return lines
    if any(line.refunded_fen > line.paid_fen for line in lines):
        raise Refused("refunded_more_than_paid", number=order.number)
    of_lines = sum(line.refunded_fen for line in lines)
    if of_lines > order.refunded_fen:
        raise Refused("refunds_do_not_sum", refunded=order.refunded_fen, lines=of_lines)
    left = [line.paid_fen - line.refunded_fen for line in lines]
    unshared = order.refunded_fen - of_lines
    on_lines = min(sum(left), max(0, unshared - _freight_back(order, of_lines)))
    if not on_lines:
        return lines
    return tuple(
        replace(line, refunded_fen=line.refunded_fen + part)
        for line, part in zip(lines, shares(on_lines, left), strict=True)
    )


def _freight_back(order: Order, of_lines: int) -> int:
    """Freight is given back only where the lines alone cannot hold the refund, or are all told."""
    goods = order.paid_fen - order.freight_fen
    return order.freight_fen if of_lines else max(0, order.refunded_fen - goods)


def moves_forward(known: Order, told: Order) -> bool:
    """Say whether ``told`` is a later state of the same order, though no moment says so.

    The state is not behind, no less is refunded, and no other amount differs: how two exports of
    one order differ. Lines may be told in detail where only the whole was known.
    """
    return (
        _RANK[told.state] >= _RANK[known.state]
        and told.refunded_fen >= known.refunded_fen
        and _amounts(known) == _amounts(told)
        and _same_lines(known.lines, told.lines)
    )


def is_older(known: Order, told: Order) -> bool:
    """Say whether ``told`` is an earlier state of the same order, though no moment says so.

    It is behind in state or refunds, and the known order is a later state of it. Details of lines
    are not old where only the whole is known.
    """
    is_behind = _RANK[told.state] < _RANK[known.state] or told.refunded_fen < known.refunded_fen
    tells_more = is_whole(known.lines) and not is_whole(told.lines)
    return is_behind and not tells_more and moves_forward(told, known)


def _amounts(order: Order) -> tuple[object, ...]:
    return (
        order.currency,
        order.goods_fen,
        order.discount_shop_fen,
        order.discount_platform_fen,
        order.discount_talent_fen,
        order.points_deduct_fen,
        order.freight_fen,
        order.paid_fen,
    )


def is_whole(lines: Sequence[OrderLine]) -> bool:
    """Say whether only the order as a whole is known, without its lines."""
    return len(lines) == 1 and lines[0].key == WHOLE_ORDER


def _same_lines(known: Sequence[OrderLine], told: Sequence[OrderLine]) -> bool:
    if is_whole(known) or is_whole(told):
        return True
    return {line.key: line.paid_fen for line in known} == {
        line.key: line.paid_fen for line in told
    } and all(
        told_line.refunded_fen >= known_line.refunded_fen
        for known_line, told_line in zip(
            sorted(known, key=lambda line: line.key),
            sorted(told, key=lambda line: line.key),
            strict=True,
        )
    )
