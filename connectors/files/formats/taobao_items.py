"""Taobao and Tmall item report of today: one row a sub-order, with what was paid for it."""

from collections.abc import Sequence

from connectors.files.report import LineTold, Report, Role, Row
from models import ShopKind


def read(rows: Sequence[Row]) -> tuple[LineTold, ...]:
    """Return the order's lines by sub-order number.

    Raises:
        CellFault: ``line_key_repeated``, or a cell cannot be used.
    """
    seen: set[str] = set()
    lines: list[LineTold] = []
    for row in rows:
        key = row.name("子订单编号")
        if key in seen:
            raise row.wrong("line_key_repeated", "子订单编号", value=key)
        seen.add(key)
        lines.append(_line(row, key))
    return tuple(lines)


def _line(row: Row, key: str) -> LineTold:
    quantity = row.quantity("购买数量")
    refunded = "成功" in row.text("退款状态") or not row.has("退款状态")
    return LineTold(
        key=key,
        sku=row.name("商家编码") or row.name("外部系统编号") or row.name("商品ID"),
        title=row.label("商品标题"),
        quantity=quantity,
        goods_fen=row.fen("商品价格") * quantity,
        paid_fen=row.optional_fen("买家实付金额"),
        refunded_fen=row.optional_fen("退款金额") if refunded else 0,
    )


REPORT = Report(
    name="taobao_items",
    title="淘宝/天猫宝贝报表",
    family="taobao",
    role=Role.LINES,
    shop_kind=ShopKind.TAOBAO,
    number=("主订单编号",),
    needs=("子订单编号", "商品标题", "商品价格", "购买数量", "买家实付金额"),
    read=read,
)
