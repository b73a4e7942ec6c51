"""Youzan order report (有赞): one row an order; its item report tells the lines."""

from collections.abc import Sequence

from connectors.files.faults import NotAPurchase
from connectors.files.report import OrderTold, Report, Role, Row, only_row, state_of
from models import PurchaseState, ShopKind

UNPAID = "unpaid"
CLOSED = "closed"
STATES: dict[str, PurchaseState | str] = {
    "待付款": UNPAID,
    "等待买家付款": UNPAID,
    "待成团": PurchaseState.PAID,
    "待接单": PurchaseState.PAID,
    "待发货": PurchaseState.PAID,
    "等待商家发货": PurchaseState.PAID,
    "部分发货": PurchaseState.PAID,
    "已发货": PurchaseState.SHIPPED,
    "商家已发货": PurchaseState.SHIPPED,
    "交易完成": PurchaseState.COMPLETED,
    "交易成功": PurchaseState.COMPLETED,
    "已完成": PurchaseState.COMPLETED,
    "交易关闭": CLOSED,
    "已关闭": CLOSED,
}


def read(rows: Sequence[Row]) -> OrderTold:
    """Return the order. Its buyer stays unnamed: ``买家昵称`` is a nickname that many may bear.

    Raises:
        NotAPurchase: ``unpaid`` or ``closed_unpaid``.
        CellFault: a cell cannot be used; ``closed_with_partial_refund``.
    """
    row = only_row(rows)
    state = state_of(row, "订单状态", STATES)
    if state == UNPAID:
        raise NotAPurchase("unpaid")
    if state == CLOSED and not row.text_of_any("买家付款时间"):
        raise NotAPurchase("closed_unpaid")
    paid = row.fen("订单实付金额")
    freight = min(paid, row.optional_fen("运费"))
    refunded = row.optional_fen("订单已退款金额")
    if state == CLOSED and 0 < refunded < paid - freight:
        raise row.wrong(
            "closed_with_partial_refund", "订单已退款金额", refunded=refunded, paid=paid
        )
    if refunded > paid:
        raise row.wrong("refunded_more_than_paid", "订单已退款金额", refunded=refunded, paid=paid)
    shop_part = row.optional_fen("店铺优惠合计")
    goods = row.fen("商品金额合计")
    completed = state is PurchaseState.COMPLETED
    return OrderTold(
        number=row.name("订单号"),
        state=PurchaseState.REFUNDED if state == CLOSED else PurchaseState(state),
        ordered_at=row.moment("订单创建时间"),
        paid_at=row.moment("买家付款时间"),
        completed_at=row.optional_moment("交易成功时间") if completed else None,
        due_fen=max(0, goods - shop_part),
        goods_fen=goods,
        paid_fen=paid,
        freight_fen=freight,
        discount_shop_fen=shop_part,
        discount_platform_fen=row.optional_fen("支付优惠合计"),
        refunded_fen=paid if state == CLOSED and not refunded else refunded,
    )


REPORT = Report(
    name="youzan_orders",
    title="有赞订单报表",
    family="youzan",
    role=Role.ORDERS,
    shop_kind=ShopKind.YOUZAN,
    number=("订单号",),
    needs=(
        "订单状态",
        "订单创建时间",
        "买家付款时间",
        "商品金额合计",
        "运费",
        "订单实付金额",
    ),
    read=read,
)
