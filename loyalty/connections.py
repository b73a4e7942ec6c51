"""Which platform accounts we speak for: their credentials, sealed, and their access tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from loyalty.sealing import Sealer
from models import Connection, db

S = TypeVar("S", bound=Struct)
# They stand in addresses, and a wrong one would stop the whole server.
AccountId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
AesKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{43}\Z")]


class CallbackMode(StrEnum):
    """How the platform writes to us: 明文, 兼容, 安全."""

    PLAIN = "plain"
    COMPATIBLE = "compatible"
    SECURE = "secure"


class OfficialAccountSettings(
    Struct, frozen=True, forbid_unknown_fields=True, tag="official_account"
):
    """One official account (公众号). ``original_id`` is its gh_ id."""

    app_id: AccountId
    app_secret: str
    original_id: str
    token: str
    encoding_aes_key: AesKey
    mode: CallbackMode = CallbackMode.SECURE
    previous_encoding_aes_key: AesKey | None = None
    api_base: str = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.app_id

    def __repr__(self) -> str:
        return f"OfficialAccountSettings(app_id={self.app_id!r})"


class MiniProgramSettings(Struct, frozen=True, forbid_unknown_fields=True, tag="miniprogram"):
    """One mini-program (小程序). ``coupon_template_id`` tells of a coupon (订阅消息模板).

    Its keys are thing1 (which coupon), thing2 (why), date3 (good until).
    """

    app_id: AccountId
    app_secret: str
    coupon_template_id: str = ""
    api_base: str = "https://api.weixin.qq.com"
    token_endpoint: Literal["stable_token", "token"] = "stable_token"

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.app_id

    def __repr__(self) -> str:
        return f"MiniProgramSettings(app_id={self.app_id!r})"


class WeComSettings(Struct, frozen=True, forbid_unknown_fields=True, tag="wecom"):
    """One self-built app (自建应用) of a WeCom corp, with ``secret`` its own and not the corp's."""

    corp_id: AccountId
    secret: str
    token: str
    encoding_aes_key: AesKey
    previous_encoding_aes_key: AesKey | None = None
    agent_id: int = 0
    api_base: str = "https://qyapi.weixin.qq.com"
    login_base: str = "https://login.work.weixin.qq.com"

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.corp_id

    def __repr__(self) -> str:
        return f"WeComSettings(corp_id={self.corp_id!r})"


class WeChatPaySettings(Struct, frozen=True, forbid_unknown_fields=True, tag="wechat_pay"):
    """One merchant of WeChat Pay (商户号), for the mini-program that its payments open in.

    Keys are PEM texts; ``public_key`` is the platform's, named ``public_key_id``. Notices come to
    ``notify_url``, which the platform must reach.
    """

    mch_id: AccountId
    app_id: AccountId
    serial: str
    private_key: str
    public_key_id: str
    public_key: str
    api_v3_key: Annotated[str, Meta(min_length=32, max_length=32)]
    notify_url: str
    api_base: str = "https://api.mch.weixin.qq.com"

    @property
    def scope(self) -> str:
        """Return what names the account among those of its kind."""
        return self.mch_id

    def __repr__(self) -> str:
        return f"WeChatPaySettings(mch_id={self.mch_id!r})"


class OwnStoreSettings(Struct, frozen=True, forbid_unknown_fields=True, tag="own_store"):
    """One store or till (收银) of the brand's own, which signs the orders that it sends.

    ``code`` names it in its address, its shop and the customer keys it gives. While the key is
    changed, ``previous_secret`` is taken, too. A call is good for ``max_age_seconds``.
    """

    code: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
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


PlatformSettings = (
    OfficialAccountSettings
    | MiniProgramSettings
    | WeComSettings
    | WeChatPaySettings
    | OwnStoreSettings
)


@dataclass(frozen=True, slots=True)
class Connected(Generic[S]):
    """A stored connection with its opened settings."""

    id: int
    scope: str
    name: str
    settings: S


def _kind(settings: type[Struct]) -> str:
    return str(settings.__struct_config__.tag)


async def save(
    settings: PlatformSettings,
    *,
    name: str,
    sealer: Sealer,
    at: datetime,
) -> int:
    """Store or replace a platform account and return its connection id."""
    kind = _kind(type(settings))
    sealed = sealer.seal(msgspec.json.encode(settings), purpose=f"{kind}:{settings.scope}")
    (row,) = await db.fetch(
        "INSERT INTO connection (kind, scope, name, sealed_body, created_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, scope)"
        " DO UPDATE SET name = excluded.name, sealed_body = excluded.sealed_body RETURNING id",
        kind,
        settings.scope,
        name,
        sealed,
        at,
    )
    connection_id: int = row["id"]
    return connection_id


async def load(kind: type[S], *, sealer: Sealer) -> list[Connected[S]]:
    """Return all accounts of a kind.

    Raises:
        WrongMasterKey: they were sealed with another key.
    """
    stored = await Connection.filter(kind=_kind(kind)).order_by("id")
    return [
        Connected(
            one.id,
            one.scope,
            one.name,
            msgspec.json.decode(
                sealer.unseal(one.sealed_body, purpose=f"{one.kind}:{one.scope}"), type=kind
            ),
        )
        for one in stored
    ]


class KeptToken(Struct, frozen=True):
    """An access token and when it ends."""

    value: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"KeptToken(expires_at={self.expires_at.isoformat()})"


async def kept_token(key: str, *, sealer: Sealer) -> KeptToken | None:
    """Return the stored token, expired or not."""
    rows = await db.fetch(
        "SELECT sealed_value, expires_at FROM access_token"
        " WHERE key = $1 AND sealed_value IS NOT NULL",
        key,
    )
    if not rows:
        return None
    value = sealer.unseal(rows[0]["sealed_value"], purpose=f"token:{key}")
    return KeptToken(value.decode(), rows[0]["expires_at"])


async def lease_token(key: str, *, seconds: float, at: datetime) -> bool:
    """Take the right to refresh a token for a while; False while another process has it."""
    rows = await db.fetch(
        "INSERT INTO access_token (key, leased_until) VALUES ($1, $2)"
        " ON CONFLICT (key) DO UPDATE SET leased_until = excluded.leased_until"
        " WHERE access_token.leased_until IS NULL OR access_token.leased_until <= $3"
        " RETURNING key",
        key,
        at + timedelta(seconds=seconds),
        at,
    )
    return bool(rows)


async def keep_token(key: str, token: KeptToken, *, sealer: Sealer) -> None:
    """Store a fresh token and give the lease back."""
    await db.fetch(
        "UPDATE access_token SET sealed_value = $2, expires_at = $3, leased_until = NULL"
        " WHERE key = $1",
        key,
        sealer.seal(token.value.encode(), purpose=f"token:{key}"),
        token.expires_at,
    )


async def give_back_lease(key: str) -> None:
    """Let another process try: the refresh failed."""
    await db.fetch("UPDATE access_token SET leased_until = NULL WHERE key = $1", key)
