"""Who is signed in: opaque tokens that the database knows only by their hash."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from loyalty.errors import NotFound
from loyalty.roots import HER_IDS, hold
from loyalty.sealing import Sealer
from models import db

TOKEN_BYTES = 32
LASTS = timedelta(days=7)

_TOKEN = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session: whose it is, and of which mini-program, that knows her by ``openid``."""

    customer_id: int
    customer_uuid: UUID
    app_id: str
    openid: str
    language: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session; the token is told once and never stored."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Opened(expires_at={self.expires_at.isoformat()})"


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that ended, with the session key by which the platform knew it."""

    app_id: str
    openid: str
    session_key: str

    def __repr__(self) -> str:
        return f"Ended(app_id={self.app_id})"


async def open_for(
    customer_id: int, *, app_id: str, openid: str, session_key: str, sealer: Sealer, at: datetime
) -> Opened:
    """Open a session and end those that the customer had with this mini-program.

    Of two that open at once one remains. ``at`` is the time of the wire, which nobody moves.
    """
    opened = Opened(secrets.token_urlsafe(TOKEN_BYTES), at + LASTS)
    sealed = sealer.seal(session_key.encode(), purpose=_purpose(app_id, openid))
    async with db.transaction():
        await hold(customer_id)
        await revoke_all(customer_id, app_id=app_id)
        await db.fetch(
            "INSERT INTO shopper_session (token_hash, customer_id, app_id, openid,"
            " sealed_session_key, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            _hash(opened.token),
            customer_id,
            app_id,
            openid,
            sealed,
            at,
            opened.expires_at,
        )
    return opened


async def find(token: str, *, at: datetime) -> SignedIn:
    """Return whose session this token is.

    A session ends where its openid turns out to name another customer, by a merge or by undoing
    one: she signs in anew.

    Raises:
        NotFound: ``session_unknown``: forged, revoked, or its openid is another customer's now;
            ``session_expired``.
    """
    if not _TOKEN.fullmatch(token):
        raise NotFound("session_unknown")
    rows = await db.fetch(
        "SELECT customer.id, customer.uuid, customer.language, session.app_id, session.openid,"
        " session.expires_at"
        " FROM shopper_session AS session"
        " JOIN identity ON identity.customer_id = session.customer_id AND kind = 'openid'"
        "  AND scope = session.app_id AND value = session.openid"
        " JOIN customer ON customer.id = session.customer_id"
        " WHERE session.token_hash = $1",
        _hash(token),
    )
    if not rows:
        raise NotFound("session_unknown")
    row = rows[0]
    if row["expires_at"] <= at:
        raise NotFound("session_expired")
    return SignedIn(row["id"], row["uuid"], row["app_id"], row["openid"], row["language"])


async def revoke(token: str) -> None:
    """End a session; a token that names none changes nothing."""
    await db.fetch("DELETE FROM shopper_session WHERE token_hash = $1", _hash(token))


async def revoke_all(customer_id: int, *, app_id: str) -> None:
    """End all sessions of a customer with a mini-program."""
    await db.fetch(
        "DELETE FROM shopper_session WHERE customer_id = $1 AND app_id = $2", customer_id, app_id
    )


async def revoke_everywhere(customer_id: int, *, sealer: Sealer) -> list[Ended]:
    """End all sessions of a customer, on every phone and in every mini-program.

    Those under her merged ids end, too. Returns what ended, so that the platform can be told.
    """
    rows = await db.fetch(
        f"DELETE FROM shopper_session WHERE customer_id = ANY({HER_IDS})"
        " RETURNING app_id, openid, sealed_session_key",
        customer_id,
    )
    return [
        Ended(
            row["app_id"],
            row["openid"],
            sealer.unseal(
                row["sealed_session_key"], purpose=_purpose(row["app_id"], row["openid"])
            ).decode(),
        )
        for row in rows
    ]


async def expire(*, at: datetime, limit: int) -> int:
    """Forget sessions that have ended, at most ``limit`` of them, and return how many."""
    rows = await db.fetch(
        "DELETE FROM shopper_session WHERE token_hash = ANY(ARRAY("
        "SELECT token_hash FROM shopper_session"
        " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"
        " RETURNING token_hash",
        at,
        limit,
    )
    return len(rows)


def _purpose(app_id: str, openid: str) -> str:
    return f"session_key:{app_id}:{openid}"


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "replace")).digest()
