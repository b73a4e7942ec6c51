"""One merchant of WeChat Pay as the tests play it, with real keys that are made once."""

from functools import cache

from jifen.credentials import KeyPair, key_pair
from loyalty.connections import WeChatPaySettings
from simulator.settings import CouponStock, Merchant

MCH_ID = "1900000001"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7200000000"
PUBLIC_KEY_ID = "PUB_KEY_ID_0119000000012026112200000000000001"
API_V3_KEY = "0123456789abcdef0123456789abcdef"
COUPON_STOCKS = (
    CouponStock("10000001", most=2),
    CouponStock("10000002", most=0),
    CouponStock("10000003", most=9, abnormal=("林小满",)),
)


@cache
def merchants_keys() -> KeyPair:
    return key_pair()


@cache
def platforms_keys() -> KeyPair:
    return key_pair()


def merchant() -> Merchant:
    """Return the merchant as the simulated platform knows it."""
    return Merchant(
        mch_id=MCH_ID,
        serial=SERIAL,
        public_key=merchants_keys().public,
        api_v3_key=API_V3_KEY,
        public_key_id=PUBLIC_KEY_ID,
        platform_private_key=platforms_keys().private,
        name="积分演示店",
        coupon_stocks=COUPON_STOCKS,
    )


def settings(app_id: str, *, api_base: str, notify_url: str) -> WeChatPaySettings:
    """Return the merchant as the server knows it."""
    return WeChatPaySettings(
        mch_id=MCH_ID,
        app_id=app_id,
        serial=SERIAL,
        private_key=merchants_keys().private,
        public_key_id=PUBLIC_KEY_ID,
        public_key=platforms_keys().public,
        api_v3_key=API_V3_KEY,
        notify_url=notify_url,
        api_base=api_base,
    )
