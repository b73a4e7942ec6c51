"""The demo's merchant of WeChat Pay, as the server, the simulator and other programs know it."""

from jifen.credentials import Credentials
from jifen.seeds.rewards import STOCK_ID
from loyalty.connections import WeChatPaySettings
from simulator.settings import CouponStock, Merchant


def connection(known: Credentials, *, page: str, server: str) -> WeChatPaySettings:
    """Return the merchant as the server knows it; ``page`` plays the platform."""
    return WeChatPaySettings(
        mch_id=known.mch_id,
        app_id=known.miniprogram_app_id,
        serial=known.mch_serial,
        private_key=known.mch_keys.private,
        public_key_id=known.pay_public_key_id,
        public_key=known.pay_keys.public,
        api_v3_key=known.pay_api_v3_key,
        notify_url=_notify_url(known, server),
        api_base=page,
    )


def merchant(known: Credentials, *, name: str, server: str) -> Merchant:
    """Return the merchant as the simulated platform knows it."""
    return Merchant(
        mch_id=known.mch_id,
        serial=known.mch_serial,
        public_key=known.mch_keys.public,
        api_v3_key=known.pay_api_v3_key,
        public_key_id=known.pay_public_key_id,
        platform_private_key=known.pay_keys.private,
        name=name,
        coupon_stocks=(CouponStock(STOCK_ID, most=1000, most_per_user=5),),
        coupon_notify_url=_notify_url(known, server),
    )


def told(known: Credentials, *, server: str) -> dict[str, str]:
    """Return what other programs need to play the merchant."""
    return {
        "mch_id": known.mch_id,
        "serial": known.mch_serial,
        "private_key": known.mch_keys.private,
        "public_key_id": known.pay_public_key_id,
        "public_key": known.pay_keys.public,
        "api_v3_key": known.pay_api_v3_key,
        "notify_url": _notify_url(known, server),
    }


def _notify_url(known: Credentials, server: str) -> str:
    return f"{server}/wechat-pay/{known.mch_id}/notices"
