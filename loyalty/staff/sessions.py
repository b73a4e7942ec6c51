"""Who is signed in to the console: opaque tokens that the database knows only by their hash."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from loyalty.errors import NotFound, Refused
from models import Role, StaffMember, db

LASTS = timedelta(hours=12)
CODE_LASTS = timedelta(minutes=5)


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


# Waits for a change of the account that is under way, and opens nothing after it.
_OPEN = """
INSERT INTO staff_session (token_hash, staff_member_id, created_at, expires_at, needs_code)
SELECT $1, id, $2, $3, $6 FROM staff_member
WHERE id = $4 AND left_at IS NULL AND password_hash IS NOT DISTINCT FROM $5
FOR SHARE
RETURNING staff_member_id
"""


async def open_for(known: StaffMember, *, at: datetime, needs_code: bool = False) -> Opened:
    """Open a session for who was checked; ``at`` is the time of the wire.

    One that ``needs_code`` opens nothing but the form for it, and not for long.

    Raises:
        Refused: ``wrong_password``: her account was changed since she was checked.
    """
    lasts = CODE_LASTS if needs_code else LASTS
    opened = Opened(secrets.token_urlsafe(32), at + lasts)
    rows = await db.fetch(
        _OPEN, _hash(opened.token), at, opened.expires_at, known.id, known.password_hash, needs_code
    )
    if not rows:
        raise Refused("wrong_password")
    return opened


async def find(token: str, *, at: datetime) -> SignedInStaff:
    """Return whose session this is.

    Raises:
        NotFound: ``session_unknown``: forged, ended, over, or of someone who left.
    """
    if not token.isascii():
        raise NotFound("session_unknown")
    rows = await db.fetch(
        "SELECT staff_member.id, account, name, role, language FROM staff_session"
        " JOIN staff_member ON staff_member.id = staff_member_id"
        " WHERE token_hash = $1 AND expires_at > $2 AND left_at IS NULL AND NOT needs_code",
        _hash(token),
        at,
    )
    if not rows:
        raise NotFound("session_unknown")
    row = rows[0]
    return SignedInStaff(row["id"], row["account"], row["name"], Role(row["role"]), row["language"])


async def waits_for_code(token: str, *, at: datetime) -> StaffMember:
    """Return who has told her password and is to tell a code.

    Raises:
        NotFound: ``session_unknown``.
    """
    if token.isascii():
        rows = await db.fetch(
            "SELECT staff_member_id FROM staff_session"
            " WHERE token_hash = $1 AND expires_at > $2 AND needs_code",
            _hash(token),
            at,
        )
        if rows:
            known = await StaffMember.get_or_none(id=rows[0]["staff_member_id"], left_at=None)
            if known is not None:
                return known
    raise NotFound("session_unknown")


async def end(token: str) -> None:
    """End a session."""
    await db.fetch("DELETE FROM staff_session WHERE token_hash = $1", _hash(token))


async def end_all(staff_member_id: int) -> None:
    """End every session of a staff member; joins the caller's transaction."""
    await db.fetch("DELETE FROM staff_session WHERE staff_member_id = $1", staff_member_id)


async def expire(*, at: datetime, limit: int) -> int:
    """Forget sessions that have ended, at most ``limit`` of them, and return how many."""
    rows = await db.fetch(
        "DELETE FROM staff_session WHERE token_hash = ANY(ARRAY("
        "SELECT token_hash FROM staff_session"
        " WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"
        " RETURNING token_hash",
        at,
        limit,
    )
    return len(rows)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
