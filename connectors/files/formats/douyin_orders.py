"""Douyin Shop order report (抖店, 73 columns): one row a sub-order; it names no buyer."""

from collections.abc import Sequence

from connectors.files.faults import NotAPurchase
from connectors.files.report import LineTold, OrderTold, Report, Role, Row, state_of
from models import PurchaseState, ShopKind

UNPAID = "unpaid"
CLOSED = "closed"
STATES: dict[str, PurchaseState | str] = {
    "待支付": UNPAID,
    "待付款": UNPAID,
    "待确认": UNPAID,
    "待发货": PurchaseState.PAID,
    "备货中": PurchaseState.PAID,
    "部分发货": PurchaseState.PAID,
    "已发货": PurchaseState.SHIPPED,
    "已完成": PurchaseState.COMPLETED,
    "已关闭": CLOSED,
    "已取消": CLOSED,
}
RANK = (PurchaseState.PAID, PurchaseState.SHIPPED, PurchaseState.COMPLETED)


def read(rows: Sequence[Row]) -> OrderTold:
    """Return the order with its paid sub-orders as lines.

    ``订单应付金额`` of a sub-order includes its freight; what the platform's payment offers paid
    of it is not the buyer's money. The order is as far as its least advanced sub-order.

    Raises:
        NotAPurchase: ``unpaid`` or ``closed_unpaid``, where that holds for every sub-order.
        CellFault: a cell cannot be used.
    """
    states = [state_of(row, "订单状态", STATES) for row in rows]
    paid_rows = [
        (row, state)
        for row, state in zip(rows, states, strict=True)
        if state != UNPAID and row.text_of_any("支付完成时间")
    ]
    if not paid_rows:
        raise NotAPurchase("closed_unpaid" if CLOSED in states else "unpaid")
    lines = tuple(_line(row, closed=state == CLOSED) for row, state in paid_rows)
    first = paid_rows[0][0]
    freight = sum(_freight(row) for row, _ in paid_rows)
    paid = sum(line.paid_fen or 0 for line in lines) + freight
    state = min((RANK.index(s) for _, s in paid_rows if isinstance(s, PurchaseState)), default=None)
    completed = state is not None and RANK[state] is PurchaseState.COMPLETED
    return OrderTold(
        number=first.name("主订单编号"),
        state=PurchaseState.REFUNDED if state is None else RANK[state],
        ordered_at=first.moment("订单提交时间"),
        paid_at=first.moment("支付完成时间"),
        completed_at=max(row.moment("订单完成时间") for row, _ in paid_rows) if completed else None,
        due_fen=paid - freight,
        paid_fen=paid,
        freight_fen=freight,
        discount_shop_fen=_sum(paid_rows, "商家优惠"),
        discount_platform_fen=_sum(paid_rows, "平台优惠") + _sum(paid_rows, "支付优惠"),
        discount_talent_fen=_sum(paid_rows, "达人优惠"),
        refunded_fen=paid if state is None else sum(line.refunded_fen for line in lines),
        lines=lines,
    )


def _sum(rows: Sequence[tuple[Row, PurchaseState | str]], column: str) -> int:
    return sum(row.optional_fen(column) for row, _ in rows)


def _freight(row: Row) -> int:
    return min(row.optional_fen("运费"), _own_money(row))


def _own_money(row: Row) -> int:
    paid = row.fen("订单应付金额") - row.optional_fen("支付优惠")
    if paid < 0:
        raise row.wrong("paid_below_zero", "支付优惠", paid=paid)
    return paid


def _line(row: Row, *, closed: bool) -> LineTold:
    quantity = row.quantity("商品数量")
    paid = _own_money(row) - _freight(row)
    back = closed or row.text("售后状态") in ("退款成功", "已全额退款", "售后完成-已全额退款")
    return LineTold(
        key=row.name("子订单编号"),
        sku=row.name("商家编码", "货号") or row.name("商品ID"),
        title=row.label("选购商品"),
        quantity=quantity,
        goods_fen=row.optional_fen("商品单价", "商品金额") * quantity,
        paid_fen=paid,
        refunded_fen=paid if back else 0,
    )


REPORT = Report(
    name="douyin_orders",
    title="抖店订单报表",
    family="douyin",
    role=Role.ORDERS,
    shop_kind=ShopKind.DOUYIN,
    number=("主订单编号",),
    needs=(
        "子订单编号",
        "选购商品",
        "商品数量",
        "订单应付金额",
        "订单提交时间",
        "支付完成时间",
        "订单状态",
    ),
    read=read,
)
