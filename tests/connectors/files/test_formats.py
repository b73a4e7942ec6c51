"""Every kind of report keeps the same promises, and tells the money as it was paid."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.files import formats
from connectors.files.report import Report
from connectors.files.sheets import opened
from models import PurchaseState
from tests.connectors.files import reports
from tests.connectors.files.reports import (
    items_file,
    orders_file,
    taken,
    taobao,
    taobao_item,
    write,
)


@pytest.mark.parametrize("report", list(formats.known()), ids=lambda report: report.name)
def test_a_kind_of_report_is_known_by_its_file(report: Report) -> None:
    folder = Path(formats.__file__).parent
    assert (folder / f"{report.name}.py").is_file()
    assert report.title
    assert report.needs


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (reports.TAOBAO_2018, "taobao_orders"),
        (
            [
                *reports.TAOBAO_2018,
                "支付单号",
                "直播返现状态",
                "返现金额",
                "预售订单",
                "主订单编号",
            ],
            "taobao_orders",
        ),
        (reports.TAOBAO_ITEMS_OLD, "taobao_items_old"),
        (reports.TAOBAO_ITEMS, "taobao_items"),
        (reports.TAOBAO_REFUNDS, "taobao_refunds"),
        (reports.JD, "jd_orders"),
        (reports.DOUYIN, "douyin_orders"),
        (reports.WECHAT_SHOP, "wechat_shop_orders"),
        (reports.YOUZAN, "youzan_orders"),
        (reports.YOUZAN_ITEMS, "youzan_items"),
    ],
)
def test_a_report_is_known_by_its_columns_in_any_order(
    tmp_path: Path, header: Sequence[str], name: str
) -> None:
    with opened(write(tmp_path / "f.csv", list(reversed(header)), [])) as sheet:
        assert formats.recognised(sheet).name == name


@pytest.mark.parametrize(
    ("told", "state", "refunded"),
    [
        ({"订单状态": "买家已付款，等待卖家发货"}, PurchaseState.PAID, 0),
        ({"订单状态": "卖家已发货,等待买家确认"}, PurchaseState.SHIPPED, 0),
        ({"订单状态": "交易成功", "退款金额": "30.00"}, PurchaseState.COMPLETED, 3000),
        ({"订单状态": "交易成功", "退款金额": "110.00"}, PurchaseState.REFUNDED, 11000),
        ({"订单状态": "交易关闭", "退款金额": "110.00"}, PurchaseState.REFUNDED, 11000),
        ({"订单状态": "交易关闭", "退款金额": "100.00"}, PurchaseState.REFUNDED, 10000),
        ({"订单状态": "交易关闭"}, PurchaseState.REFUNDED, 11000),
    ],
)
def test_the_platforms_words_become_states(
    tmp_path: Path, told: dict[str, object], state: PurchaseState, refunded: int
) -> None:
    [one] = taken(orders_file(tmp_path, taobao("11", **told)))
    assert one.order is not None
    assert (one.order.state, one.order.refunded_fen) == (state, refunded)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"订单状态": "等待买家付款", "买家实际支付金额": "0", "订单付款时间": ""}, "unpaid"),
        ({"订单状态": "交易关闭", "买家实际支付金额": "0", "订单付款时间": ""}, "closed_unpaid"),
    ],
)
def test_what_was_never_paid_is_skipped_and_not_parked(
    tmp_path: Path, told: dict[str, object], reason: str
) -> None:
    [one] = taken(orders_file(tmp_path, taobao("11", **told)))
    assert (one.order, one.fault, one.skipped) == (None, None, reason)


@pytest.mark.parametrize(
    ("told", "code", "column"),
    [
        ({"买家应付货款": "-1.00"}, "negative_amount", "买家应付货款"),
        ({"买家实际支付金额": "1.005"}, "amount_too_fine", "买家实际支付金额"),
        ({"订单付款时间": ""}, "empty", "订单付款时间"),
        ({"订单付款时间": "2018-13-01"}, "not_a_moment", "订单付款时间"),
        ({"订单状态": "神秘状态"}, "unknown_state", "订单状态"),
        ({"买家实际支付金额": "100", "天猫卡券抵扣": "7"}, "amounts_do_not_reconcile", "总金额"),
        ({"买家实际支付金额": "100.00"}, "amounts_do_not_reconcile", "总金额"),
        ({"买家实际支付积分": "500"}, "amounts_do_not_reconcile", "总金额"),
        ({"总金额": "0"}, "amounts_do_not_reconcile", "总金额"),
        ({"退款金额": "111.00"}, "refunded_more_than_paid", "退款金额"),
        ({"订单状态": "交易关闭", "退款金额": "50.00"}, "closed_with_partial_refund", "退款金额"),
        ({"订单编号": '="1.93E+18"'}, "digits_lost", "订单编号"),
        ({"订单付款时间": "2130-01-01 00:00:00"}, "in_the_future", ""),
    ],
)
def test_what_makes_no_sense_is_parked_with_column_and_row(
    tmp_path: Path, told: dict[str, object], code: str, column: str
) -> None:
    [one] = taken(orders_file(tmp_path, taobao("11", **told)))
    assert one.fault is not None
    assert (one.fault.code, one.fault.column) == (code, column)


def test_a_masked_buyer_is_nobody(tmp_path: Path) -> None:
    [one] = taken(orders_file(tmp_path, taobao("11", 买家会员名="t**3")))
    assert one.order is not None
    assert one.order.buyer == ()


def test_an_order_told_twice_alike_counts_once_and_told_differently_is_parked(
    tmp_path: Path,
) -> None:
    alike, differing = taken(
        orders_file(tmp_path, taobao("11"), taobao("12"), taobao("11"), taobao("12", paid="100.00"))
    )
    assert alike.order is not None
    assert differing.fault is not None
    assert (differing.fault.code, differing.fault.row) == ("order_repeated", 5)
    assert len(differing.rows()) == 2


def test_one_bad_item_parks_the_whole_order_with_all_its_rows(tmp_path: Path) -> None:
    items = items_file(
        tmp_path, taobao_item("11", "面霜", "66.00"), taobao_item("11", "口红", "free")
    )
    [one] = taken(orders_file(tmp_path, taobao("11")), items)
    assert one.fault is not None
    assert (one.fault.code, one.fault.column, one.fault.row) == ("not_an_amount", "价格", 3)
    assert sorted((row.place, row.number) for row in one.rows()) == [(0, 2), (1, 2), (1, 3)]


def test_jd_takes_amounts_once_though_they_stand_on_every_row(tmp_path: Path) -> None:
    order = {
        "订单号": "301",
        "下单时间": "2026-01-05 10:00:00",
        "订单金额": "300.00",
        "结算金额": "280.00",
        "余额支付": "30.00",
        "应付金额": "256.00",
        "订单状态": "完成",
        "下单帐号": "jd_lin",
        "运费金额": "6.00",
        "付款确认时间": "2026-01-05 10:01:00",
        "订单完成时间": "2026-01-09 09:00:00",
        "商家应收": "499.00（系统计算中，该值仅供参考）",
    }
    rows = [
        order | {"商品ID": "1001", "商品名称": "甲", "订购数量": "1", "京东价": "100.00"},
        order | {"商品ID": "1002", "商品名称": "乙", "订购数量": "2", "京东价": "100.00"},
    ]
    [one] = taken(write(tmp_path / "jd.csv", reports.JD, rows))
    assert one.order is not None
    assert (one.order.paid_fen, one.order.freight_fen, one.order.goods_fen) == (28600, 600, 30000)
    assert [line.paid_fen for line in one.order.lines] == [9333, 18667]
    assert one.order.buyer[0].value == "jd_lin"
    rows[1] = rows[1] | {"应付金额": "257.00"}
    [other] = taken(write(tmp_path / "jd2.csv", reports.JD, rows))
    assert other.fault is not None
    assert (other.fault.code, other.fault.column) == ("rows_differ", "应付金额")


def test_douyin_sums_its_paid_sub_orders(tmp_path: Path) -> None:
    order = {
        "主订单编号": "69\t",
        "商品数量": "1",
        "商品单价": "60.00",
        "订单应付金额": "55.00",
        "运费": "5.00",
        "平台优惠": "2.00",
        "商家优惠": "3.00",
        "支付优惠": "1.00",
        "订单提交时间": "2026-01-05 10:00:00",
        "支付完成时间": "2026-01-05 10:01:00",
        "订单完成时间": "2026-01-09 09:00:00",
        "订单状态": "已完成",
        "售后状态": "-",
    }
    rows = [
        order | {"子订单编号": "691\t", "选购商品": "甲"},
        order | {"子订单编号": "692\t", "选购商品": "乙", "售后状态": "退款成功"},
    ]
    [one] = taken(write(tmp_path / "dy.csv", reports.DOUYIN, rows, "utf-8-sig"))
    assert one.order is not None
    assert (one.order.number, one.order.buyer) == ("69", ())
    assert (one.order.paid_fen, one.order.freight_fen) == (10800, 1000)
    assert [line.paid_fen for line in one.order.lines] == [4900, 4900]
    assert one.order.refunded_fen == 4900


def test_wechat_shop_and_youzan_reports_are_read(tmp_path: Path) -> None:
    wechat = {
        "订单号": "37",
        "订单下单时间": "2026-01-05 10:00:00",
        "订单状态": "已完成",
        "订单实际支付金额": "108.00",
        "订单运费": "8.00",
        "支付时间": "2026-01-05 10:01:00",
        "商品名称": "甲",
        "商品价格(单件)": "120.00",
        "商品实际价格(总共)": "100.00",
        "商品数量": "1",
        "商品优惠": "20.00",
        "商品已退款金额": "0",
    }
    [one] = taken(write(tmp_path / "wx.csv", reports.WECHAT_SHOP, [wechat]))
    assert one.order is not None
    assert [line.paid_fen for line in one.order.lines] == [10000]
    youzan = {
        "订单号": "E2026",
        "订单状态": "交易完成",
        "订单创建时间": "2026-01-05 10:00:00",
        "买家付款时间": "2026-01-05 10:01:00",
        "商品金额合计": "100.00",
        "运费": "0",
        "店铺优惠合计": "10.00",
        "订单实付金额": "90.00",
        "订单已退款金额": "0.00",
        "分销员": "甲",
    }
    item = {"订单号": "E2026", "商品名称": "杯", "商品编码": "C", "商品单价": "50", "商品数量": "2"}
    [other] = taken(
        write(tmp_path / "yz-items.csv", reports.YOUZAN_ITEMS, [item]),
        write(tmp_path / "yz.csv", reports.YOUZAN, [youzan]),
    )
    assert other.order is not None
    assert [line.paid_fen for line in other.order.lines] == [9000]
    assert other.order.discount_shop_fen == 1000
