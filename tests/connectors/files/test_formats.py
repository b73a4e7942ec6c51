"""Every kind of report keeps the same promises, and tells the money as it was paid."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.files import formats, plan
from connectors.files.report import Report
from connectors.files.sheets import opened
from connectors.files.taking import Taken
from loyalty.orders import IdentityRef, ShopRef
from models import IdentityKind, PurchaseState, ShopKind
from tests.connectors.files import reports
from tests.connectors.files.reports import taobao, taobao_item, taobao_suborder, write

NOW = datetime(2026, 11, 22, tzinfo=UTC)


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


def taken(*paths: Path, shop: ShopRef | None = None) -> list[Taken]:
    with ExitStack() as stack:
        found: list[Taken] = []
        readings = plan.by_reports(paths, shop, stack)
        for reading in readings:
            reading.survey()
        for reading in readings:
            found += _all(reading.taken(skip=0, shift_days=0, at=NOW))
        return found


def _all(orders: Iterator[Taken]) -> list[Taken]:
    return list(orders)


def orders_file(folder: Path, *rows: dict[str, object]) -> Path:
    return write(folder / "ExportOrderList.csv", reports.TAOBAO_2018, rows)


def items_file(folder: Path, *rows: dict[str, object]) -> Path:
    return write(folder / "ExportOrderDetailList.csv", reports.TAOBAO_ITEMS_OLD, rows, "utf-8-sig")


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
        ({"退款金额": "111.00"}, "refunded_more_than_paid", "退款金额"),
        ({"订单状态": "交易关闭", "退款金额": "50.00"}, "closed_with_partial_refund", "退款金额"),
        ({"订单编号": '="1.93E+18"'}, "digits_lost", "订单编号"),
        ({"订单付款时间": "2030-01-01 00:00:00"}, "in_the_future", ""),
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
