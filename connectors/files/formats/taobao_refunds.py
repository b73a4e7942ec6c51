"""Taobao and Tmall refund report: one row a refund, with what went back to the buyer."""

from collections.abc import Sequence

from connectors.files.report import RefundTold, Report, Role, Row
from models import ShopKind

BUYER_PART = ("退给买家金额", "买家退款金额", "退款总额")


def read(rows: Sequence[Row]) -> tuple[RefundTold, ...]:
    """Return the refunds that came to an end; one repeated word for word counts once."""
    told: dict[str, RefundTold] = {}
    for row in rows:
        key = row.name("退款编号")
        refund = RefundTold(key, row.optional_fen(*BUYER_PART), row.name("商家编码"))
        if not _ended(row):
            continue
        if told.setdefault(key, refund) != refund:
            raise row.wrong("order_repeated", "退款编号", value=key)
    return tuple(told.values())


def _ended(row: Row) -> bool:
    if row.has("退款状态"):
        return "成功" in row.text("退款状态")
    return bool(row.text_of_any("退款完结时间"))


REPORT = Report(
    name="taobao_refunds",
    title="淘宝/天猫退款报表",
    family="taobao",
    role=Role.REFUNDS,
    shop_kind=ShopKind.TAOBAO,
    number=("订单编号",),
    needs=("退款编号", BUYER_PART, ("退款完结时间", "退款状态")),
    read=read,
)
