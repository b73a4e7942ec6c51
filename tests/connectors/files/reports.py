"""Files in the shapes that merchants export, with invented orders."""

import csv
import io
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from connectors.files import plan
from connectors.files.taking import Taken
from loyalty.orders import ShopRef

NOW = datetime(2026, 11, 22, tzinfo=UTC)

FIXTURES = Path(__file__).parent / "fixtures"


def header(report: str) -> list[str]:
    """Return the columns of a report as its platform writes them, spaces and all."""
    return (FIXTURES / f"{report}.header.csv").read_text("utf-8").rstrip("\n").split(",")


TAOBAO_2018 = header("taobao_orders")
TAOBAO_ITEMS_OLD = header("taobao_items_old")
TAOBAO_ITEMS = header("taobao_items")
TAOBAO_REFUNDS = header("taobao_refunds")
JD = header("jd_orders")
DOUYIN = header("douyin_orders")
WECHAT_SHOP = header("wechat_shop_orders")
YOUZAN = header("youzan_orders")
YOUZAN_ITEMS = header("youzan_items")


def csv_bytes(
    header: Sequence[str], rows: Sequence[Mapping[str, object]], encoding: str = "gb18030"
) -> bytes:
    """Return a CSV with this header, a row's missing columns blank."""
    file = io.StringIO()
    file.write(",".join(header) + "\r\n")
    writer = csv.writer(file)
    for row in rows:
        known = {name.strip(): value for name, value in row.items()}
        writer.writerow([known.get(name.strip(), "") for name in header])
    return file.getvalue().encode(encoding)


def write(
    path: Path,
    header: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    encoding: str = "gb18030",
) -> Path:
    """Write such a CSV and return its path."""
    path.write_bytes(csv_bytes(header, rows, encoding))
    return path


def taobao(number: str, paid: str = "110.00", **told: object) -> dict[str, object]:
    """Return a row of the order report: goods 100.00 and freight 10.00, paid and completed."""
    row: dict[str, object] = {
        "订单编号": f'="{number}"',
        "买家会员名": "小林",
        "买家应付货款": "100.00",
        "买家应付邮费": "10.00",
        "买家支付积分": "0",
        "总金额": "110.00",
        "返点积分": "0",
        "买家实际支付金额": paid,
        "买家实际支付积分": "0",
        "订单状态": "交易成功",
        "买家留言": '请尽快,\n"谢谢"',
        "联系手机": "'13800000000",
        "订单创建时间": "2018-11-11 00:01:02",
        "订单付款时间": "2018-11-11 00:02:03",
        "店铺Id": "0",
        "店铺名称": "林家旗舰店",
        "天猫卡券抵扣": "0",
        "退款金额": "0.00",
        "确认收货时间": "2018-11-20 10:00:00",
        "打款商家金额": f"{paid}元",
    }
    return row | told


def taobao_item(number: str, title: str, price: str, **told: object) -> dict[str, object]:
    """Return a row of the old item report."""
    row: dict[str, object] = {
        "订单编号": f'="{number}"',
        "标题": title,
        "价格": price,
        "购买数量": "1",
        "外部系统编号": f"SKU-{title}",
        "订单状态": "交易成功",
    }
    return row | told


def taobao_suborder(number: str, sub: str, **told: object) -> dict[str, object]:
    """Return a row of the current item report: one piece at 60.00, paid 50.00."""
    row: dict[str, object] = {
        "子订单编号": f"{sub}\t",
        "主订单编号": f"{number}\t",
        "商品标题": "面霜",
        "商品价格": "60.00",
        "购买数量": "1",
        "订单状态": "交易成功",
        "商家编码": "A1",
        "买家应付货款": "50.00",
        "买家实付金额": "50.00",
        "退款状态": "没有申请退款",
        "退款金额": "无退款申请",
    }
    return row | told


def taken(*paths: Path, shop: ShopRef | None = None) -> list[Taken]:
    """Read reports that belong together, and return what they tell of each order."""
    with ExitStack() as stack:
        found: list[Taken] = []
        readings = plan.by_reports(paths, shop, stack)
        for reading in readings:
            reading.survey()
        for reading in readings:
            found += reading.taken(skip=0, shift_days=0, at=NOW)
        return found


def orders_file(folder: Path, *rows: dict[str, object]) -> Path:
    """Write an order report."""
    return write(folder / "ExportOrderList.csv", TAOBAO_2018, rows)


def items_file(folder: Path, *rows: dict[str, object]) -> Path:
    """Write an old item report."""
    return write(folder / "ExportOrderDetailList.csv", TAOBAO_ITEMS_OLD, rows, "utf-8-sig")
