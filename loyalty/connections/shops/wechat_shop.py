"""A shop on WeChat."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.accounts import AccountId, AesKey
from loyalty.connections.shops.platform import Address, Name, PlatformShopSettings


class WeChatShopSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="wechat_shop"):
    """One shop on WeChat (微信小店). ``token`` and ``encoding_aes_key`` are those of its messages.

    ``platform_coupon_in_order_price``: ``order_price`` and ``real_price`` include what WeChat's own
    coupon paid; ``points_in_real_price``: ``real_price`` includes what was paid with points. Check
    both on one order each. After-sales of the last ``after_sale_days`` are looked at again.
    ``category_endpoint`` is the call that names a category: its path was moved.
    """

    named_by: ClassVar[str] = "app_id"

    app_id: AccountId
    app_secret: Name
    token: Name
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey | None = None
    platform_coupon_in_order_price: bool = False
    points_in_real_price: bool = False
    after_sale_days: Annotated[int, Meta(ge=1, le=180)] = 30
    after_sales_listed_by: Literal["create", "update"] = "create"
    category_endpoint: Literal["/shop/ec/category/detail", "/channels/ec/category/detail"] = (
        "/shop/ec/category/detail"
    )
    page_size: Annotated[int, Meta(ge=1, le=100)] = 50
    api_base: Address = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"
