"""Accounts of staff: a name to sign in with, a password kept as an Argon2id hash, one role."""

import asyncio
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loyalty.errors import Refused
from models import Role, StaffMember, db

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
_HASHER = PasswordHasher()
# Whoever names no account waits as long as whoever names one, so that names cannot be guessed.
_NOBODYS = _HASHER.hash("nobody has this password")


async def add(
    account: str,
    *,
    name: str,
    role: Role,
    password: str,
    at: datetime,
    wecom_user_id: str | None = None,
) -> int:
    """Add a staff member, or give the one of this account a new name, role and password.

    Raises:
        Refused: ``password_too_short``.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("password_too_short", least=SHORTEST_PASSWORD)
    hashed = await asyncio.to_thread(_HASHER.hash, password)
    (row,) = await db.fetch(
        "INSERT INTO staff_member (account, name, role, password_hash, wecom_user_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account) DO UPDATE"
        " SET name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,"
        " wecom_user_id = excluded.wecom_user_id, left_at = NULL RETURNING id",
        account.lower(),
        name,
        role.value,
        hashed,
        wecom_user_id,
        at,
    )
    staff_member_id: int = row["id"]
    return staff_member_id


async def check(account: str, password: str) -> StaffMember:
    """Return the staff member with this account and password.

    Raises:
        Refused: ``wrong_password``, whichever of the two is wrong.
    """
    known = await StaffMember.get_or_none(account=account.lower(), left_at=None)
    hashed = known.password_hash if known and known.password_hash else _NOBODYS
    is_right = await asyncio.to_thread(_verify, hashed, password[:LONGEST_PASSWORD])
    if known is None or not is_right or not known.password_hash:
        raise Refused("wrong_password")
    return known


async def of_wecom(user_id: str) -> StaffMember:
    """Return the staff member whom WeCom names.

    Raises:
        Refused: ``no_such_staff_member``.
    """
    known = await StaffMember.get_or_none(wecom_user_id=user_id, left_at=None)
    if known is None:
        raise Refused("no_such_staff_member")
    return known


def _verify(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
