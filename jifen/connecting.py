"""`jifen connect`: which platform accounts we speak for, from a file that an operator writes."""

import tomllib
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from jifen import clients
from jifen.refusing import refused
from loyalty import connections
from loyalty.connections import (
    DouyinPassSettings,
    DouyinSettings,
    JdSettings,
    MiniProgramSettings,
    OfficialAccountSettings,
    OwnStoreSettings,
    PlatformSettings,
    ShopifySettings,
    ShopSettings,
    TmallPassSettings,
    TmallSettings,
    WeChatPassSettings,
    WeChatPaySettings,
    WeChatShopSettings,
    WeComSettings,
)
from loyalty.sealing import Sealer
from models import Connection
from web.context import now
from web.decoding import converted
from web.refusals import BadRequest
from web.texts import text
from wechat.errors import CallFailed
from wechat.miniprogram import MiniProgram
from wechat.official_account import OfficialAccount
from wechat.tokens import MemoryTokens

LIMIT_BYTES = 64 * 1024
KINDS: dict[str, type[PlatformSettings]] = {
    "official_account": OfficialAccountSettings,
    "miniprogram": MiniProgramSettings,
    "wecom": WeComSettings,
    "wechat_pay": WeChatPaySettings,
    "own_store": OwnStoreSettings,
    "douyin": DouyinSettings,
    "tmall_pass": TmallPassSettings,
    "wechat_pass": WeChatPassSettings,
    "douyin_pass": DouyinPassSettings,
    "wechat_shop": WeChatShopSettings,
    "jd": JdSettings,
    "shopify": ShopifySettings,
    "tmall": TmallSettings,
}
CALLBACKS = {
    "official_account": "/wechat/{scope}",
    "wecom": "/wecom/{scope}",
    "wechat_pay": "/wechat-pay/{scope}/notices",
    "own_store": "/ingest/{scope}/orders",
    "douyin": "/ingest/douyin",
    "tmall_pass": "/tmall/members/{scope}",
    "wechat_pass": "/wechat-pass/{scope}",
    "wechat_shop": "/ingest/wechat_shop/{scope}",
    "shopify": "/ingest/shopify",
}


async def run(file: Path, *, sealer: Sealer, is_checked: bool, public_url: str = "") -> int:
    """Keep the account in a file of TOML, sealed; where the platform refuses it, keep nothing."""
    try:
        name, settings = _read(file)
        if is_checked:
            await _check(settings)
    except BadRequest as wrong:
        return refused(f"{file}: {text(wrong.code, 'en', {**wrong.figures, 'field': wrong.field})}")
    except CallFailed as failed:
        return refused(f"nothing was kept: {failed}. --unchecked keeps it all the same")
    except (ValueError, tomllib.TOMLDecodeError) as wrong:
        return refused(f"{file}: {wrong}")
    await connections.save(settings, name=name, sealer=sealer, at=now())
    kind = _kind(settings)
    print(f"{kind} {settings.scope} ({name}) is connected: restart `serve` and `work`")
    if kind in CALLBACKS:
        path = CALLBACKS[kind].format(scope=settings.scope)
        print(f"its platform must reach {public_url or 'https://YOUR-ADDRESS'}{path}")
    return 0


async def show() -> int:
    """Print the accounts that are connected; nothing of their secrets."""
    for one in await Connection.all().order_by("kind", "scope"):
        print(f"{one.kind:<18} {one.scope:<24} {one.name}  since {one.created_at:%Y-%m-%d}")
    return 0


def _read(file: Path) -> tuple[str, PlatformSettings]:
    """Return an account's name and settings.

    Raises:
        BadRequest: a field is wrong, missing or unknown.
        ValueError: it is no TOML in UTF-8, or too large; or a key of WeChat Pay is none.
    """
    content = file.read_bytes()
    if len(content) > LIMIT_BYTES:
        raise ValueError("it is too large for a connection")
    told: dict[str, Any] = tomllib.loads(content.decode())
    kind, name = told.pop("kind", None), converted(told.pop("name", ""), str, name="name")
    if kind not in KINDS:
        raise ValueError(f"the field kind is one of {', '.join(KINDS)}")
    settings: PlatformSettings = converted(told, KINDS[kind], name="")
    empty = [field for field, one in msgspec.structs.asdict(settings).items() if one == ""]
    if missing := [field for field in empty if field in told]:
        raise ValueError(f"the field {missing[0]} is empty")
    if isinstance(settings, WeChatPaySettings):
        clients.pay_keys(settings)
    return name or settings.scope, settings


async def _check(settings: PlatformSettings) -> None:
    """Ask the platform for a token, as the first call would.

    Raises:
        CallFailed: it gives none; the text says why.
    """
    async with aiohttp.ClientSession() as http:
        tokens = MemoryTokens()
        if isinstance(settings, OfficialAccountSettings):
            await clients.of_app(OfficialAccount, settings, http=http, tokens=tokens).issue_token()
        elif isinstance(settings, MiniProgramSettings):
            await clients.of_app(MiniProgram, settings, http=http, tokens=tokens).issue_token()
        elif isinstance(settings, ShopSettings):
            await clients.of_shop(settings, http=http, tokens=tokens).check()
        elif isinstance(settings, WeComSettings):
            await clients.wecom(settings, http=http, tokens=tokens).issue_token()


def _kind(settings: PlatformSettings) -> str:
    return next(kind for kind, struct in KINDS.items() if isinstance(settings, struct))
