"""From a trade and its refunds to an order: a table of what the platform may tell."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors.tmall import parse
from connectors.tmall.wire import Refund, Told, Trade
from loyalty.errors import Refused
from loyalty.orders import Attribution, IdentityRef, Order, ShopRef
from models import AttributionKind, IdentityKind, PurchaseState, ShopKind
from tests.connectors.tmall.conftest import NICK, settings

FIXTURES = Path(__file__).parent / "fixtures"
SHOP = ShopRef(ShopKind.TMALL, NICK, NICK)
TRADE = json.loads((FIXTURES / "trade.json").read_text())["trade_fullinfo_get_response"]["trade"]
REFUND = json.loads((FIXTURES / "refund.json").read_text())["refund_get_response"]["refund"]
POT, COFFEE = "9219372036854775824", "9219372036854775835"
PAID_FEN = 27_550


def parsed(trade: dict[str, Any], *refunds: dict[str, Any], **entered: Any) -> Order | None:
    told = Told(msgspec.convert(trade, Trade), [msgspec.convert(one, Refund) for one in refunds])
    return parse.order(msgspec.json.encode(told), shop=SHOP, settings=settings(**entered))


def order(trade: dict[str, Any], *refunds: dict[str, Any], **entered: Any) -> Order:
    found = parsed(trade, *refunds, **entered)
    assert found is not None
    return found


def trade(*, without: tuple[str, ...] = (), **told: Any) -> dict[str, Any]:
    """The fixture's trade, told otherwise; names of sub-orders' fields are lists."""
    changed: dict[str, Any] = deepcopy(TRADE)
    for name, value in told.items():
        if isinstance(value, list):
            for sub, one in zip(changed["orders"]["order"], value, strict=True):
                sub[name] = one
        else:
            changed[name] = value
    for name in without:
        changed.pop(name)
    return changed


def single(**told: Any) -> dict[str, Any]:
    """A trade of one sub-order, which has the trade's own number."""
    changed = trade(payment="208.00")
    (pot, _) = changed["orders"]["order"]
    pot |= {"oid": TRADE["tid"], "payment": "208.00", "divide_order_fee": "200.00"} | told
    changed["orders"]["order"] = [pot]
    return changed


def refund(**told: Any) -> dict[str, Any]:
    return {**REFUND, **told}


def test_a_trade_as_it_is_documented_becomes_an_order() -> None:
    one = order(TRADE)
    assert (one.number, one.state, one.currency) == (
        "9219372036854775813",
        PurchaseState.PAID,
        "CNY",
    )
    assert one.ordered_at == datetime(2026, 5, 20, 15, 58, 1, tzinfo=UTC)
    assert one.paid_at == datetime(2026, 5, 20, 16, 3, 10, tzinfo=UTC)
    assert one.platform_updated_at == datetime(2026, 5, 20, 16, 3, 11, tzinfo=UTC)
    assert (one.paid_fen, one.freight_fen, one.goods_fen) == (PAID_FEN, 800, 33_000)
    assert (one.discount_shop_fen, one.discount_platform_fen) == (33_000 - 26_750, 0)
    assert one.buyer == (
        IdentityRef(IdentityKind.TAOBAO_OPEN_UID, "12345678", "AAEm7p3cAAJ0Lq5s8XbYx1Zk"),
    )
    pot, coffee = one.lines
    assert (pot.key, pot.sku, pot.title, pot.quantity) == (POT, "M-020", "手冲壶 银色", 1)
    assert (coffee.key, coffee.sku, coffee.quantity, coffee.goods_fen) == (
        COFFEE,
        "C-100",
        2,
        13_000,
    )
    assert [line.paid_fen for line in one.lines] == [17_833, 8_917]
    assert coffee.attributed_to == (Attribution(AttributionKind.GUIDE, "77", "陈晨"),)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("WAIT_SELLER_SEND_GOODS", PurchaseState.PAID),
        ("PAID_FORBID_CONSIGN", PurchaseState.PAID),
        ("SELLER_CONSIGNED_PART", PurchaseState.PAID),
        ("WAIT_BUYER_CONFIRM_GOODS", PurchaseState.SHIPPED),
        ("TRADE_BUYER_SIGNED", PurchaseState.SHIPPED),
    ],
)
def test_every_state_after_payment_is_known(status: str, state: PurchaseState) -> None:
    assert order(trade(status=status)).state is state


@pytest.mark.parametrize(
    "told",
    [
        {"status": "TRADE_NO_CREATE_PAY"},
        {"status": "WAIT_BUYER_PAY"},
        {"status": "PAY_PENDING"},
        {"status": "WAIT_PRE_AUTH_CONFIRM"},
        {"status": "TRADE_CLOSED_BY_TAOBAO"},
        {"status": "TRADE_CLOSED", "pay_time": ""},
        {"status": "WAIT_BUYER_PAY", "step_trade_status": "FRONT_PAID_FINAL_NOPAID"},
        {"type": "step", "step_trade_status": "FRONT_NOPAID_FINAL_NOPAID"},
        {"step_trade_status": "FRONT_PAID_FINAL_NOPAID", "step_paid_fee": "50.00"},
        {"status": "TRADE_CLOSED", "step_trade_status": "FRONT_PAID_FRONT_FORFEITED"},
        {"type": "cod"},
        {"type": "cod", "status": "TRADE_CLOSED", "pay_time": ""},
    ],
)  # fmt: skip
def test_what_was_never_wholly_paid_is_no_purchase(told: dict[str, str]) -> None:
    assert parsed(trade(**told)) is None


def test_a_presale_is_a_purchase_when_its_balance_is_paid() -> None:
    one = order(trade(type="step", step_trade_status="FRONT_PAID_FINAL_PAID"))
    assert (one.state, one.paid_fen) == (PurchaseState.PAID, PAID_FEN)


def test_a_parcel_paid_to_the_courier_is_paid_when_all_is_over() -> None:
    told = trade(type="cod", status="TRADE_FINISHED", pay_time="", end_time="2026-05-25 12:00:00")
    one = order(told)
    assert one.state is PurchaseState.COMPLETED
    assert one.paid_at == one.completed_at == datetime(2026, 5, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"status": "TRADE_ON_THE_MOON"}, "state_unknown"),
        ({"step_trade_status": "MIDDLE_PAID"}, "state_unknown"),
        ({"pay_time": ""}, "paid_at_missing"),
        ({"pay_time": "gestern"}, "moment_not_possible"),
        ({"status": "TRADE_FINISHED"}, "completed_at_missing"),
        ({"trade_attr": '{"payCurrency":"HKD"}'}, "currency_unknown"),
        ({"trade_attr": "payCurrency:TWD;a:b"}, "currency_unknown"),
        ({"seller_nick": "别家旗舰店"}, "shop_differs"),
        ({"payment": "275.51"}, "amounts_do_not_add_up"),
        ({"payment": "-275.50"}, "amount_not_possible"),
        ({"divide_order_fee": ["-178.33", "445.83"]}, "amount_not_possible"),
        ({"pcc_af": 27_551}, "amount_not_possible"),
        ({"alipay_point": -1}, "amount_not_possible"),
        ({"num": [-1, 2]}, "amount_not_possible"),
        ({"num": [10**15, 2]}, "amount_not_possible"),
        ({"price": ["-200.00", "65.00"]}, "amount_not_possible"),
        ({"price": ["999999999999.00", "65.00"]}, "amount_not_possible"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_reason(told: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed(trade(**told))
    assert refused.value.code == code


def test_yuan_in_the_attributes_is_our_own_currency() -> None:
    assert order(trade(trade_attr='{"payCurrency": "CNY"}')).currency == "CNY"


@pytest.mark.parametrize("amount", ["1e5", "NaN", "1.234", " 1", "1,00", "٣", 12.5, True])
@pytest.mark.parametrize("name", ["payment", "post_fee"])
def test_amounts_that_are_none_are_not_read(name: str, amount: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        parsed(trade(**{name: amount}))


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"divide_order_fee": "208.00"},
        {"divide_order_fee": ""},
    ],
)
def test_the_only_sub_orders_payment_may_hold_the_freight_or_not(told: dict[str, str]) -> None:
    one = order(single(**told))
    assert (one.paid_fen, one.freight_fen) == (20_800, 800)
    assert [line.paid_fen for line in one.lines] == [20_000]


def test_without_shared_fees_lines_are_what_is_left_after_shared_discounts() -> None:
    one = order(trade(divide_order_fee=["", ""], part_mjz_discount=["21.67", "25.83"]))
    assert [line.paid_fen for line in one.lines] == [17_833, 8_917]


def test_a_sub_order_that_was_closed_before_payment_is_no_line() -> None:
    told = trade(
        status="WAIT_SELLER_SEND_GOODS",
        payment="186.33",
        divide_order_fee=["178.33", "0.00"],
    )
    told["orders"]["order"][1]["status"] = "TRADE_CLOSED_BY_TAOBAO"
    one = order(told)
    assert [line.key for line in one.lines] == [POT]
    assert one.paid_fen == 18_633


def test_import_tax_is_no_goods() -> None:
    one = order(trade(payment="299.50", order_tax_fee="24.00"))
    assert (one.paid_fen, one.freight_fen) == (29_950, 3_200)
    assert sum(line.paid_fen for line in one.lines) == 26_750


def test_parts_that_are_not_her_own_money_are_taken_off_every_line() -> None:
    one = order(trade(tmall_coupon_fee=2_675, point_fee=500, platform_subsidy_fee="3.00"))
    assert sum(line.paid_fen for line in one.lines) == 26_750 - 2_675
    assert one.paid_fen == PAID_FEN - 2_675
    assert one.freight_fen == 800
    assert one.discount_platform_fen == 2_675 + 300
    assert one.points_deduct_fen == 500
    assert one.discount_shop_fen == 33_000 - 26_750 - 500 - 300


def test_which_parts_a_payment_holds_is_a_setting() -> None:
    told = trade(tmall_coupon_fee=1_000, platform_subsidy_fee="20.00")
    assert order(told, not_own_money=()).paid_fen == PAID_FEN
    assert order(told, not_own_money=("platform_subsidy_fee",)).paid_fen == PAID_FEN - 2_000


def test_a_trade_paid_with_a_gift_card_alone_costs_her_nothing() -> None:
    one = order(trade(pcc_af=PAID_FEN))
    assert (one.paid_fen, one.freight_fen) == (0, 0)
    assert [line.paid_fen for line in one.lines] == [0, 0]


def test_a_refund_is_given_back_of_its_line() -> None:
    one = order(TRADE, REFUND)
    assert [line.refunded_fen for line in one.lines] == [0, 4_000]
    assert (one.refunded_fen, one.state) == (4_000, PurchaseState.PAID)
    assert one.platform_updated_at == datetime(2026, 5, 22, 1, 30, tzinfo=UTC)
    assert one.buyer == order(TRADE).buyer, "a name that comes with the refund may be another's"


def test_refunds_of_one_line_are_added_up() -> None:
    one = order(TRADE, REFUND, refund(refund_id="2", refund_fee="49.17", refund_phase="aftersale"))
    assert [line.refunded_fen for line in one.lines] == [0, 8_917]


@pytest.mark.parametrize(
    "told",
    [
        {"status": "WAIT_SELLER_AGREE"},
        {"status": "WAIT_BUYER_RETURN_GOODS"},
        {"status": "SELLER_REFUSE_BUYER"},
        {"status": "CLOSED"},
        {"status": "WAIT_BUYER_CONFIRM_EXCHANGE_SELLER_SEND_GOODS"},
        {"dispute_type": "TMALL_EXCHANGE"},
        {"dispute_type": "TAOBAO_EXCHANGE"},
        {"dispute_type": "REPAIR"},
        {"dispute_type": "RESHIPPING"},
    ],
)
def test_only_a_refund_that_succeeded_moves_money_and_an_exchange_none(
    told: dict[str, str],
) -> None:
    one = order(TRADE, refund(**told))
    assert (one.refunded_fen, [line.refunded_fen for line in one.lines]) == (0, [0, 0])


@pytest.mark.parametrize("kind", ["", "REFUND", "REFUND_AND_RETURN", "OTHERS"])
def test_disputes_about_money_move_it(kind: str) -> None:
    assert order(TRADE, refund(dispute_type=kind)).refunded_fen == 4_000


def test_freight_may_be_given_back_with_a_line() -> None:
    one = order(TRADE, refund(refund_fee="97.17"))
    assert [line.refunded_fen for line in one.lines] == [0, 8_917]
    assert one.refunded_fen == 8_917 + 800


@pytest.mark.parametrize("oid", [REFUND["tid"], 0, ""])
def test_a_refund_of_the_whole_trade_names_no_line(oid: Any) -> None:
    one = order(TRADE, refund(oid=oid, refund_fee="275.50"))
    assert one.refunded_fen == PAID_FEN
    assert sum(line.refunded_fen for line in one.lines) == 0, "shared when it is recorded"
    alone = order(single(), refund(oid=oid, refund_fee="200.00"))
    assert (alone.state, alone.lines[0].refunded_fen) == (PurchaseState.REFUNDED, 20_000)


def test_more_than_was_paid_cannot_come_back() -> None:
    with pytest.raises(Refused) as refused:
        parsed(TRADE, refund(refund_fee="97.18"))
    assert refused.value.code == "refunded_more_than_paid"
    with pytest.raises(Refused) as refused:
        parsed(TRADE, refund(oid=1))
    assert refused.value.code == "line_unknown"
    with pytest.raises(Refused) as refused:
        parsed(TRADE, refund(refund_fee="-1.00"))
    assert refused.value.code == "amount_not_possible"


def test_a_refund_gives_back_her_own_share_of_a_line() -> None:
    told = trade(tmall_coupon_fee=2_675)
    half = order(told, refund(refund_fee="44.58"))
    whole = order(told, refund(refund_fee="44.58"), refund(refund_id="2", refund_fee="44.59"))
    own = half.lines[1].paid_fen
    assert own == 8_917 - 892
    assert half.lines[1].refunded_fen == 4_458 * own // 8_917
    assert whole.lines[1].refunded_fen == own


def test_a_line_that_is_closed_after_payment_is_given_back_whole_refund_or_not() -> None:
    told = trade(status=["WAIT_SELLER_SEND_GOODS", "TRADE_CLOSED"])
    one = order(told)
    assert [line.refunded_fen for line in one.lines] == [0, 8_917]
    assert order(told, refund(refund_fee="89.17")).refunded_fen == 8_917


def test_a_trade_that_is_closed_after_payment_is_given_back_whole() -> None:
    told = trade(status="TRADE_CLOSED", end_time="2026-05-23 10:00:00")
    one = order(told)
    assert (one.state, one.refunded_fen) == (PurchaseState.REFUNDED, PAID_FEN)
    assert one.completed_at is None


def test_a_refund_after_the_end_leaves_the_trade_finished() -> None:
    told = trade(status="TRADE_FINISHED", end_time="2026-06-01 10:00:00")
    one = order(told, refund(refund_phase="aftersale"))
    assert (one.state, one.refunded_fen) == (PurchaseState.COMPLETED, 4_000)
    assert one.completed_at == datetime(2026, 6, 1, 2, tzinfo=UTC)


def test_a_payment_that_tells_only_what_is_left_after_a_refund_is_understood() -> None:
    one = order(trade(payment="235.50"), REFUND)
    assert (one.paid_fen, one.refunded_fen) == (PAID_FEN, 4_000)


def test_an_order_for_nothing_is_an_order() -> None:
    told = trade(payment="0.00", post_fee="0.00", divide_order_fee=["0.00", "0.00"])
    one = order(told)
    assert (one.paid_fen, one.state) == (0, PurchaseState.PAID)


def test_the_shops_own_name_for_the_buyer_is_hers_too() -> None:
    one = order(trade(ouid="T1aBcD"))
    assert one.buyer[1] == IdentityRef(IdentityKind.TMALL_OUID, NICK, "T1aBcD")


def test_ids_beyond_any_integer_stay_what_they_are() -> None:
    number = 2**63 + 10**30
    one = order(trade(tid=number, without=("tid_str",), oid=[number, f"{number}1"]))
    assert one.number == str(number)
    assert [line.key for line in one.lines] == [str(number), f"{number}1"]


def test_nothing_of_the_receiver_and_no_nick_is_kept() -> None:
    kept = msgspec.json.encode(msgspec.convert(TRADE, Trade)).decode()
    for name in ("receiver", "oaid", "buyer_nick", "**"):
        assert name not in kept
