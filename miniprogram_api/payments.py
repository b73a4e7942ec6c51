"""What WeChat Pay tells us by notice: signed on its bytes, sealed, and told again until taken."""

from datetime import datetime

from aiohttp import web

from loyalty import redemptions
from loyalty.errors import LoyaltyError
from models import StoreRefundState, db
from web import bodies
from web.context import CONTEXT, PayAccount, now
from web.logs import log
from web.metrics import count_inbound_event
from web.pay_coupons import fate_of
from web.payments import end_refund, take
from web.refusals import RequestRefused
from wechat.errors import BadCiphertext, BadJson, CallbackRefused
from wechat.pay import CashCouponTold, Notice

BODY_LIMIT_BYTES = 64 * 1024
BODY_SECONDS = 2.0
SOURCE = "wechat_pay"
PROBE = "WECHATPAY/SIGNTEST/"
ENDINGS = {
    "REFUND.SUCCESS": StoreRefundState.DONE,
    "REFUND.ABNORMAL": StoreRefundState.FAILED,
    "REFUND.CLOSED": StoreRefundState.FAILED,
}


def add_to(app: web.Application) -> None:
    """Take the notices of every merchant of the context."""
    app.router.add_post("/wechat-pay/{mch_id}/notices", receive)


async def receive(request: web.Request) -> web.Response:
    """Take one notice; whatever is not taken is answered 4xx or 5xx, and comes again."""
    account = _account(request)
    try:
        body = await bodies.read(request, limit_bytes=BODY_LIMIT_BYTES, seconds=BODY_SECONDS)
        notice = account.client.read(request.headers, body, at=now())
        await _work(request, account, notice)
    except CallbackRefused as refused:
        return _refuse(request, refused)
    except RequestRefused as refused:
        return _failed(refused.http_status, refused.code)
    except LoyaltyError as refused:
        log.error("payment_refused", code=refused.code, **refused.figures)
        return _failed(422, refused.code)
    except (*db.Unreachable, TimeoutError) as failure:
        log.warning("notice_not_taken", error=type(failure).__name__)
        return _failed(503, "unavailable")
    count_inbound_event(SOURCE, "answered")
    return web.Response(status=204)


def _account(request: web.Request) -> PayAccount:
    for account in request.config_dict[CONTEXT].merchants.values():
        if account.connection.scope == request.match_info["mch_id"]:
            return account
    raise web.HTTPNotFound


async def _work(request: web.Request, account: PayAccount, notice: Notice) -> None:
    at = request.config_dict[CONTEXT].clock()
    if notice.event == "TRANSACTION.SUCCESS":
        transaction = account.client.transaction(notice)
        if not transaction.is_paid:
            raise BadJson("a payment that is none")
        await take(transaction, at=at)
    elif notice.event in ENDINGS:
        told = account.client.refunded(notice)
        await end_refund(told.out_refund_no, ENDINGS[notice.event], at=at)
        log.info("refund_told", number=told.out_refund_no, outcome=notice.event)
    elif notice.event == "COUPON.USE":
        await _keep_use(request, account.client.coupon_used(notice), at=at)
    else:
        log.info("notice_not_used", notice=notice.event)


async def _keep_use(request: web.Request, told: CashCouponTold, *, at: datetime) -> None:
    fate = fate_of(told, request.config_dict[CONTEXT], at=at)
    if fate is None:
        raise BadJson("a coupon in no known state")
    known = await redemptions.tell_coupons([fate])
    log.info("pay_coupon_told", outcome=told.status, known=known)


def _refuse(request: web.Request, refused: CallbackRefused) -> web.Response:
    is_probe = request.headers.get("Wechatpay-Signature", "").startswith(PROBE)
    code = "probe" if is_probe else refused.code
    count_inbound_event(SOURCE, code)
    (log.info if is_probe else log.warning)("notice_refused", code=code)
    return _failed(400 if isinstance(refused, BadJson | BadCiphertext) else 401, refused.code)


def _failed(http_status: int, code: str) -> web.Response:
    return web.json_response({"code": "FAIL", "message": code}, status=http_status)
