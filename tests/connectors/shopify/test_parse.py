"""Orders on Shopify in our shape: money that moved, what it was for, states, buyers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.shopify import parse
from connectors.shopify.wire import ShopOrder
from loyalty.connections import ShopifySettings
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, ShopRef
from models import IdentityKind, PurchaseState, ShopKind
from tests.connectors.shopify.conftest import DOMAIN, ours

TOLD = (Path(__file__).parent / "order.json").read_bytes()
ORDER, PAYMENTS = msgspec.json.decode(TOLD)["order"], msgspec.json.decode(TOLD)["payments"]
SHOP = ShopRef(ShopKind.SHOPIFY, DOMAIN)
SENT_AT = "2026-05-22T09:00:00+08:00"
SENT = {
    "fulfillment_status": "fulfilled",
    "fulfillments": [
        {"status": "success", "created_at": SENT_AT},
        {"status": "cancelled", "created_at": "2026-06-01T09:00:00+08:00"},
    ],
}


def parsed(
    payments: Any = PAYMENTS, settings: ShopifySettings | None = None, **changes: Any
) -> Order | None:
    # as a worker gets it: only what is used of it
    order = msgspec.json.decode(msgspec.json.encode(ORDER | changes), type=ShopOrder)
    told = msgspec.json.encode({"order": order, "payments": payments})
    return parse.order(told, shop=SHOP, settings=settings or ours())


def taken(payments: Any = PAYMENTS, **changes: Any) -> Order:
    order = parsed(payments, **changes)
    assert order is not None
    return order


def back(*amounts: str, lines: Any = (), status: str = "success", **more: Any) -> dict[str, Any]:
    told = [
        {"kind": "refund", "status": status, "amount": one, "currency": "CNY"} | more
        for one in amounts
    ]
    items = [{"line_item_id": key, "quantity": 1, "subtotal": fen} for key, fen in lines]
    return {"id": 5, "transactions": told, "refund_line_items": items, "order_adjustments": []}


def refunded(*refunds: dict[str, Any], **changes: Any) -> tuple[int, ...]:
    order = taken(refunds=list(refunds), financial_status="partially_refunded", **changes)
    assert order.refunded_fen == sum(line.refunded_fen for line in order.lines)
    return tuple(line.refunded_fen for line in order.lines)


def test_an_order_is_told_in_our_shape() -> None:
    order = taken()
    assert order.number == "9223372036854775999", "beyond what a bigint holds"
    assert (order.state, order.paid_fen, order.freight_fen) == (PurchaseState.PAID, 27_800, 800)
    assert (order.goods_fen, order.discount_shop_fen) == (30_000, 3_000)
    assert order.ordered_at == datetime(2026, 5, 20, 2, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 5, 20, 2, 0, 30, tzinfo=UTC), "when it was captured"
    assert order.platform_updated_at == datetime(2026, 5, 21, 4, tzinfo=UTC)
    assert order.completed_at is None
    kettle, beans = order.lines
    assert (kettle.key, kettle.sku, kettle.paid_fen) == ("11111111111111111111", "M-020", 18_000)
    assert (beans.sku, beans.quantity, beans.paid_fen, beans.brand) == ("45", 2, 9_000, "")


def test_only_the_customers_account_is_who_she_is() -> None:
    key = IdentityRef(IdentityKind.CUSTOMER_KEY, DOMAIN, "7000000000001")
    assert taken().buyer == (key,)
    assert taken(customer=None).buyer == ()
    kept = msgspec.json.encode(msgspec.convert(ORDER, ShopOrder))
    assert b"example.com" not in kept
    assert b"138000" not in kept


@pytest.mark.parametrize("status", ["pending", "authorized", "partially_paid", "voided", "expired"])
def test_what_is_not_paid_is_no_purchase(status: str) -> None:
    assert parsed(financial_status=status) is None


def test_tests_are_no_purchases() -> None:
    assert parsed(test=True) is None


def test_it_is_completed_when_all_of_it_was_sent_or_when_it_was_paid() -> None:
    sent = taken(**SENT)
    assert sent.state is PurchaseState.COMPLETED
    assert sent.completed_at == datetime(2026, 5, 22, 1, tzinfo=UTC)
    assert taken(fulfillment_status="partial").state is PurchaseState.SHIPPED
    at_once = parsed(settings=replace(ours(), completed_when="paid"))
    assert at_once is not None
    assert (at_once.state, at_once.completed_at) == (PurchaseState.COMPLETED, at_once.paid_at)


def test_a_gift_card_is_not_her_own_money() -> None:
    card = PAYMENTS[2] | {"id": 4, "gateway": "gift_card", "amount": "78.00"}
    cash = PAYMENTS[2] | {"amount": "200.00"}
    order = taken([cash, card])
    assert order.paid_fen == 20_000
    assert sum(line.paid_fen for line in order.lines) == 19_200
    assert refunded(back("78.00", gateway="gift_card")) == (0, 0)


def test_without_payments_the_total_was_paid() -> None:
    assert taken([]).paid_fen == 27_800


def test_what_was_bought_as_a_gift_card_is_told_as_one() -> None:
    lines = [ORDER["line_items"][0] | {"gift_card": True}, ORDER["line_items"][1]]
    assert [line.category for line in taken(line_items=lines).lines] == ["gift_card", ""]


def test_money_that_really_went_back_counts_and_no_subtotal() -> None:
    assert refunded(back("90.00", lines=[(12, 90.0)])) == (0, 9_000)
    assert refunded(back("50.00", lines=[(12, 90.0)])) == (0, 5_000)
    assert refunded(back("90.00", lines=[(12, 90.0)], status="failure")) == (0, 0)
    assert refunded(back("27.00")) == (1_800, 900), "an amount for no line is shared"
    assert refunded(back("100.00", lines=[(12, 90.0)])) == (1_000, 9_000)
    freight = {"kind": "shipping_refund", "amount": "-8.00"}
    with_freight = back("98.00", lines=[(12, 90.0)]) | {"order_adjustments": [freight]}
    assert refunded(with_freight) == (0, 9_000)


def test_all_of_it_given_back_leaves_nothing() -> None:
    order = taken(financial_status="refunded", refunds=[back("200.00"), back("78.00")])
    assert (order.state, order.refunded_fen) == (PurchaseState.REFUNDED, 27_000)


@given(st.lists(st.integers(1, 27_800), min_size=1, max_size=8))
def test_any_parts_of_a_refund_come_to_no_more_and_the_whole_to_all(parts: list[int]) -> None:
    told: list[str] = []
    left = 27_800
    for part in parts:
        told.append(f"{min(part, left) / 100:.2f}")
        left -= min(part, left)
    some = refunded(*map(back, told))
    assert sum(some) == min(27_000, 27_800 - left)
    assert sum(refunded(*map(back, told), back(f"{left / 100:.2f}"))) == 27_000


def test_pieces_that_were_taken_out_before_they_were_paid_have_no_part() -> None:
    removed = {
        "id": 6,
        "transactions": [],
        "refund_line_items": [{"line_item_id": 12, "quantity": 2}],
    }
    order = taken([PAYMENTS[2] | {"amount": "188.00"}], refunds=[removed])
    assert [line.paid_fen for line in order.lines] == [18_000, 0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"financial_status": "paused"}, "state_unknown"),
        ({"fulfillment_status": "lost"}, "state_unknown"),
        ({"currency": "USD"}, "currency_unknown"),
        (
            {"total_price_set": {"shop_money": {"amount": "1", "currency_code": "USD"}}},
            "currency_unknown",
        ),
        ({"total_price_set": None, "total_price": "1.00"}, "amounts_do_not_add_up"),
        ({"total_price_set": None, "total_price": "-1.00"}, "amount_not_possible"),
        ({"total_price_set": None, "total_price": "1.999"}, "amount_not_possible"),
        ({"line_items": [ORDER["line_items"][0] | {"quantity": -1}]}, "amount_not_possible"),
        ({"line_items": [ORDER["line_items"][0] | {"price": "NaN"}]}, "amount_not_possible"),
        ({"refunds": [back("279.00")]}, "refunded_more_than_paid"),
        ({"refunds": [back("1.00", currency="USD")]}, "currency_unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(**changes)
    assert refused.value.code == code
