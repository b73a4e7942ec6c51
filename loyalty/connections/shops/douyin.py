"""The settings of a shop on Douyin, as an operator writes them."""

from typing import Annotated, ClassVar

from msgspec import Meta, field

from loyalty.connections.shops.platform import Address, Name, PlatformShopSettings

BrandId = Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")]


class DouyinSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="douyin"):
    """One shop on Douyin (抖店) and the self-built app (自用型应用) that may read it.

    ``payment_discount_in_pay_amount``: an order's ``pay_amount`` includes what the payment channel
    paid for the buyer (``promotion_pay_amount``), which earns no points. Check it on one order.
    ``brand_names`` are what its products' brands are called, by the platform's number of them.
    """

    named_by: ClassVar[str] = "shop_id"

    shop_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")]
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,40}\Z")]
    app_secret: Name
    payment_discount_in_pay_amount: bool = True
    brand_names: dict[BrandId, Name] = field(default_factory=dict)
    api_base: Address = "https://openapi-fxg.jinritemai.com"

    @property
    def buyers_scope(self) -> str:
        """Return within what the platform's name of a buyer is one: app and shop."""
        return f"{self.app_key}:{self.shop_id}"
