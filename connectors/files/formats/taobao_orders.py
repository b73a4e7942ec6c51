"""Taobao and Tmall order report, ``ExportOrderList*.csv``: one row an order, without its lines."""

from collections.abc import Sequence

from connectors.files.faults import NotAPurchase
from connectors.files.report import OrderTold, Report, Role, Row, only_row, state_of
from loyalty.orders import ShopRef
from models import PurchaseState, ShopKind

UNPAID = "unpaid"
CLOSED = "closed"
STATES: dict[str, PurchaseState | str] = {
    "等待买家付款": UNPAID,
    "付款确认中": UNPAID,
    "等待付款确认": UNPAID,
    "定金未付尾款未付": UNPAID,
    "定金已付尾款未付": UNPAID,
    "买家已付款，等待卖家发货": PurchaseState.PAID,
    "卖家部分发货": PurchaseState.PAID,
    "卖家已发货，等待买家确认": PurchaseState.SHIPPED,
    "买家已签收": PurchaseState.SHIPPED,
    "交易成功": PurchaseState.COMPLETED,
    "交易关闭": CLOSED,
}
TMALL_NAMES = ("旗舰店", "专卖店", "专营店")


def read(rows: Sequence[Row]) -> OrderTold:
    """Return the order with the buyer's own money apart from points and the platform's part.

    Raises:
        NotAPurchase: ``unpaid`` or ``closed_unpaid``.
        CellFault: a cell cannot be used, or the amounts contradict one another.
    """
    row = only_row(rows)
    state = state_of(row, "订单状态", STATES)
    paid_told = row.optional_fen("买家实际支付金额")
    if state == UNPAID:
        raise NotAPurchase("unpaid")
    if state == CLOSED and not (paid_told and row.text_of_any("订单付款时间")):
        raise NotAPurchase("closed_unpaid")
    freight = row.optional_fen("买家应付邮费")
    platform = row.optional_fen("天猫卡券抵扣") + row.optional_fen("集分宝抵扣")
    points = row.points("买家实际支付积分") or row.points("买家支付积分")
    paid = _own_money(row, paid_told, platform=platform, points=points)
    completed = state is PurchaseState.COMPLETED
    return OrderTold(
        number=row.name("订单编号", "主订单编号"),
        state=PurchaseState.REFUNDED if state == CLOSED else PurchaseState(state),
        ordered_at=row.moment("订单创建时间"),
        paid_at=row.moment("订单付款时间"),
        completed_at=row.optional_moment("确认收货时间") if completed else None,
        due_fen=row.fen("买家应付货款"),
        paid_fen=paid,
        freight_fen=min(freight, paid),
        discount_platform_fen=platform,
        points_deduct_fen=points,
        refunded_fen=_given_back(row, paid, others=platform + points, closed=state == CLOSED),
        buyer=row.buyer(ShopKind.TAOBAO, "买家会员名"),
        shop=_shop(row),
    )


def _own_money(row: Row, paid: int, *, platform: int, points: int) -> int:
    """Return what the buyer paid herself, without what coupons of the platform paid for her.

    The total, freight included, is what she paid with her points and the platform's part. Exports
    differ in whether the paid amount holds that part; the total decides.

    Raises:
        CellFault: ``amounts_do_not_reconcile``: the total fits neither.
    """
    if not platform and not row.text_of_any("总金额"):
        return paid
    total = row.fen("总金额")
    if paid + platform + points == total:
        return paid
    if paid + points == total and paid >= platform:
        return paid - platform
    raise row.wrong(
        "amounts_do_not_reconcile",
        "总金额",
        total=total,
        paid=paid,
        platform=platform,
        points=points,
    )


def _given_back(row: Row, paid: int, *, others: int, closed: bool) -> int:
    """Return what the buyer got back of her own money; a closed order went back wholly.

    Raises:
        CellFault: ``refunded_more_than_paid``; ``closed_with_partial_refund``.
    """
    told = row.optional_fen("退款金额")
    if told > paid + others:
        raise row.wrong("refunded_more_than_paid", "退款金额", refunded=told, paid=paid)
    if closed and told and told < paid - row.optional_fen("买家应付邮费"):
        raise row.wrong("closed_with_partial_refund", "退款金额", refunded=told, paid=paid)
    return paid if closed and not told else min(told, paid)


def _shop(row: Row) -> ShopRef | None:
    name = row.name("店铺名称")
    if not name:
        return None
    kind = ShopKind.TMALL if name.endswith(TMALL_NAMES) else ShopKind.TAOBAO
    return ShopRef(kind, name[:100], name[:100])


REPORT = Report(
    name="taobao_orders",
    title="淘宝/天猫订单报表",
    family="taobao",
    role=Role.ORDERS,
    shop_kind=ShopKind.TAOBAO,
    number=("订单编号", "主订单编号"),
    needs=(
        "买家会员名",
        "买家应付货款",
        "买家应付邮费",
        "总金额",
        "买家实际支付金额",
        "订单状态",
        "订单创建时间",
        "订单付款时间",
    ),
    read=read,
)
