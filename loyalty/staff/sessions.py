"""Who is signed in to the console: opaque tokens that the database knows only by their hash."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from loyalty.errors import NotFound
from models import Role, db

LASTS = timedelta(hours=12)


class Opened(Struct, frozen=True):
    """A new session; the token is told once and never stored."""

    token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Opened(expires_at={self.expires_at.isoformat()})"


class SignedInStaff(Struct, frozen=True):
    """Who is signed in, and what she may do."""

    id: int
    account: str
    name: str
    role: Role
    language: str


async def open_for(staff_member_id: int, *, at: datetime) -> Opened:
    """Open a session; ``at`` is the time of the wire."""
    opened = Opened(secrets.token_urlsafe(32), at + LASTS)
    await db.fetch(
        "INSERT INTO staff_session (token_hash, staff_member_id, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4)",
        _hash(opened.token),
        staff_member_id,
        at,
        opened.expires_at,
    )
    return opened


async def find(token: str, *, at: datetime) -> SignedInStaff:
    """Return whose session this is.

    Raises:
        NotFound: ``session_unknown``: forged, ended, over, or of someone who left.
    """
    rows = await db.fetch(
        "SELECT staff_member.id, account, name, role, language FROM staff_session"
        " JOIN staff_member ON staff_member.id = staff_member_id"
        " WHERE token_hash = $1 AND expires_at > $2 AND left_at IS NULL",
        _hash(token),
        at,
    )
    if not rows:
        raise NotFound("session_unknown")
    row = rows[0]
    return SignedInStaff(row["id"], row["account"], row["name"], Role(row["role"]), row["language"])


async def end(token: str) -> None:
    """End a session."""
    await db.fetch("DELETE FROM staff_session WHERE token_hash = $1", _hash(token))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
