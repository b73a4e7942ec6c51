"""Youzan item report (有赞商品明细): one row an item of an order."""

from collections.abc import Sequence

from connectors.files.report import LineTold, Report, Role, Row
from models import ShopKind


def read(rows: Sequence[Row]) -> tuple[LineTold, ...]:
    """Return the order's lines by position."""
    return tuple(_line(row, i) for i, row in enumerate(rows, start=1))


def _line(row: Row, position: int) -> LineTold:
    quantity = row.quantity("商品数量")
    return LineTold(
        key=str(position),
        sku=row.name("商品编码"),
        title=row.label("商品名称"),
        quantity=quantity,
        goods_fen=row.fen("商品单价") * quantity,
        refunded_fen=row.optional_fen("商品已退款金额"),
    )


REPORT = Report(
    name="youzan_items",
    title="有赞商品报表",
    family="youzan",
    role=Role.LINES,
    shop_kind=ShopKind.YOUZAN,
    number=("订单号",),
    needs=("商品名称", "商品单价", "商品数量", "商品编码"),
    read=read,
)
