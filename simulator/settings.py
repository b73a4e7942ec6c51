"""What a run of the simulator is told: its accounts, its shops, its consumers."""

import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from simulator.assumed import Assumed

Language = Literal["zh_CN", "zh_TW", "en"]
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")

Mode = Literal["plain", "compatible", "secure"]


class OfficialAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The official account, with the credentials its server holds and the address it listens at."""

    app_id: str
    app_secret: str
    original_id: str
    name: str
    token: str
    callback_url: str
    encoding_aes_key: str = ""
    mode: Mode = "secure"

    def __post_init__(self) -> None:
        if self.mode != "plain" and not _AES_KEY.fullmatch(self.encoding_aes_key):
            raise ValueError("encoding_aes_key must be 43 letters and digits")
        if not self.callback_url.startswith(("http://", "https://")):
            raise ValueError("callback_url must be an http or https address")


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message template; `content` holds lines such as `积分：{{keyword1.DATA}}`."""

    template_id: str
    title: str
    content: str


class MiniProgram(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mini-program that is bound to the same Open Platform subject, with its templates.

    ``folder`` holds its source, which the phone runs; empty: it cannot be opened. ``server`` is
    the one address that its requests may reach, and must be this machine. What WeChat tells of
    its users, and its shops ask of its members, goes to ``push_url``, sealed, in JSON or XML.
    Whoever scans a link that begins as one of ``links`` is shown its page, which is told it as `q`.
    """

    app_id: str
    app_secret: str
    name: str = ""
    templates: tuple[Template, ...] = ()
    folder: str = ""
    server: str = ""
    push_url: str = ""
    push_token: str = ""
    push_key: str = ""
    push_form: Literal["json", "xml"] = "json"
    links: dict[str, str] = {}

    def __post_init__(self) -> None:
        if self.server and not _LOOPBACK.fullmatch(self.server):
            raise ValueError("server must be http://127.0.0.1 with a port, and no path")
        if self.push_url and not _AES_KEY.fullmatch(self.push_key):
            raise ValueError("push_key must be 43 letters and digits")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A customer group of the corp that is there from the start; `owner` is a staff user id."""

    chat_id: str
    name: str
    owner: str
    capacity: Annotated[int, msgspec.Meta(ge=2, le=500)] = 200


class HelpDesk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A help desk (微信客服账号) of the corp. `servicers` are the staff who may take over.

    One with a welcome of its own lets the app say none.
    """

    open_kfid: str
    name: str
    servicers: tuple[str, ...] = ()
    has_own_welcome: bool = False


class WeCom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The brand's corp, with one self-built app. `staff` are the user ids whom the app may see.

    A corp that is not bound to the Open Platform subject tells no unionids; an older app is told no
    list of who changed.
    """

    corp_id: str
    secret: str
    token: str
    encoding_aes_key: str
    callback_url: str
    name: str = "企业微信"
    agent_id: int = 1_000_002
    staff: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    help_desks: tuple[HelpDesk, ...] = ()
    tells_unionid: bool = True
    tells_changes: bool = True

    def __post_init__(self) -> None:
        if not _AES_KEY.fullmatch(self.encoding_aes_key):
            raise ValueError("encoding_aes_key must be 43 letters and digits")
        if not self.callback_url.startswith(("http://", "https://")):
            raise ValueError("callback_url must be an http or https address")
        if len({group.chat_id for group in self.groups}) != len(self.groups):
            raise ValueError("groups need chat ids of their own")
        if not {group.owner for group in self.groups} <= set(self.staff):
            raise ValueError("the owner of a group must be one of the staff")
        servicers = {user_id for desk in self.help_desks for user_id in desk.servicers}
        if not servicers <= set(self.staff):
            raise ValueError("who serves a help desk must be one of the staff")


class CouponStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A batch of cash coupons that the merchant made at WeChat Pay, and started.

    A coupon is worth `fen` and good for `good_days`. `abnormal` are nicknames of consumers whose
    accounts WeChat Pay finds abnormal.
    """

    id: str
    most: int
    most_per_user: int = 1
    good_days: int = 30
    name: str = "代金券"
    fen: int = 1000
    abnormal: tuple[str, ...] = ()


class Merchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The merchant of WeChat Pay that the mini-program belongs to; keys are PEM texts.

    The platform knows the merchant's public key and signs with a private one of its own, whose
    public half is named `public_key_id`. Uses of cash coupons are told to `coupon_notify_url`, if
    there is one.
    """

    mch_id: str
    serial: str
    public_key: str
    api_v3_key: str
    public_key_id: str
    platform_private_key: str
    name: str = ""
    coupon_stocks: tuple[CouponStock, ...] = ()
    coupon_notify_url: str = ""

    def __post_init__(self) -> None:
        if len(self.api_v3_key.encode()) != 32:
            raise ValueError("api_v3_key must be 32 letters and digits")


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page of the demo day: where the brand's console is, and an account to sign in with."""

    console: str
    account: str
    password: str

    def __repr__(self) -> str:
        return f"Day(console={self.console!r})"


class Shop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop whose printed QR code carries `scene`."""

    scene: str
    name_zh: str
    name_en: str


class Poster(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What hangs in a shop: a QR code that holds a link."""

    link: str
    name_zh: str
    name_en: str


class DouyinShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="douyin"):
    """A shop on Douyin, with the self-built app that may read it; without `push_url` none push.

    Its members are those of the member application `members_app_id`.
    """

    shop_id: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
    app_key: str
    app_secret: str
    name: str = "抖店"
    push_url: str = ""
    members_app_id: int = 1

    @property
    def code(self) -> str:
        """What names the shop among those of its platform."""
        return self.shop_id


class TmallShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="tmall"):
    """A shop on Tmall or Taobao, with the app that may read it by ``session``.

    Its member page asks the brand at ``members_url``, and hashes numbers with ``mix_key``.
    """

    seller_nick: str
    app_key: str
    app_secret: str
    session: str
    refresh_token: str = ""
    seller_id: int = 2_200_000_000_001
    shop_kind: Literal["tmall", "taobao"] = "tmall"
    name: str = ""
    members_url: str = ""
    mix_key: str = "mixkey"

    @property
    def code(self) -> str:
        """What names the shop among those of its platform."""
        return self.seller_nick


class WeChatShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="wechat_shop"):
    """A shop on WeChat, an account of its own; without `push_url` none push.

    It tells no unionids where it is not bound to the Open Platform subject of the others, and lists
    after-sales by when they changed only where it is said to.
    """

    app_id: str
    app_secret: str
    token: str
    encoding_aes_key: str
    name: str = "微信小店"
    push_url: str = ""
    tells_unionid: bool = True
    lists_after_sales_by_update: bool = False

    def __post_init__(self) -> None:
        if not _AES_KEY.fullmatch(self.encoding_aes_key):
            raise ValueError("encoding_aes_key must be 43 letters and digits")

    @property
    def code(self) -> str:
        """What names the shop among those of its platform."""
        return self.app_id


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing that the shops on platforms sell."""

    sku: str
    name_zh: str
    name_en: str
    price_fen: Annotated[int, msgspec.Meta(ge=0, le=10**9)]
    category: str = ""
    brand: str = ""
    picture: str = ""
    cost_fen: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None


class JdShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="jd"):
    """A shop on JD, with the app that may read it, and the tokens that its owner was given.

    JD pushes nothing. Without `refresh_token` nothing renews the access token.
    """

    vender_id: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,18}$")]
    app_key: str
    app_secret: str
    access_token: str
    refresh_token: str = ""
    name: str = "京东店铺"

    @property
    def code(self) -> str:
        """What names the shop among those of its platform."""
        return self.vender_id

    def __repr__(self) -> str:
        return f"JdShop(vender_id={self.vender_id!r})"


class ShopifyShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="shopify"):
    """A store on Shopify with its custom app; without `push_url` it sends no webhooks.

    Calls fill a bucket that empties `leaks_per_second`, as the plan of a store grants it.
    """

    shop_domain: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+\.myshopify\.com$")]
    access_token: str
    app_secret: str
    push_url: str = ""
    currency: str = "CNY"
    bucket: int = 40
    leaks_per_second: float = 2.0
    name: str = "Shopify"

    @property
    def code(self) -> str:
        """What names the shop among those of its platform."""
        return self.shop_domain

    def __repr__(self) -> str:
        return f"ShopifyShop(shop_domain={self.shop_domain!r})"


class TillShop(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pos"):
    """A shop of the brand's own, whose till signs what it sells with ``secret``.

    Who pays by WeChat is told by her openid of ``app_id``. ``code`` is the scene of its poster.
    """

    code: Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
    secret: str
    app_id: str
    push_url: str
    name: str = "门店"

    def __repr__(self) -> str:
        return f"TillShop(code={self.code!r})"


PlatformShop = DouyinShop | WeChatShop | JdShop | ShopifyShop | TmallShop | TillShop


class LiveRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A live room in which the brand's shops on a platform sell, with who speaks there."""

    kind: Literal["douyin", "wechat_shop", "tmall", "taobao"]
    name_zh: str
    name_en: str
    room_id: str = ""
    talent_id: str = ""
    talent_name: str = ""


class ConsumerSeed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A consumer who is there from the start."""

    nickname: str
    language: Language = "zh_CN"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a run is told.

    Without `wecom` there is no corp, without `day` no page of the demo day. `ip_whitelist` None
    means that any address may call.
    """

    official_account: OfficialAccount
    miniprogram: MiniProgram
    wecom: WeCom | None = None
    port: int = 8090
    host: str = "127.0.0.1"
    state_file: str | None = None
    shops: tuple[Shop, ...] = ()
    posters: tuple[Poster, ...] = ()
    consumers: tuple[ConsumerSeed, ...] = ()
    templates: tuple[Template, ...] = ()
    merchant: Merchant | None = None
    platform_shops: tuple[PlatformShop, ...] = ()
    goods: tuple[Goods, ...] = ()
    live_rooms: tuple[LiveRoom, ...] = ()
    ip_whitelist: tuple[str, ...] | None = None
    day: Day | None = None
    assumed: Assumed = Assumed()

    def __post_init__(self) -> None:
        if self.official_account.app_id == self.miniprogram.app_id:
            raise ValueError("the official account and the mini-program need app ids of their own")
        if len({seed.nickname for seed in self.consumers}) != len(self.consumers):
            raise ValueError("consumers need nicknames of their own")


def read(path: Path) -> Settings:
    """The settings in a JSON file. Raises: OSError, msgspec.DecodeError naming the field."""
    return msgspec.json.decode(path.read_bytes(), type=Settings)
