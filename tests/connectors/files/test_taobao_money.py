"""Taobao's and Tmall's reports joined: whose money it was, and what each line cost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from loyalty.orders import IdentityRef, ShopRef
from models import IdentityKind, PurchaseState, ShopKind
from tests.connectors.files import reports
from tests.connectors.files.reports import (
    items_file,
    orders_file,
    taken,
    taobao,
    taobao_item,
    taobao_suborder,
    write,
)


def test_an_order_report_alone_gives_the_order_without_lines(tmp_path: Path) -> None:
    [one] = taken(orders_file(tmp_path, taobao("1930000000000000011")))
    order = one.order
    assert order is not None
    assert order.number == "1930000000000000011"
    assert order.shop == ShopRef(ShopKind.TMALL, "林家旗舰店", "林家旗舰店")
    assert order.buyer == (IdentityRef(IdentityKind.BUYER_NAME, "taobao", "小林"),)
    assert order.state is PurchaseState.COMPLETED
    assert order.paid_at == datetime(2018, 11, 10, 16, 2, 3, tzinfo=UTC)
    assert order.completed_at == datetime(2018, 11, 20, 2, tzinfo=UTC)
    assert (order.paid_fen, order.freight_fen, order.goods_fen, order.lines) == (
        11000,
        1000,
        10000,
        (),
    )


@pytest.mark.parametrize("items_first", [True, False])
def test_items_join_their_order_and_share_its_money_exactly(
    tmp_path: Path, items_first: bool
) -> None:
    paths = [
        orders_file(tmp_path, taobao("11")),
        items_file(
            tmp_path,
            taobao_item("11", "面霜", "66.00"),
            taobao_item("11", "小样", "0"),
            taobao_item("11", "口红", "29.50", 购买数量="2"),
        ),
    ]
    [one] = taken(*(reversed(paths) if items_first else paths))
    order = one.order
    assert order is not None
    assert [line.title for line in order.lines] == ["面霜", "小样", "口红"]
    assert [line.goods_fen for line in order.lines] == [6600, 0, 5900]
    assert [line.paid_fen for line in order.lines] == [5280, 0, 4720]
    assert order.discount_shop_fen == 2500


def test_sub_orders_tell_what_was_paid_and_given_back(tmp_path: Path) -> None:
    items = write(
        tmp_path / "items.csv",
        reports.TAOBAO_ITEMS,
        [
            taobao_suborder("11", "111", 买家实付金额="30.00"),
            taobao_suborder(
                "11", "112", 买家实付金额="70.00", 退款状态="退款成功", 退款金额="20.00"
            ),
            taobao_suborder("11", "113", 买家实付金额="0", 退款状态="退款关闭", 退款金额="9.00"),
        ],
    )
    [one] = taken(orders_file(tmp_path, taobao("11", 退款金额="20.00")), items)
    assert one.order is not None
    assert [line.key for line in one.order.lines] == ["111", "112", "113"]
    assert [line.paid_fen for line in one.order.lines] == [3000, 7000, 0]
    assert [line.refunded_fen for line in one.order.lines] == [0, 2000, 0]
    assert one.order.refunded_fen == 2000


@pytest.mark.parametrize(
    ("paid", "told"),
    [
        (("60.00", "40.00"), {}),
        (("70.00", "40.00"), {}),
        (("50.00", "40.00"), {"买家实际支付金额": "100.00", "天猫卡券抵扣": "10.00"}),
        (("60.00", "40.00"), {"买家实际支付金额": "100.00", "天猫卡券抵扣": "10.00"}),
        (("60.00", "35.00"), {"买家实际支付金额": "105.00", "买家实际支付积分": "500"}),
        (("60.00", "40.00"), {"买家实际支付金额": "105.00", "买家实际支付积分": "500"}),
        (("0", "0"), {}),
    ],
)
def test_what_the_items_cost_sums_to_the_order_with_or_without_freight_coupons_and_points(
    tmp_path: Path, paid: tuple[str, str], told: dict[str, object]
) -> None:
    rows = [taobao_suborder("11", f"11{n}", 买家实付金额=each) for n, each in enumerate(paid)]
    items = write(tmp_path / "items.csv", reports.TAOBAO_ITEMS, rows)
    [one] = taken(orders_file(tmp_path, taobao("11", **told)), items)
    assert one.order is not None
    goods = one.order.paid_fen - one.order.freight_fen
    assert sum(line.paid_fen for line in one.order.lines) == goods


def test_items_that_do_not_sum_to_their_order_are_parked_unless_some_went_back(
    tmp_path: Path,
) -> None:
    rows = [taobao_suborder("11", "111", 买家实付金额="60.00")]
    items = write(tmp_path / "items.csv", reports.TAOBAO_ITEMS, rows)
    [one] = taken(orders_file(tmp_path, taobao("11")), items)
    assert one.fault is not None
    assert one.fault.code == "items_do_not_reconcile"
    assert one.fault.figures == {"items": 6000, "goods": 10000, "freight": 1000}
    [one] = taken(orders_file(tmp_path, taobao("11", 退款金额="40.00")), items)
    assert one.order is not None
    assert one.order.refunded_fen == 4000


def test_the_refund_report_tells_the_buyers_part(tmp_path: Path) -> None:
    refunds = write(
        tmp_path / "refunds.csv",
        reports.TAOBAO_REFUNDS,
        [
            {
                "退款编号": "9",
                "订单编号": "11",
                "退款完结时间": "2018-12-01 00:00:00",
                "退款总额": "25",
                "退给买家金额": "20.00",
                "退给平台金额": "5.00",
            },
            {
                "退款编号": "10",
                "订单编号": "11",
                "退款完结时间": "",
                "退款总额": "1",
                "退给买家金额": "1",
            },
        ],
    )
    [one] = taken(refunds, orders_file(tmp_path, taobao("11")))
    assert one.order is not None
    assert one.order.refunded_fen == 2000


@pytest.mark.parametrize(
    ("told", "paid", "points", "platform"),
    [
        ({"买家实际支付金额": "105.00", "买家实际支付积分": "500"}, 10500, 500, 0),
        ({"买家实际支付金额": "100.00", "天猫卡券抵扣": "10.00"}, 10000, 0, 1000),
        ({"买家实际支付金额": "110.00", "天猫卡券抵扣": "10.00"}, 10000, 0, 1000),
        (
            {"买家实际支付金额": "99.00", "天猫卡券抵扣": "10.00", "集分宝抵扣": "1.00"},
            9900,
            0,
            1100,
        ),
    ],
)
def test_points_and_the_platforms_part_are_not_the_buyers_money(
    tmp_path: Path, told: dict[str, object], paid: int, points: int, platform: int
) -> None:
    [one] = taken(orders_file(tmp_path, taobao("11", **told)))
    assert one.order is not None
    assert one.order.paid_fen == paid
    assert one.order.points_deduct_fen == points
    assert one.order.discount_platform_fen == platform
