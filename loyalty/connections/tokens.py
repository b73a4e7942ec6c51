"""The access tokens of platform accounts, sealed, with the lease of who refreshes one."""

from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.sealing import Sealer
from models import db


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
