"""The control API of the payment sheet: what it shows, and whether the consumer confirms."""

from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from simulator.gate import CHINA
from simulator.pay_notices import PayNotice
from simulator.payments import PayOrder, told_order
from simulator.play_answers import Denied, body_of, changed, consumer_of, said

PACKAGE = "prepay_id="


class PayWish(msgspec.Struct, forbid_unknown_fields=True):
    """Body of miniprogram/pay: what wx.requestPayment was given, and what the consumer does."""

    timeStamp: str
    nonceStr: str
    package: str
    paySign: str
    signType: str = "MD5"
    is_confirmed: bool = True
    coupon_fen: Annotated[int, Meta(ge=0)] = 0


def _payment(request: web.Request, prepay_id: str) -> PayOrder:
    china = request.app[CHINA]
    order = china.pay.payments.by_prepay_id(prepay_id)
    if order is None or china.pay.seal is None:
        raise Denied(404, "no_such_payment", "there is no such payment")
    return order


async def sheet(request: web.Request) -> web.Response:
    """What the payment sheet shows."""
    order = _payment(request, request.match_info["prepay_id"])
    merchant = request.app[CHINA].settings.merchant
    return said(
        {
            "merchant": merchant.name if merchant else "",
            "description": order.description,
            "total_fen": order.total,
            "state": order.state,
        }
    )


async def pay(request: web.Request) -> web.Response:
    """Opens the sheet as WeChat does, and confirms or cancels it; `?wait=1` waits for the notice.

    The answer's `errMsg` is what wx.requestPayment calls back with.
    """
    china = request.app[CHINA]
    consumer = consumer_of(request)
    wish = await body_of(request, PayWish)
    order = _payment(request, wish.package.removeprefix(PACKAGE))
    app_id = china.settings.miniprogram.app_id
    assert china.pay.seal is not None
    is_signed = wish.signType == "RSA" and china.pay.seal.is_merchants(
        wish.paySign, app_id, wish.timeStamp, wish.nonceStr, wish.package
    )
    if not is_signed or not wish.package.startswith(PACKAGE):
        raise Denied(409, "pay_signature_wrong", "支付验证签名失败")
    if order.openid != consumer.miniprogram_openid:
        raise Denied(409, "another_payer", "当前支付者与下单用户不一致")
    if order.state != "NOTPAY" or _is_over(request, order):
        raise Denied(409, "not_payable", "订单已支付、已关闭或已过期")
    if not wish.is_confirmed:
        return said({"errMsg": "requestPayment:fail cancel"})
    china.pay.payments.pay(order, coupon_fen=min(wish.coupon_fen, order.total))
    notice = PayNotice(
        url=order.notify_url,
        event="TRANSACTION.SUCCESS",
        original_type="transaction",
        summary="支付成功",
        content=told_order(order, mch_id=china.pay.seal.merchant.mch_id),
        associated_data=None if consumer.omits_optional_nodes else "transaction",
        consumer_id=consumer.id,
    )
    told_once = china.pay.notices.send(notice)
    changed(china)
    if request.query.get("wait") in ("1", "true"):
        await told_once.wait()
    return said({"errMsg": "requestPayment:ok"})


def _is_over(request: web.Request, order: PayOrder) -> bool:
    china = request.app[CHINA]
    return china.clock.now() >= order.made_at + china.settings.assumed.pay_prepay_seconds


ROUTES = (
    web.get("/play/payments/{prepay_id}", sheet),
    web.post("/play/consumers/{id}/miniprogram/pay", pay),
)
