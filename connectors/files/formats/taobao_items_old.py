"""Taobao and Tmall item report, ``ExportOrderDetailList*.csv``: one row an item, list prices."""

from collections.abc import Sequence

from connectors.files.report import LineTold, Report, Role, Row
from models import ShopKind


def read(rows: Sequence[Row]) -> tuple[LineTold, ...]:
    """Return the order's lines by position; what was paid for each is not told."""
    return tuple(
        LineTold(
            key=str(position),
            sku=row.name("外部系统编号", "商家编码") or row.name("商家编码"),
            title=row.label("标题"),
            quantity=row.quantity("购买数量"),
            goods_fen=row.fen("价格") * row.quantity("购买数量"),
        )
        for position, row in enumerate(rows, start=1)
    )


REPORT = Report(
    name="taobao_items_old",
    title="淘宝/天猫宝贝报表（旧版）",
    family="taobao",
    role=Role.LINES,
    shop_kind=ShopKind.TAOBAO,
    number=("订单编号",),
    needs=("标题", "价格", "购买数量", "订单状态"),
    read=read,
)
