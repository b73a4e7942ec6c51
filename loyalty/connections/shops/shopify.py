"""The settings of a store on Shopify, as an operator writes them."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.shops.platform import Address, Name, PlatformShopSettings


class ShopifySettings(PlatformShopSettings, frozen=True, kw_only=True, tag="shopify"):
    """One store on Shopify and the custom app that may read it.

    ``app_secret`` signs its webhooks; while it is rotated, ``previous_app_secret`` is taken, too.
    ``completed_when``: an order is completed when all of it was sent, or at once when it is paid;
    its return window begins there. ``reads_costs`` asks for what products cost the merchant, for
    which the app needs ``read_inventory``. Shopify grants two calls a second and forty at once.
    """

    named_by: ClassVar[str] = "shop_domain"

    shop_domain: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com\Z")]
    access_token: Name
    app_secret: Name
    previous_app_secret: Name | None = None
    completed_when: Literal["fulfilled", "paid"] = "fulfilled"
    reads_costs: bool = True
    calls_per_second: Annotated[float, Meta(gt=0, le=1000)] = 2.0
    api_version: Annotated[str, Meta(pattern=r"^20[0-9]{2}-[0-9]{2}\Z")] = "2026-07"
    api_base: Address | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may have signed a webhook."""
        told = (self.app_secret, self.previous_app_secret)
        return tuple(one for one in told if one)
