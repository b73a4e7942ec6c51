"""Accounts of staff: a name to sign in with, a password kept as an Argon2id hash, one role."""

import asyncio
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loyalty.again import in_transaction
from loyalty.errors import Refused
from loyalty.staff.sessions import end_all
from models import Role, StaffMember, db

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
_HASHER = PasswordHasher()

_ADD = """
INSERT INTO staff_member AS known (account, name, role, password_hash, wecom_user_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account) DO UPDATE
SET name = excluded.name, role = excluded.role, password_hash = excluded.password_hash,
    wecom_user_id = coalesce(excluded.wecom_user_id, known.wecom_user_id), left_at = NULL,
    totp_sealed = NULL, totp_since = NULL, totp_step = NULL
RETURNING id
"""

_LEAVE = """
UPDATE staff_member
SET left_at = coalesce(left_at, $2), password_hash = NULL, wecom_user_id = NULL,
    totp_sealed = NULL, totp_since = NULL, totp_step = NULL
WHERE account = $1 RETURNING id
"""


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

    Whoever is signed in to the account is signed out, and no second step is asked for. Who scans
    with WeCom still does, as the same user where no other is told.

    Raises:
        Refused: ``password_out_of_range``, ``wecom_user_of_another``.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("password_out_of_range", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    hashed = await asyncio.to_thread(_HASHER.hash, password)
    account = account.lower()

    async def act() -> int:
        await _require_free(wecom_user_id, account)
        (row,) = await db.fetch(_ADD, account, name, role.value, hashed, wecom_user_id, at)
        await end_all(row["id"])
        staff_member_id: int = row["id"]
        return staff_member_id

    return await in_transaction(act)


async def change(
    staff_member_id: int,
    *,
    name: str,
    role: Role,
    wecom_user_id: str | None,
    password: str | None = None,
) -> None:
    """Change an account; another role or password signs her out.

    Raises:
        Refused: ``no_such_staff_member`` (she left), ``password_out_of_range``,
            ``wecom_user_of_another``, ``last_owner_stays``.
    """
    if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("password_out_of_range", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    hashed = await asyncio.to_thread(_HASHER.hash, password) if password is not None else None

    async def act() -> None:
        await _lock()
        rows = await db.fetch(
            "SELECT account, role FROM staff_member WHERE id = $1 AND left_at IS NULL FOR UPDATE",
            staff_member_id,
        )
        if not rows:
            raise Refused("no_such_staff_member")
        await _require_free(wecom_user_id, rows[0]["account"])
        if rows[0]["role"] == Role.OWNER and role is not Role.OWNER:
            await _require_another_owner(staff_member_id)
        await db.fetch(
            "UPDATE staff_member SET name = $2, role = $3, wecom_user_id = $4,"
            " password_hash = coalesce($5, password_hash) WHERE id = $1",
            staff_member_id,
            name,
            role.value,
            wecom_user_id,
            hashed,
        )
        if hashed is not None or rows[0]["role"] != role:
            await end_all(staff_member_id)

    await in_transaction(act)


async def leave(account: str, *, at: datetime, needs_another_owner: bool = False) -> None:
    """Sign a staff member who left out, for good; what she did keeps her name.

    Her WeCom user is free for another account. `add` lets her come back.

    Raises:
        Refused: ``no_such_staff_member``; ``last_owner_stays``, where another is needed.
    """
    async with db.transaction():
        await _lock()
        rows = await db.fetch(_LEAVE, account.lower(), at)
        if not rows:
            raise Refused("no_such_staff_member")
        if needs_another_owner:
            await _require_another_owner(rows[0]["id"])
        await end_all(rows[0]["id"])


async def _lock() -> None:
    """Let nobody else change who owns this, until the caller's transaction ends."""
    await db.fetch("SELECT pg_advisory_xact_lock(hashtext('staff_owners'))")


async def _require_another_owner(staff_member_id: int) -> None:
    rows = await db.fetch(
        "SELECT id FROM staff_member WHERE role = 'owner' AND left_at IS NULL AND id <> $1 LIMIT 1",
        staff_member_id,
    )
    if not rows:
        raise Refused("last_owner_stays")


async def _require_free(wecom_user_id: str | None, account: str) -> None:
    rows = await db.fetch(
        "SELECT account FROM staff_member WHERE wecom_user_id = $1 AND account <> $2",
        wecom_user_id,
        account,
    )
    if rows:
        raise Refused(
            "wecom_user_of_another", wecom_user_id=wecom_user_id, account=rows[0]["account"]
        )


async def check(account: str, password: str) -> StaffMember:
    """Return the staff member with this account and password.

    Raises:
        Refused: ``wrong_password``, whichever of the two is wrong.
    """
    known = await StaffMember.get_or_none(account=account.lower(), left_at=None)
    hashed = known.password_hash if known else None
    is_right = await asyncio.to_thread(_verify, hashed, password[:LONGEST_PASSWORD])
    if known is None or not is_right:
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


def _verify(hashed: str | None, password: str) -> bool:
    """Say whether it is the password; as slowly where there is none, so that no name is guessed."""
    if hashed is None:
        _HASHER.hash(password)
        return False
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
