"""Payments and refunds of WeChat Pay as the platform keeps them."""

import datetime as dt
import os
from typing import Literal

import msgspec

from simulator.clock import SHANGHAI, Clock

PayState = Literal["NOTPAY", "SUCCESS", "REFUND", "CLOSED"]
RefundState = Literal["PROCESSING", "SUCCESS"]


class PayOrder(msgspec.Struct):
    """One payment that a merchant asked for; `asked` is what it asked, to be compared."""

    number: str
    prepay_id: str
    app_id: str
    openid: str
    description: str
    notify_url: str
    total: int
    asked: bytes
    made_at: int
    state: PayState = "NOTPAY"
    transaction_id: str = ""
    success_time: str = ""
    payer_total: int = 0


class PayRefundState(msgspec.Struct):
    """Money that a merchant gives back."""

    number: str
    refund_id: str
    order_number: str
    fen: int
    asked: bytes
    notify_url: str
    state: RefundState = "PROCESSING"
    success_time: str = ""


class SentCoupon(msgspec.Struct):
    """A cash coupon that a payer was sent."""

    coupon_id: str
    stock_id: str
    openid: str
    asked: bytes
    sent_at: int = 0
    ends_at: int = 0
    used_time: str = ""
    transaction_id: str = ""

    def status(self, now: int) -> str:
        """What the platform calls it: SENDED, USED or EXPIRED."""
        if self.used_time:
            return "USED"
        return "EXPIRED" if now >= self.ends_at else "SENDED"


class PaymentsState(msgspec.Struct):
    """All payments, refunds and cash coupons by the merchant's numbers."""

    orders: dict[str, PayOrder] = {}
    refunds: dict[str, PayRefundState] = {}
    coupons: dict[str, SentCoupon] = {}


class Payments:
    """The payments of one merchant."""

    def __init__(self, state: PaymentsState, clock: Clock) -> None:
        self.state = state
        self._clock = clock

    def by_prepay_id(self, prepay_id: str) -> PayOrder | None:
        """The payment that a sheet is about, or None."""
        orders = self.state.orders.values()
        return next((one for one in orders if one.prepay_id == prepay_id), None)

    def pay(self, order: PayOrder, *, coupon_fen: int) -> None:
        """The payer confirms; the platform pays `coupon_fen` of it."""
        order.state = "SUCCESS"
        order.transaction_id = f"4200{self._clock.now()}{int.from_bytes(os.urandom(5)):014}"
        order.success_time = self.moment()
        order.payer_total = order.total - coupon_fen

    def refunded(self, order: PayOrder) -> int:
        """How much of a payment was given back, in fen."""
        refunds = self.state.refunds.values()
        return sum(one.fen for one in refunds if one.order_number == order.number)

    def now(self) -> int:
        """Unix seconds of platform time."""
        return self._clock.now()

    def use(self, coupon: SentCoupon) -> None:
        """The payer pays somebody with it."""
        coupon.used_time = self.moment()
        coupon.transaction_id = f"4200{self._clock.now()}{int.from_bytes(os.urandom(5)):014}"

    def written(self, seconds: int) -> str:
        """A moment of platform time as WeChat Pay writes it."""
        return dt.datetime.fromtimestamp(seconds, SHANGHAI).isoformat()

    def moment(self) -> str:
        """Platform time as WeChat Pay writes it: RFC 3339 in Shanghai time."""
        return self.written(self._clock.now())


def told_order(order: PayOrder, *, mch_id: str) -> dict[str, object]:
    """A payment as a query and a notice tell it."""
    told: dict[str, object] = {
        "mchid": mch_id,
        "appid": order.app_id,
        "out_trade_no": order.number,
        "trade_state": order.state,
        "amount": {"total": order.total, "currency": "CNY"},
        "promotion_detail": [],
    }
    if not order.transaction_id:
        return told
    return told | {
        "transaction_id": order.transaction_id,
        "trade_type": "JSAPI",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "success_time": order.success_time,
        "payer": {"openid": order.openid},
        "amount": {
            "total": order.total,
            "payer_total": order.payer_total,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }


def told_refund(refund: PayRefundState, order: PayOrder) -> dict[str, object]:
    """A refund as an answer tells it."""
    return {
        "refund_id": refund.refund_id,
        "out_refund_no": refund.number,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.number,
        "channel": "ORIGINAL",
        "status": refund.state,
        "amount": {"total": order.total, "refund": refund.fen, "currency": "CNY"},
        **({"success_time": refund.success_time} if refund.success_time else {}),
    }
