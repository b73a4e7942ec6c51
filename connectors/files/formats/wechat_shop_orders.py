"""WeChat Shop order report (微信小店): one row an item, the order's columns on the first or all."""

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
    "待付款": UNPAID,
    "待支付": UNPAID,
    "待发货": PurchaseState.PAID,
    "部分发货": PurchaseState.PAID,
    "待收货": PurchaseState.SHIPPED,
    "已发货": PurchaseState.SHIPPED,
    "已完成": PurchaseState.COMPLETED,
    "完成": PurchaseState.COMPLETED,
    "已取消": CLOSED,
    "已关闭": CLOSED,
    "订单取消": CLOSED,
}
ONCE = ("订单状态", "订单实际支付金额", "订单运费", "支付时间", "订单下单时间", "积分抵扣")


def read(rows: Sequence[Row]) -> OrderTold:
    """Return the order with its items as lines. The file names no buyer.

    Raises:
        NotAPurchase: ``unpaid`` or ``closed_unpaid``.
        CellFault: a cell cannot be used, or the rows contradict one another.
    """
    same_on_all(rows, *(column for column in ONCE if rows[0].has(column)))
    row = rows[0]
    state = state_of(row, "订单状态", STATES)
    if state == UNPAID:
        raise NotAPurchase("unpaid")
    if state == CLOSED and not row.text_of_any("支付时间"):
        raise NotAPurchase("closed_unpaid")
    paid = row.fen("订单实际支付金额")
    lines = tuple(_line(one, i) for i, one in enumerate(rows, start=1))
    back = sum(line.refunded_fen for line in lines)
    completed = state is PurchaseState.COMPLETED
    freight = min(paid, row.optional_fen("订单运费"))
    platform = sum(one.optional_fen("商品平台券优惠") for one in rows)
    return OrderTold(
        number=row.name("订单号"),
        state=PurchaseState.REFUNDED if state == CLOSED else PurchaseState(state),
        ordered_at=row.moment("订单下单时间"),
        paid_at=row.moment("支付时间"),
        completed_at=row.optional_moment("订单确认收货时间") if completed else None,
        due_fen=paid - freight,
        paid_fen=paid,
        freight_fen=freight,
        discount_shop_fen=row.optional_fen("商品优惠") + row.optional_fen("商品改价"),
        discount_platform_fen=platform + row.optional_fen("跨店优惠"),
        points_deduct_fen=row.optional_fen("积分抵扣"),
        refunded_fen=paid if state == CLOSED else min(paid, back),
        lines=lines,
    )


def _line(row: Row, position: int) -> LineTold:
    quantity = row.quantity("商品数量")
    code = row.name("SKU编码(自定义)") or row.name("商品编码(自定义)")
    return LineTold(
        key=str(position),
        sku=code or row.name("商品编码(平台)"),
        title=row.label("商品名称"),
        quantity=quantity,
        goods_fen=row.fen("商品价格(单件)") * quantity,
        paid_fen=row.optional_fen("商品实际价格(总共)"),
        refunded_fen=row.optional_fen("商品已退款金额"),
    )


REPORT = Report(
    name="wechat_shop_orders",
    title="微信小店订单报表",
    family="wechat_shop",
    role=Role.ORDERS,
    shop_kind=ShopKind.WECHAT_SHOP,
    number=("订单号",),
    needs=(
        "订单下单时间",
        "订单状态",
        "订单实际支付金额",
        "支付时间",
        "商品名称",
        "商品数量",
        "商品价格(单件)",
    ),
    read=read,
)
