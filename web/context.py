"""What edges and jobs work with in one process: the clock, Redis, and the platforms' clients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from redis.asyncio import Redis

from loyalty.connections import (
    Connected,
    DouyinPassSettings,
    MiniProgramSettings,
    OfficialAccountSettings,
    OwnStoreSettings,
    TmallPassSettings,
    WeChatPassSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.sealing import Sealer
from web.shops import ShopAccount
from wechat.miniprogram import MiniProgram
from wechat.official_account import OfficialAccount
from wechat.pay import Pay
from wechat.wecom import WeCom


def now() -> datetime:
    """Return the moment: aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """One official account: its connection and the client that calls the platform for it."""

    connection: Connected[OfficialAccountSettings]
    client: OfficialAccount


@dataclass(frozen=True, slots=True)
class MiniProgramAccount:
    """One mini-program: its connection and the client that calls the platform for it."""

    connection: Connected[MiniProgramSettings]
    client: MiniProgram


@dataclass(frozen=True, slots=True)
class Corp:
    """One WeCom corp: its connection and the client that calls the platform for it."""

    connection: Connected[WeComSettings]
    client: WeCom


@dataclass(frozen=True, slots=True)
class PayAccount:
    """One merchant of WeChat Pay: its connection and the client that calls the platform for it."""

    connection: Connected[WeChatPaySettings]
    client: Pay


@dataclass(frozen=True, slots=True)
class Context:
    """The typed clients of one process. Redis may be lost at any time.

    ``merchants`` are by the app id of the mini-program whose payments they take, ``passes`` of
    Tmall and ``douyin_passes`` by their shop, ``wechat_passes`` by the mini-program they are of.
    """

    redis: Redis
    http: aiohttp.ClientSession
    sealer: Sealer
    accounts: Mapping[str, Account]
    miniprograms: Mapping[str, MiniProgramAccount]
    corps: Mapping[str, Corp] = field(default_factory=dict)
    merchants: Mapping[str, PayAccount] = field(default_factory=dict)
    stores: Mapping[str, Connected[OwnStoreSettings]] = field(default_factory=dict)
    shops: Sequence[ShopAccount] = ()
    passes: Mapping[str, Connected[TmallPassSettings]] = field(default_factory=dict)
    douyin_passes: Mapping[str, Connected[DouyinPassSettings]] = field(default_factory=dict)
    wechat_passes: Mapping[str, Connected[WeChatPassSettings]] = field(default_factory=dict)
    clock: Callable[[], datetime] = now

    def moment_of(self, told_at: datetime) -> datetime:
        """Return a moment of the wire by the programme's clock, which runs ahead in a demo."""
        return told_at + timedelta(seconds=round((self.clock() - now()).total_seconds()))


CONTEXT = web.AppKey("context", Context)
