"""Platform accounts as they are kept: their settings, sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from loyalty.connections.accounts import (
    MiniProgramSettings,
    OfficialAccountSettings,
    WeChatPaySettings,
    WeComSettings,
)
from loyalty.connections.member_passes import (
    DouyinPassSettings,
    TmallPassSettings,
    WeChatPassSettings,
)
from loyalty.connections.shops import OwnStoreSettings, ShopSettings
from loyalty.sealing import Sealer
from models import Connection, db

S = TypeVar("S", bound=Struct)

PlatformSettings = (
    OfficialAccountSettings
    | MiniProgramSettings
    | WeComSettings
    | WeChatPaySettings
    | OwnStoreSettings
    | ShopSettings
    | TmallPassSettings
    | WeChatPassSettings
    | DouyinPassSettings
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
