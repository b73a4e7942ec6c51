"""The settings of a shop on Tmall or Taobao, as an operator writes them."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.shops.platform import Address, Name, PlatformShopSettings

Code = Annotated[str, Meta(pattern=r"^[^\s\x00-\x1f:/]{1,64}\Z")]
Yuan = Annotated[int, Meta(ge=1, le=10_000)]
SocketAddress = Annotated[str, Meta(pattern=r"^wss?://[^\s?#]+\Z", max_length=255)]
Part = Literal[
    "platform_subsidy_fee",
    "tmall_coupon_fee",
    "point_fee",
    "alipay_point",
    "pcc_af",
    "expand_card_basic_price_used",
    "expand_card_expand_price_used",
]


class TmallSettings(PlatformShopSettings, frozen=True, kw_only=True, tag="tmall"):
    """One shop on Tmall (天猫) or Taobao (淘宝), and the app of the platform that may read it.

    ``shop_code`` names the shop where its files were imported under another name than its nick.
    ``seller_id`` tells the messages of several shops of one app apart. ``not_own_money`` are the
    parts of an order's ``payment`` that the buyer did not pay with money: they earn no points.
    ``coupon_yuan`` are what coupons of the shop may be worth, ``most_coupon_batches`` how many
    kinds of them it may have at once; a call gives them to at most ``coupons_at_once`` buyers.
    ``list_minutes`` is how long a span the lists of what changed are asked for at once.
    """

    named_by: ClassVar[str] = "seller_nick"

    seller_nick: Name
    app_key: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,40}\Z")]
    app_secret: Name
    session: Name
    refresh_token: Name | None = None
    shop_code: Code | None = None
    shop_kind: Literal["tmall", "taobao"] = "tmall"
    seller_id: Annotated[str, Meta(pattern=r"^[0-9]{1,20}\Z")] | None = None
    sign_method: Literal["md5", "hmac", "hmac-sha256"] = "hmac-sha256"
    not_own_money: tuple[Part, ...] = (
        "tmall_coupon_fee",
        "alipay_point",
        "pcc_af",
        "expand_card_basic_price_used",
        "expand_card_expand_price_used",
    )
    trade_types: Annotated[str, Meta(pattern=r"^[a-z0-9_]+(,[a-z0-9_]+)*\Z", max_length=500)] = (
        "guarantee_trade,auto_delivery,ec,cod,step,tmall_i18n,eticket"
    )
    asks_ouid: bool = True
    coupon_yuan: Annotated[tuple[Yuan, ...], Meta(min_length=1)] = (3, 5, 10, 20, 50, 100)
    most_coupon_batches: Annotated[int, Meta(ge=1, le=10_000)] = 50
    coupons_at_once: Annotated[int, Meta(ge=1, le=100)] = 100
    list_minutes: Annotated[int, Meta(ge=5, le=1440)] = 30
    takes_messages: bool = True
    message_group: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,64}\Z")] = "default"
    pull_seconds: Annotated[float, Meta(ge=0.05, le=60)] = 5.0
    api_base: Address = "https://eco.taobao.com/router/rest"
    messages_base: SocketAddress = "ws://mc.api.taobao.com/"

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.shop_code or self.seller_nick
