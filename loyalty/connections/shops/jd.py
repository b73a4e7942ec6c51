"""The settings of a shop on JD, as an operator writes them."""

from typing import Annotated, ClassVar

from msgspec import Meta

from loyalty.connections.shops.platform import Address, Name, PlatformShopSettings

CouponType = Annotated[str, Meta(pattern=r"^[0-9]{1,6}\Z")]


class JdSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="jd"):
    """One shop on JD (京东 POP 店铺), the app that may read it, and the token that it was given.

    With ``refresh_token`` the access token is renewed; without, a new one has to be entered when
    it ends. ``seller_coupon_types`` are the kinds of discount (couponType) that the shop pays,
    ``gift_card_coupon_types`` those that are paid with a gift card; JD pays all others.
    ``encrypted_orders``: the app may call enSearch and enGet, and not search and get.
    ``busy_codes`` are errors of the gateway after which a call is made again. ``picture_base``
    stands before the paths that it tells of pictures.
    """

    named_by: ClassVar[str] = "vender_id"

    vender_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")]
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,64}\Z")]
    app_secret: Name
    access_token: Name
    refresh_token: Annotated[str, Meta(max_length=200)] = ""
    seller_coupon_types: tuple[CouponType, ...] = ("20", "28", "29", "30", "35", "100")
    gift_card_coupon_types: tuple[CouponType, ...] = ("52",)
    encrypted_orders: bool = True
    order_states: Annotated[str, Meta(pattern=r"^[A-Za-z_,]{1,400}\Z")] = "ALL"
    busy_codes: tuple[CouponType, ...] = ("2", "43", "65", "66", "67", "69")
    api_base: Address = "https://api.jd.com/routerjson"
    picture_base: Address = "https://img10.360buyimg.com/n1/"
    oauth_base: Address = "https://open-oauth.jd.com/oauth2"
