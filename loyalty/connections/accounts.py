"""The settings of our accounts with WeChat, WeCom and WeChat Pay, as an operator writes them."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from loyalty.connections.shape import AccountSettings

# They stand in addresses, and a wrong one would stop the whole server.
AccountId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
AesKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{43}\Z")]


class CallbackMode(StrEnum):
    """How the platform writes to us: 明文, 兼容, 安全."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SECURE = "secure"


class OfficialAccountSettings(AccountSettings, frozen=True, tag="official_account"):
    """One official account (公众号). ``original_id`` is its gh_ id."""

    named_by: ClassVar[str] = "app_id"

    app_id: AccountId
    app_secret: str
    original_id: str
    token: str
    encoding_aes_key: AesKey
    mode: CallbackMode = CallbackMode.SECURE
    previous_encoding_aes_key: AesKey | None = None
    api_base: str = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"


class MiniProgramSettings(AccountSettings, frozen=True, tag="miniprogram"):
    """One mini-program (小程序). ``coupon_template_id`` tells of a coupon (订阅消息模板).

    Its keys are thing1 (which coupon), thing2 (why), date3 (good until). With ``token`` and
    ``encoding_aes_key`` its message push (消息推送, 安全模式) is taken under /wechat/APP_ID.
    """

    named_by: ClassVar[str] = "app_id"

    app_id: AccountId
    app_secret: str
    coupon_template_id: str = ""
    token: str = ""
    encoding_aes_key: AesKey | None = None
    api_base: str = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"


class WeComSettings(AccountSettings, frozen=True, tag="wecom"):
    """One self-built app (自建应用) of a WeCom corp, with ``secret`` its own and not the corp's."""

    named_by: ClassVar[str] = "corp_id"

    corp_id: AccountId
    secret: str
    token: str
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey | None = None
    agent_id: int = 0
    api_base: str = "https://qyapi.weixin.qq.com"
    login_base: str = "https://login.work.weixin.qq.com"


class WeChatPaySettings(AccountSettings, frozen=True, tag="wechat_pay"):
    """One merchant of WeChat Pay (商户号), for the mini-program that its payments open in.

    Keys are PEM texts; ``public_key`` is the platform's, named ``public_key_id``. Notices come to
    ``notify_url``, which the platform must reach.
    """

    named_by: ClassVar[str] = "mch_id"

    mch_id: AccountId
    app_id: AccountId
    serial: str
    private_key: str
    public_key_id: str
    public_key: str
    api_v3_key: Annotated[str, Meta(min_length=32, max_length=32)]
    notify_url: str
    api_base: str = "https://api.mch.weixin.qq.com"
