"""How JD tells an order and a refund: yuan and Shanghai's time as texts, ids as either."""

import datetime as dt
from decimal import Decimal

from simulator.clock import SHANGHAI
from simulator.shops.orders import Line, Order, Refund
from simulator.shops.shelf import Good

STATES = {
    "unpaid": "NOT_PAY",
    "paid": "WAIT_SELLER_STOCK_OUT",
    "shipped": "WAIT_GOODS_RECEIVE_CONFIRM",
    "completed": "FINISHED_L",
    "closed": "TRADE_CANCELED",
}
NEVER, NO_END = "0001-01-01 00:00:00", "1970-01-01 00:00:00"
BY_SHOP, BY_JD, BEANS = "30-单品促销优惠", "41-京东券优惠", "39"
REFUND_DONE = 13


def modified(one: Order) -> int:
    """When the order itself changed; a refund of an after-sale is none of it."""
    return max(
        one.ordered_at,
        one.paid_at,
        one.shipped_at,
        one.completed_at,
        one.closed_at,
        one.updated_at if one.parent or one.split_as else 0,
    )


def order(one: Order, *, vender_id: str) -> dict[str, object]:
    """An order, as list and detail tell it, every value a text."""
    cash = sum(line.pay_fen - line.channel_fen for line in one.lines) + one.freight_fen
    shop_off = sum(line.shop_fen for line in one.lines)
    goods = sum(line.goods_fen for line in one.lines)
    is_cancelled = one.split_as == "cancelled"
    return {
        "orderId": one.number,
        "venderId": vender_id,
        "orderType": "22",
        "payType": "4-在线支付",
        "orderTotalPrice": yuan(goods),
        "orderSellerPrice": yuan(goods - shop_off),
        "orderPayment": yuan(cash),
        "freightPrice": yuan(one.freight_fen),
        "sellerDiscount": yuan(shop_off),
        "balanceUsed": "0.00",
        "taxFee": "0.00",
        "serviceFee": "",
        "orderState": STATES["closed" if is_cancelled else one.state],
        "orderStateRemark": "",
        "orderStartTime": moment(one.ordered_at),
        "paymentConfirmTime": moment(one.paid_at) if one.paid_at else NEVER,
        "orderEndTime": moment(one.completed_at) if one.completed_at else NO_END,
        "modified": moment(modified(one)),
        "pin": "jd_" + "x" * 12,
        "open_id_buyer": one.buyer,
        "xid_buyer": f"o*AAS{one.buyer[:20]}",
        "parentOrderId": one.first or "0",
        "directParentOrderId": one.parent or "0",
        "returnOrder": "0",
        "consigneeInfo": {"fullname": "林**", "mobile": "138****0001", "fullAddress": "上海*"},
        "itemInfoList": [_item(line, i) for i, line in enumerate(one.lines, 1)],
        "couponDetailList": [off for line in one.lines for off in _discounts(one, line)],
        "vatInfo": [],
    }


def _item(line: Line, i: int) -> dict[str, object]:
    return {
        "skuId": sku_id(line),
        "outerSkuId": line.sku,
        "skuName": line.title,
        "jdPrice": yuan(line.price_fen),
        "giftPoint": "0",
        "wareId": f"100{i:07d}",
        "itemTotal": str(line.quantity),
        "productNo": line.sku,
        "newStoreId": "0",
    }


def sku_id(line: Line | Good) -> str:
    """JD's number of a SKU: the same for the same code of the shop."""
    return str(10_050_000_000_000 + sum(ord(x) * 31**i for i, x in enumerate(line.sku)) % 10**9)


def _discounts(one: Order, line: Line) -> list[dict[str, object]]:
    told = (
        (BY_SHOP, line.shop_fen),
        (BY_JD, line.platform_fen + line.talent_fen),
        (BEANS, line.channel_fen),
    )
    return [
        {
            "orderId": one.number,
            "skuId": sku_id(line),
            "couponType": kind,
            "couponPrice": yuan(off),
        }
        for kind, off in told
        if off
    ]


def refund(one: Order, given: Refund) -> dict[str, object]:
    """A refund of an after-sale; ids as numbers."""
    line = next(x for x in one.lines if x.key == given.line_key)
    return {
        "afsRefundId": int(given.number),
        "status": REFUND_DONE if given.is_done else 10,
        "refoundAmount": float(Decimal(given.amount_fen) / 100),
        "completeTime": moment(given.updated_at) if given.is_done else None,
        "sameOrderServiceBill": {
            "serviceId": int(given.number) + 1,
            "orderId": int(one.number),
            "wareId": int(sku_id(line)),
            "customerPin": "jd_" + "x" * 12,
            "afsApplyTime": moment(given.asked_at),
        },
    }


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{Decimal(fen) / 100:.2f}"


def moment(at: int) -> str:
    """Unix seconds as Shanghai's clock shows them."""
    return dt.datetime.fromtimestamp(at, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
