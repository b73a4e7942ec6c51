"""The settings of shops, as an operator writes them: the brand's own, and those on platforms."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from loyalty.connections.accounts import AccountId, AesKey
from models import ShopKind

Name = Annotated[str, Meta(min_length=1, max_length=200)]
ShopCode = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}\Z")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s?#]+\Z", max_length=255)]


class OwnStoreSettings(Struct, frozen=True, forbid_unknown_fields=True, tag="own_store"):
    """One store or till (收银) of the brand's own, which signs the orders that it sends.

    ``code`` names it in its address, its shop and the customer keys it gives. While the key is
    changed, ``previous_secret`` is taken, too. A call is good for ``max_age_seconds``.
    """

    code: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}\Z")]
    secret: Annotated[str, Meta(min_length=16, max_length=200)]
    shop_kind: Literal["own_store", "pos"] = "own_store"
    previous_secret: Annotated[str, Meta(min_length=16, max_length=200)] | None = None
    max_age_seconds: Annotated[int, Meta(ge=10, le=86_400)] = 300

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.code

    def __repr__(self) -> str:
        return f"OwnStoreSettings(code={self.code!r})"


class PlatformShopSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What all shops on platforms are told.

    At first connection the last ``history_days`` are read; afterwards each change since. A call of
    one kind is made at most ``calls_per_second``: the quota of your app is in the console.
    """

    history_days: Annotated[int, Meta(ge=0, le=90)] = 0
    calls_per_second: Annotated[float, Meta(gt=0, le=1000)] = 5.0


class DouyinSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="douyin"):
    """One shop on Douyin (抖店) and the self-built app (自用型应用) that may read it.

    ``payment_discount_in_pay_amount``: an order's ``pay_amount`` includes what the payment channel
    paid for the buyer (``promotion_pay_amount``), which earns no points. Check it on one order.
    """

    shop_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")]
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,40}\Z")]
    app_secret: Name
    payment_discount_in_pay_amount: bool = True
    api_base: Address = "https://openapi-fxg.jinritemai.com"

    @property
    def shop_kind(self) -> ShopKind:
        """Return the platform."""
        return ShopKind.DOUYIN

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.shop_id

    def __repr__(self) -> str:
        return f"DouyinSettings(shop_id={self.shop_id!r})"


class WeChatShopSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="wechat_shop"):
    """One shop on WeChat (微信小店). ``token`` and ``encoding_aes_key`` are those of its messages.

    ``platform_coupon_in_order_price``: ``order_price`` and ``real_price`` include what WeChat's own
    coupon paid; ``points_in_real_price``: ``real_price`` includes what was paid with points. Check
    both on one order each. After-sales of the last ``after_sale_days`` are looked at again.
    """

    app_id: AccountId
    app_secret: Name
    token: Name
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey | None = None
    platform_coupon_in_order_price: bool = False
    points_in_real_price: bool = False
    after_sale_days: Annotated[int, Meta(ge=1, le=180)] = 30
    after_sales_listed_by: Literal["create", "update"] = "create"
    page_size: Annotated[int, Meta(ge=1, le=100)] = 50
    api_base: Address = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"

    @property
    def shop_kind(self) -> ShopKind:
        """Return the platform."""
        return ShopKind.WECHAT_SHOP

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.app_id

    def __repr__(self) -> str:
        return f"WeChatShopSettings(app_id={self.app_id!r})"


ShopSettings = DouyinSettings | WeChatShopSettings
