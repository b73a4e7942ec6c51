"""The control API of a phone's wallet: the cash coupons in it, and that one is used."""

from aiohttp import web

from simulator.gate import CHINA
from simulator.pay_coupons import told_coupon
from simulator.pay_notices import PayNotice
from simulator.payments import SentCoupon
from simulator.play_answers import Denied, changed, consumer_of, said
from simulator.world import China


def _hers(china: China, openid: str) -> list[SentCoupon]:
    return [one for one in china.pay.payments.state.coupons.values() if one.openid == openid]


async def wallet(request: web.Request) -> web.Response:
    """Her cash coupons as WeChat Pay tells them, the newest first."""
    china, consumer = request.app[CHINA], consumer_of(request)
    hers = _hers(china, consumer.miniprogram_openid)
    return said({"coupons": [told_coupon(china, one) for one in reversed(hers)]})


async def use(request: web.Request) -> web.Response:
    """She pays a merchant with one; `?wait=1` waits for the notice, where there is an address."""
    china, consumer = request.app[CHINA], consumer_of(request)
    wanted = request.match_info["coupon_id"]
    hers = _hers(china, consumer.miniprogram_openid)
    coupon = next((one for one in hers if one.coupon_id == wanted), None)
    if coupon is None:
        raise Denied(404, "no_such_coupon", "there is no such coupon")
    payments, merchant = china.pay.payments, china.settings.merchant
    if coupon.status(payments.now()) != "SENDED":
        raise Denied(409, "coupon_over", "it is used, or has expired")
    payments.use(coupon)
    assert merchant is not None, "it sent the coupon"
    if merchant.coupon_notify_url:
        notice = PayNotice(
            url=merchant.coupon_notify_url,
            event="COUPON.USE",
            original_type="coupon",
            summary="代金券核销通知",
            content=told_coupon(china, coupon),
            associated_data=None if consumer.omits_optional_nodes else "coupon",
            consumer_id=consumer.id,
        )
        told_once = china.pay.notices.send(notice)
        if request.query.get("wait") in ("1", "true"):
            await told_once.wait()
    changed(china)
    return said(told_coupon(china, coupon))


ROUTES = (
    web.get("/play/consumers/{id}/pay-coupons", wallet),
    web.post("/play/consumers/{id}/pay-coupons/{coupon_id}/use", use),
)
