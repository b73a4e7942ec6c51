"""How Shopify tells an order and the money that moved: decimals as texts, ids as numbers."""

import datetime as dt
import hashlib
from decimal import Decimal

from simulator.clock import SHANGHAI
from simulator.shops.orders import Line, Order, Refund


def order(one: Order, *, currency: str) -> dict[str, object]:
    """An order, as REST and webhooks tell it, with what is personal of it, too."""
    off = sum(_off(line) for line in one.lines)
    total = sum(line.goods_fen for line in one.lines) - off + one.freight_fen
    return {
        "id": int(one.number),
        "name": f"#{int(one.number) % 10_000}",
        "order_number": int(one.number) % 10_000,
        "created_at": moment(one.ordered_at),
        "processed_at": moment(one.ordered_at),
        "updated_at": moment(one.updated_at),
        "cancelled_at": moment(one.closed_at) if one.closed_at else None,
        "closed_at": moment(one.completed_at) if one.completed_at else None,
        "test": False,
        "financial_status": _financial(one),
        "fulfillment_status": "fulfilled" if one.shipped_at else None,
        "currency": currency,
        "presentment_currency": "USD",
        "total_price": money(total),
        "total_price_set": _set(total, currency),
        "total_discounts": money(off),
        "total_discounts_set": _set(off, currency),
        "email": "lin@example.com",
        "phone": "+8613800000001",
        "customer": {
            "id": int(one.buyer),
            "email": "lin@example.com",
            "phone": "+8613800000001",
            "verified_email": True,
        },
        "shipping_address": {"name": "林小满", "address1": "静安区", "phone": "+8613800000001"},
        "line_items": [_line(line, currency) for line in one.lines],
        "shipping_lines": [_shipping(one.freight_fen, currency)] if one.freight_fen else [],
        "fulfillments": [_fulfillment(one)] if one.shipped_at else [],
        "refunds": [refund(one, given, currency=currency) for given in given_back(one)],
    }


def _financial(one: Order) -> str:
    given = given_back(one)
    if not one.paid_at:
        return "voided" if one.state == "closed" else "pending"
    if given and not any(_left(one, given).values()):
        return "refunded"
    return "partially_refunded" if given else "paid"


def _left(one: Order, given: list[Refund]) -> dict[str, int]:
    left = {line.key: line.pay_fen - line.channel_fen for line in one.lines}
    for refund_ in given:
        left[refund_.line_key] -= refund_.amount_fen
    return left


def given_back(one: Order) -> list[Refund]:
    """The refunds; an order that is closed after it was paid gives back all that is left."""
    if one.state != "closed" or not one.paid_at:
        return list(one.refunds)
    rest = [
        Refund(
            number=str(int(one.number) + 1_000_000_007 + i),
            line_key=key,
            amount_fen=left,
            is_done=True,
            asked_at=one.closed_at,
            updated_at=one.closed_at,
        )
        for i, (key, left) in enumerate(_left(one, one.refunds).items())
        if left
    ]
    return [*one.refunds, *rest]


def _off(line: Line) -> int:
    return line.shop_fen + line.platform_fen + line.talent_fen


def _line(line: Line, currency: str) -> dict[str, object]:
    return {
        "id": int(line.key),
        "sku": line.sku,
        "variant_id": 45_000_000_000_001,
        "product_id": 8_000_000_000_001,
        "title": line.title,
        "vendor": "示例咖啡",
        "quantity": line.quantity,
        "price": money(line.price_fen),
        "price_set": _set(line.price_fen, currency),
        "gift_card": False,
        "total_discount": "0.00",
        "discount_allocations": [
            {"amount": money(_off(line)), "amount_set": _set(_off(line), currency)}
        ]
        if _off(line)
        else [],
    }


def _shipping(fen: int, currency: str) -> dict[str, object]:
    told = {"price": money(fen), "price_set": _set(fen, currency), "title": "顺丰"}
    return {**told, "discounted_price": money(fen), "discounted_price_set": _set(fen, currency)}


def _fulfillment(one: Order) -> dict[str, object]:
    return {"id": int(one.number) + 3, "status": "success", "created_at": moment(one.shipped_at)}


def transactions(one: Order, *, currency: str) -> list[dict[str, object]]:
    """All money that moved: one that failed at first, the sale, a gift card, what went back."""
    if not one.paid_at:
        return []
    by_card = sum(line.channel_fen for line in one.lines)
    cash = sum(line.pay_fen for line in one.lines) + one.freight_fen - by_card
    told = [
        _payment(one, 1, "sale", cash, currency) | {"status": "failure"},
        _payment(one, 2, "sale", cash, currency),
    ]
    if by_card:
        told.append(_payment(one, 3, "sale", by_card, currency) | {"gateway": "gift_card"})
    backs = [x for given in given_back(one) for x in _gone(one, given, currency)]
    return [*told, *backs]


def refund(one: Order, given: Refund, *, currency: str) -> dict[str, object]:
    """A refund of a line. The lines' subtotals are numbers, and more than what went back."""
    line = next(x for x in one.lines if x.key == given.line_key)
    return {
        "id": int(given.number),
        "order_id": int(one.number),
        "created_at": moment(given.asked_at),
        "processed_at": moment(given.updated_at),
        "note": None,
        "refund_line_items": [
            {
                "line_item_id": int(given.line_key),
                "quantity": 1,
                "subtotal": float(Decimal(line.pay_fen) / 100),
                "total_tax": 0.0,
                "restock_type": "return",
            }
        ],
        "transactions": _gone(one, given, currency),
        "order_adjustments": [],
    }


def _gone(one: Order, given: Refund, currency: str) -> list[dict[str, object]]:
    told = _payment(one, int(given.number) % 1000 + 10, "refund", given.amount_fen, currency)
    return [
        told | {"status": "failure", "id": int(given.number) + 1},
        told | {"id": int(given.number) + 2, "processed_at": moment(given.updated_at)},
    ]


def _payment(one: Order, i: int, kind: str, fen: int, currency: str) -> dict[str, object]:
    return {
        "id": int(one.number) + i,
        "order_id": int(one.number),
        "kind": kind,
        "status": "success",
        "amount": money(fen),
        "currency": currency,
        "gateway": "alipay",
        "processed_at": moment(one.paid_at),
        "test": False,
    }


def _set(fen: int, currency: str) -> dict[str, object]:
    """The same in the shop's currency and in what the buyer saw."""
    return {
        "shop_money": {"amount": money(fen), "currency_code": currency},
        "presentment_money": {"amount": money(fen // 7), "currency_code": "USD"},
    }


def money(fen: int) -> str:
    """Two decimals."""
    return f"{Decimal(fen) / 100:.2f}"


def moment(at: int) -> str:
    """ISO 8601 with the store's time zone."""
    return dt.datetime.fromtimestamp(at, SHANGHAI).isoformat()


def customer_id(nickname: str) -> str:
    """The number of a customer's account."""
    return str(7_000_000_000_000 + int(hashlib.sha256(nickname.encode()).hexdigest()[:9], 16))
