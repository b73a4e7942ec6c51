"""Cash coupons of WeChat Pay: batches that the merchant made, and who was sent one (D3)."""

import os
from typing import TYPE_CHECKING, Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from simulator.pay_gate import Answer, PayCall, PayRefused, pay_gate
from simulator.payments import SentCoupon
from simulator.settings import CouponStock

if TYPE_CHECKING:
    from simulator.world import China

RequestNumber = Annotated[str, Meta(pattern=r"^[0-9A-Za-z_\-|*]{1,128}$")]
Stock = Annotated[str, Meta(pattern="^[0-9]{1,20}$")]


class CouponRequest(msgspec.Struct, frozen=True):
    """Body of /v3/marketing/favor/users/{openid}/coupons."""

    stock_id: Stock
    out_request_no: RequestNumber
    appid: str
    stock_creator_mchid: str


async def send(call: PayCall) -> Answer:
    """Sends a coupon to a payer; the same number again is the same coupon."""
    asked, openid = call.json(CouponRequest), call.parts["openid"]
    call.require_merchant(asked.stock_creator_mchid)
    if asked.appid != call.china.settings.miniprogram.app_id:
        raise PayRefused(400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配", "/appid")
    consumer = call.china.consumers.by_miniprogram_openid(openid)
    if consumer is None:
        raise PayRefused(400, "PARAM_ERROR", "无效的openid", "/openid")
    coupons, told = call.china.pay.payments.state.coupons, openid.encode() + call.body
    known = coupons.get(asked.out_request_no)
    if known is not None and known.asked != told:
        raise PayRefused(400, "INVALID_REQUEST", "商户单号重复，且参数与原请求不一致")
    if known is None:
        stock = _stock(call, asked.stock_id)
        _check_limits(call, stock, openid, nickname=consumer.nickname)
        known = coupons[asked.out_request_no] = SentCoupon(
            coupon_id=str(int.from_bytes(os.urandom(5))),
            stock_id=stock.id,
            openid=openid,
            asked=told,
            sent_at=call.china.pay.payments.now(),
            ends_at=call.china.pay.payments.now() + stock.good_days * 86_400,
        )
    return 200, {"coupon_id": known.coupon_id}


async def read(call: PayCall) -> Answer:
    """Tells what became of a coupon of a payer."""
    if call.query.get("appid") != call.china.settings.miniprogram.app_id:
        raise PayRefused(400, "PARAM_ERROR", "appid和mch_id不匹配", "/appid")
    if call.china.consumers.by_miniprogram_openid(call.parts["openid"]) is None:
        raise PayRefused(400, "PARAM_ERROR", "无效的openid", "/openid")
    for coupon in call.china.pay.payments.state.coupons.values():
        if (coupon.coupon_id, coupon.openid) == (call.parts["coupon_id"], call.parts["openid"]):
            return 200, told_coupon(call.china, coupon)
    raise PayRefused(404, "RESOURCE_NOT_EXISTS", "代金券不存在")


def told_coupon(china: "China", coupon: SentCoupon) -> dict[str, object]:
    """A coupon as a query and a notice tell it."""
    merchant, payments = china.settings.merchant, china.pay.payments
    assert merchant is not None, "it made the batch"
    (stock,) = (one for one in merchant.coupon_stocks if one.id == coupon.stock_id)
    told: dict[str, object] = {
        "stock_creator_mchid": merchant.mch_id,
        "stock_id": coupon.stock_id,
        "coupon_id": coupon.coupon_id,
        "coupon_name": stock.name,
        "status": coupon.status(payments.now()),
        "description": "",
        "create_time": payments.written(coupon.sent_at),
        "coupon_type": "NORMAL",
        "no_cash": False,
        "available_begin_time": payments.written(coupon.sent_at),
        "available_end_time": payments.written(coupon.ends_at),
        "singleitem": False,
        "normal_coupon_information": {"coupon_amount": stock.fen, "transaction_minimum": 1},
    }
    if coupon.used_time:
        told["consume_information"] = {
            "consume_time": coupon.used_time,
            "consume_mchid": merchant.mch_id,
            "transaction_id": coupon.transaction_id,
        }
    return told


def _stock(call: PayCall, stock_id: str) -> CouponStock:
    merchant = call.china.settings.merchant
    assert merchant is not None, "it signed the call"
    for stock in merchant.coupon_stocks:
        if stock.id == stock_id:
            return stock
    raise PayRefused(404, "RESOURCE_NOT_EXISTS", "批次不存在")


def _check_limits(call: PayCall, stock: CouponStock, openid: str, *, nickname: str) -> None:
    sent = [
        one for one in call.china.pay.payments.state.coupons.values() if one.stock_id == stock.id
    ]
    if nickname in stock.abnormal:
        raise PayRefused(403, "USER_ACCOUNT_ABNORMAL", "用户账户异常")
    if len(sent) >= stock.most:
        raise PayRefused(403, "NOT_ENOUGH", "批次预算不足")
    if sum(one.openid == openid for one in sent) >= stock.most_per_user:
        raise PayRefused(403, "RULE_LIMIT", "被发券规则限制：用户已达领取上限")


def add_to(app: web.Application) -> None:
    """Opens the calls."""
    resource = app.router.add_resource("/v3/marketing/favor/users/{openid}/coupons")
    resource.add_route("POST", pay_gate(send))
    one = app.router.add_resource("/v3/marketing/favor/users/{openid}/coupons/{coupon_id}")
    one.add_route("GET", pay_gate(read))
