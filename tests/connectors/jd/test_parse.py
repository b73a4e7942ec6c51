"""Orders of JD in our shape: money, moments, states, buyers, parts, what was given back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from connectors.jd import parse
from loyalty.errors import Refused
from loyalty.orders import IdentityRef, Order, ShopRef
from models import IdentityKind, PurchaseState, ShopKind
from tests.connectors.jd.conftest import APP_KEY, VENDER_ID, ours

TOLD = msgspec.json.decode((Path(__file__).parent / "order.json").read_bytes())
SHOP = ShopRef(ShopKind.JD, VENDER_ID)


def parsed(refunds: list[dict[str, Any]] | None = None, **changes: Any) -> Order | None:
    told = {"order": TOLD["order"] | changes, "refunds": refunds or []}
    return parse.order(msgspec.json.encode(told), shop=SHOP, settings=ours())


def taken(refunds: list[dict[str, Any]] | None = None, **changes: Any) -> Order:
    order = parsed(refunds, **changes)
    assert order is not None
    return order


def back(amount: object, *, ware: object = None, status: object = 13, number: int = 1) -> Any:
    return {
        "afsRefundId": number,
        "status": status,
        "refoundAmount": amount,
        "completeTime": "2026-05-28 12:00:00",
        "sameOrderServiceBill": {"serviceId": 7, "orderId": 1, "wareId": ware},
    }


def test_an_order_is_told_in_our_shape() -> None:
    order = taken()
    assert order.number == "9223372036854775999", "beyond what a bigint holds"
    assert (order.state, order.currency) == (PurchaseState.COMPLETED, "CNY")
    assert order.paid_fen == 24_650, "with what she paid from her balance"
    assert order.freight_fen == 800
    assert order.goods_fen == 30_000
    assert order.discount_shop_fen == 3_000
    assert order.discount_platform_fen == 1_150, "her beans; a gift card is no discount"
    assert order.ordered_at == datetime(2026, 5, 20, 2, tzinfo=UTC)
    assert order.paid_at == datetime(2026, 5, 20, 2, 0, 31, tzinfo=UTC)
    assert order.completed_at == datetime(2026, 5, 25, 1, tzinfo=UTC)
    assert order.platform_updated_at == datetime(2026, 5, 25, 1, 0, 1, tzinfo=UTC)
    assert order.parent_numbers == ("287421234500", "287421234001")
    assert order.buyer == (
        IdentityRef(IdentityKind.JD_OPEN_ID, APP_KEY, "wA_abcdefghijklmnop"),
        IdentityRef(IdentityKind.JD_XID, APP_KEY, "o*AASZabcdefgh"),
    )


def test_what_was_paid_is_shared_over_the_lines_by_their_prices_less_discounts() -> None:
    first, second = taken().lines
    assert (first.sku, second.sku) == ("M-020", "C-100")
    assert (first.goods_fen, second.goods_fen, second.quantity) == (20_000, 10_000, 2)
    assert first.paid_fen + second.paid_fen == 24_650 - 800
    assert first.paid_fen == 15_989  # 180.00 of 180.00 + 88.50
    assert (first.key, second.key) == ("10054887745652-1", "10054887745653-2")


def test_which_discounts_the_shop_pays_is_a_setting() -> None:
    told = msgspec.json.encode(TOLD)
    settings = replace(ours(), seller_coupon_types=("30", "39"))
    order = parse.order(told, shop=SHOP, settings=settings)
    assert order is not None
    assert (order.discount_shop_fen, order.discount_platform_fen) == (3_150, 1_000)


@pytest.mark.parametrize(
    ("state", "is_then"),
    [
        ("WAIT_SELLER_STOCK_OUT", PurchaseState.PAID),
        ("WAIT_SELLER_DELIVERY", PurchaseState.PAID),
        ("PAUSE", PurchaseState.PAID),
        ("POP_ORDER_PAUSE", PurchaseState.PAID),
        ("LOCKED", PurchaseState.PAID),
        ("WAIT_GOODS_RECEIVE_CONFIRM", PurchaseState.SHIPPED),
        ("DELIVERY_RETURN", PurchaseState.SHIPPED),
        ("FINISHED_L", PurchaseState.COMPLETED),
        ("TRADE_CANCELED", PurchaseState.REFUNDED),
    ],
)
def test_states(state: str, is_then: PurchaseState) -> None:
    order = taken(orderState=state)
    assert order.state is is_then
    assert (order.completed_at is not None) == (state == "FINISHED_L")
    is_back = is_then is PurchaseState.REFUNDED
    assert order.refunded_fen == (24_650 if is_back else 0)


@pytest.mark.parametrize("never", ["0001-01-01 00:00:00", "1970-01-01 00:00:00", "", None])
def test_what_was_never_paid_is_no_purchase(never: str | None) -> None:
    assert parsed(orderState="NOT_PAY") is None
    assert parsed(orderState="TRADE_CANCELED", paymentConfirmTime=never) is None
    on_delivery = {"payType": "1-货到付款", "paymentConfirmTime": never}
    assert parsed(orderState="WAIT_GOODS_RECEIVE_CONFIRM", **on_delivery) is None
    done = taken(**on_delivery)
    assert done.paid_at == done.completed_at, "paid when it was handed over"
    nothing_to_pay = taken(orderPayment="0.00", balanceUsed="0", paymentConfirmTime=never)
    assert (nothing_to_pay.paid_at, nothing_to_pay.paid_fen) == (nothing_to_pay.ordered_at, 0)


def test_an_order_that_was_not_split_has_no_parents() -> None:
    for parent in ("0", "", None, 0, "9223372036854775999"):
        assert taken(parentOrderId=parent, directParentOrderId=parent).parent_numbers == ()


@pytest.mark.parametrize(
    ("refunds", "of_lines"),
    [
        ([back("10.00", ware=10054887745652)], (1_000, 0)),
        ([back(10.1, ware="10020665903517")], (0, 1_010)),
        ([back("10.00", ware=1), back("2", ware=10054887745653, number=2)], (676, 524)),
        ([back("1.00", ware=10054887745652, status=14)], (0, 0)),
        ([back("1.00", ware=10054887745652, status=None)], (0, 0)),
        ([back("180.00", ware=10054887745652)], (15_989, 0)),
        ([back("246.50")], (15_989, 7_861)),
    ],
)
def test_what_was_given_back_of_each_line(refunds: list[Any], of_lines: tuple[int, int]) -> None:
    order = taken(refunds)
    assert tuple(line.refunded_fen for line in order.lines) == of_lines
    assert order.refunded_fen == sum(of_lines)
    is_whole = sum(of_lines) == 15_989 + 7_861
    assert (order.state is PurchaseState.REFUNDED) == is_whole


def test_a_refund_moves_the_moment_of_change() -> None:
    assert taken([back("1.00")]).platform_updated_at == datetime(2026, 5, 28, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"orderState": "DengDai"}, "state_unknown"),
        ({"venderId": "999"}, "another_shop"),
        ({"orderPayment": "-1.00"}, "amount_not_possible"),
        ({"orderPayment": "1.001"}, "amount_not_possible"),
        ({"orderPayment": "NaN"}, "amount_not_possible"),
        ({"orderPayment": "1e400"}, "amount_not_possible"),
        ({"orderPayment": 1e300}, "amount_not_possible"),
        ({"orderPayment": "一元"}, "amount_not_possible"),
        ({"orderPayment": "900.00"}, "amounts_do_not_add_up"),
        ({"orderStartTime": "20260520"}, "moment_not_possible"),
        ({"orderStartTime": ""}, "moment_not_possible"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(**changes)
    assert refused.value.code == code


def test_more_than_was_ever_given_is_not_given_back() -> None:
    with pytest.raises(Refused) as refused:
        parsed([back("246.50"), back("60.00", number=2)])
    assert refused.value.code == "refunded_more_than_paid"


def test_negative_pieces_are_refused() -> None:
    items = [TOLD["order"]["itemInfoList"][0] | {"itemTotal": "-1"}]
    with pytest.raises(Refused) as refused:
        parsed(itemInfoList=items)
    assert refused.value.code == "amount_not_possible"
