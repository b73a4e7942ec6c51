"""JD order report from 商家后台: one row a SKU, with the order's amounts repeated on each row."""

from collections.abc import Sequence

from connectors.files.faults import NotAPurchase
from connectors.files.report import (
    LineTold,
    OrderTold,
    Report,
    Role,
    Row,
    same_on_all,
    state_of,
)
from models import PurchaseState, ShopKind

UNPAID = "unpaid"
CLOSED = "closed"
STATES: dict[str, PurchaseState | str] = {
    "等待付款": UNPAID,
    "未付款": UNPAID,
    "等待付款确认": UNPAID,
    "暂停": PurchaseState.PAID,
    "等待打印": PurchaseState.PAID,
    "等待出库": PurchaseState.PAID,
    "待出库": PurchaseState.PAID,
    "待发货": PurchaseState.PAID,
    "等待发货": PurchaseState.PAID,
    "已出库": PurchaseState.SHIPPED,
    "已发货": PurchaseState.SHIPPED,
    "等待确认收货": PurchaseState.SHIPPED,
    "待收货": PurchaseState.SHIPPED,
    "完成": PurchaseState.COMPLETED,
    "已完成": PurchaseState.COMPLETED,
    "取消": CLOSED,
    "已取消": CLOSED,
    "(删除)等待出库": CLOSED,
    "(锁定)等待出库": PurchaseState.PAID,
    "（删除）等待出库": CLOSED,
    "（锁定）等待出库": PurchaseState.PAID,
}
ONCE = (
    "订单金额",
    "结算金额",
    "余额支付",
    "应付金额",
    "运费金额",
    "订单状态",
    "付款确认时间",
    "下单帐号",
)


def read(rows: Sequence[Row]) -> OrderTold:
    """Return the order with its SKUs as lines; amounts that repeat are taken once.

    The buyer's money is what was due plus what she paid from her JD balance. A cancelled order
    that had been paid went back wholly: JD lets buyers cancel before it is sent.

    Raises:
        NotAPurchase: ``unpaid`` or ``closed_unpaid``.
        CellFault: a cell cannot be used, or the rows contradict one another.
    """
    same_on_all(rows, *(column for column in ONCE if rows[0].has(column)))
    row = rows[0]
    state = state_of(row, "订单状态", STATES)
    confirmed = row.text_of_any("付款确认时间")
    if state == UNPAID:
        raise NotAPurchase("unpaid")
    if state == CLOSED and not confirmed:
        raise NotAPurchase("closed_unpaid")
    paid = row.fen("应付金额") + row.optional_fen("余额支付")
    freight = min(paid, row.optional_fen("运费金额"))
    completed_at = row.optional_moment("订单完成时间")
    paid_columns = ("付款确认时间",) if confirmed else ("订单完成时间",)
    return OrderTold(
        number=row.name("订单号"),
        state=PurchaseState.REFUNDED if state == CLOSED else PurchaseState(state),
        ordered_at=row.moment("下单时间"),
        paid_at=row.moment(*paid_columns),
        completed_at=completed_at if state is PurchaseState.COMPLETED else None,
        due_fen=row.optional_fen("结算金额") or row.fen("订单金额"),
        paid_fen=paid,
        freight_fen=freight,
        refunded_fen=paid if state == CLOSED else 0,
        buyer=row.buyer(ShopKind.JD, "下单帐号", "下单账号"),
        lines=tuple(_line(row, i) for i, row in enumerate(rows, start=1)),
    )


def _line(row: Row, position: int) -> LineTold:
    quantity = row.quantity("订购数量")
    sku = row.name("商品ID")
    return LineTold(
        key=f"{sku}-{position}" if sku else str(position),
        sku=row.name("货号") or sku,
        title=row.label("商品名称"),
        quantity=quantity,
        goods_fen=row.fen("京东价") * quantity,
    )


REPORT = Report(
    name="jd_orders",
    title="京东订单报表",
    family="jd",
    role=Role.ORDERS,
    shop_kind=ShopKind.JD,
    number=("订单号",),
    needs=(
        "商品ID",
        "商品名称",
        "订购数量",
        "京东价",
        "订单金额",
        "应付金额",
        "订单状态",
        "下单时间",
        "付款确认时间",
    ),
    read=read,
)
