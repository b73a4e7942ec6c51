"""WeChat Pay v3 for one merchant: payments in a mini-program, queries, closing, refunds (D1)."""

import os
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from simulator import pay_coupons
from simulator.pay_gate import Answer, PayCall, PayRefused, pay_gate
from simulator.pay_notices import PayNotice
from simulator.payments import PayOrder, PayRefundState, told_order, told_refund

Number = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{6,32}$")]
RefundNumber = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}$")]
Address = Annotated[str, Meta(pattern=r"^https?://[^?#]+$", max_length=255)]
Fen = Annotated[int, Meta(ge=1)]


class AskedAmount(msgspec.Struct, frozen=True):
    """How much is to be paid."""

    total: Fen
    currency: str = "CNY"


class AskedPayer(msgspec.Struct, frozen=True):
    """Who is to pay."""

    openid: Annotated[str, Meta(min_length=1, max_length=128)]


class PrepayRequest(msgspec.Struct, frozen=True):
    """Body of /v3/pay/transactions/jsapi."""

    appid: str
    mchid: str
    description: Annotated[str, Meta(min_length=1)]
    out_trade_no: Number
    notify_url: Address
    amount: AskedAmount
    payer: AskedPayer


class CloseRequest(msgspec.Struct, frozen=True):
    """Body of .../close."""

    mchid: str


class RefundAmount(msgspec.Struct, frozen=True):
    """How much of how much is given back."""

    refund: Fen
    total: Fen
    currency: str


class RefundRequest(msgspec.Struct, frozen=True):
    """Body of /v3/refund/domestic/refunds."""

    out_refund_no: RefundNumber
    amount: RefundAmount
    out_trade_no: str = ""
    transaction_id: str = ""
    notify_url: Annotated[str, Meta(max_length=255)] = ""


async def prepay(call: PayCall) -> Answer:
    """Takes a payment to be made; the same again is the same payment."""
    asked = call.json(PrepayRequest)
    call.require_merchant(asked.mchid)
    _check_prepay(call, asked)
    orders, told = call.china.pay.payments.state.orders, msgspec.json.encode(asked)
    known = orders.get(asked.out_trade_no)
    if known is None:
        known = orders[asked.out_trade_no] = PayOrder(
            number=asked.out_trade_no,
            prepay_id=f"wx{os.urandom(17).hex()}",
            app_id=asked.appid,
            openid=asked.payer.openid,
            description=asked.description,
            notify_url=asked.notify_url,
            total=asked.amount.total,
            asked=told,
            made_at=call.china.pay.payments.now(),
        )
    if known.state == "CLOSED":
        raise PayRefused(400, "ORDER_CLOSED", "订单已关闭")
    if known.state != "NOTPAY":
        raise _is_paid(call)
    if known.asked != told:
        raise PayRefused(403, "OUT_TRADE_NO_USED", "商户订单号重复，且参数与原订单不一致")
    return 200, {"prepay_id": known.prepay_id}


def _check_prepay(call: PayCall, asked: PrepayRequest) -> None:
    settings = call.china.settings
    if asked.appid != settings.miniprogram.app_id:
        raise PayRefused(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配", "/appid")
    if call.china.consumers.by_miniprogram_openid(asked.payer.openid) is None:
        raise PayRefused(400, "PARAM_ERROR", "无效的openid", "/payer/openid")
    limit = settings.assumed.pay_description_limit_bytes
    if len(asked.description.encode()) > limit or asked.amount.currency != "CNY":
        raise PayRefused(400, "PARAM_ERROR", "输入源“/body/description”映射到值字段长度不符")


def _is_paid(call: PayCall) -> PayRefused:
    return PayRefused(400, call.china.settings.assumed.pay_order_paid_code, "该订单已支付")


def _order(call: PayCall) -> PayOrder:
    order = call.china.pay.payments.state.orders.get(call.parts["number"])
    if order is None:
        raise PayRefused(404, "ORDER_NOT_EXIST", "订单不存在")
    return order


async def find(call: PayCall) -> Answer:
    """How a payment stands, by the merchant's number."""
    call.require_merchant(call.query.get("mchid", ""))
    return 200, told_order(_order(call), mch_id=call.seal.merchant.mch_id)


async def close(call: PayCall) -> Answer:
    """Nobody can pay it any more."""
    call.require_merchant(call.json(CloseRequest).mchid)
    order = _order(call)
    if order.state in ("SUCCESS", "REFUND"):
        raise _is_paid(call)
    order.state = "CLOSED"
    return 204, None


async def refund(call: PayCall) -> Answer:
    """Takes money back to the payer; the same again tells how that stands."""
    asked = call.json(RefundRequest)
    payments = call.china.pay.payments
    order = payments.state.orders.get(asked.out_trade_no)
    if order is None or order.state not in ("SUCCESS", "REFUND"):
        raise PayRefused(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    told = msgspec.json.encode(asked)
    known = payments.state.refunds.get(asked.out_refund_no)
    if known is not None and known.asked != told:
        raise PayRefused(400, "INVALID_REQUEST", "退款单号重复，且参数与原退款不一致")
    if known is not None:
        return 200, told_refund(known, order)
    if asked.amount.total != order.total:
        raise PayRefused(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致")
    if payments.refunded(order) + asked.amount.refund > order.total:
        raise PayRefused(400, "INVALID_REQUEST", "退款金额大于支付金额")
    made = PayRefundState(
        number=asked.out_refund_no,
        refund_id=f"5030{payments.now()}{int.from_bytes(os.urandom(5)):014}",
        order_number=order.number,
        fen=asked.amount.refund,
        asked=told,
        notify_url=asked.notify_url,
    )
    payments.state.refunds[made.number] = made
    order.state = "REFUND"
    answer = told_refund(made, order)
    made.state, made.success_time = "SUCCESS", payments.moment()
    _tell_refund(call, made, order)
    return 200, answer


def _tell_refund(call: PayCall, made: PayRefundState, order: PayOrder) -> None:
    if not made.notify_url:
        return
    told = told_refund(made, order)
    call.china.pay.notices.send(
        PayNotice(
            url=made.notify_url,
            event="REFUND.SUCCESS",
            original_type="refund",
            summary="退款成功",
            content={
                "mchid": call.seal.merchant.mch_id,
                "refund_status": told.pop("status"),
                **told,
            },
            associated_data="refund",
        )
    )


async def find_refund(call: PayCall) -> Answer:
    """How a refund stands."""
    found = call.china.pay.payments.state.refunds.get(call.parts["number"])
    if found is None:
        raise PayRefused(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return 200, told_refund(found, call.china.pay.payments.state.orders[found.order_number])


_ORDERS = "/v3/pay/transactions/out-trade-no/{number}"
_REFUNDS = "/v3/refund/domestic/refunds"


async def _nothing_here(request: web.Request) -> web.Response:
    return web.Response(status=404)


def add_to(app: web.Application) -> None:
    """Opens the calls; an unknown path is 404 and a wrong method 405, both empty."""
    for method, path, answer in (
        ("POST", "/v3/pay/transactions/jsapi", prepay),
        ("GET", _ORDERS, find),
        ("POST", f"{_ORDERS}/close", close),
        ("POST", _REFUNDS, refund),
        ("GET", f"{_REFUNDS}/{{number}}", find_refund),
    ):
        resource = app.router.add_resource(path)
        resource.add_route(method, pay_gate(answer))
        resource.add_route("*", _wrong_method)
    pay_coupons.add_to(app)
    app.router.add_route("*", "/v3/{rest:.*}", _nothing_here)


async def _wrong_method(request: web.Request) -> web.Response:
    return web.Response(status=405)
