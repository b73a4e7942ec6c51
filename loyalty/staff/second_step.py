"""A second step of signing in: codes that an app on the staff member's phone shows (RFC 6238)."""

from datetime import datetime

import pyotp

from loyalty.errors import Refused
from loyalty.sealing import Sealer
from models import StaffMember, db

STEP_SECONDS = 30
# A phone's clock may be a step behind or ahead.
REACH = 1


def _purpose(staff_member_id: int) -> str:
    return f"totp:{staff_member_id}"


async def propose(known: StaffMember, *, issuer: str, sealer: Sealer) -> str:
    """Return the address that an app scans (otpauth://); it counts once a code of it was told.

    Asked again before that, it is the same one.

    Raises:
        Refused: ``second_step_is_on``.
    """
    if known.totp_since is not None:
        raise Refused("second_step_is_on")
    if known.totp_sealed is None:
        secret = pyotp.random_base32()
        sealed = sealer.seal(secret.encode(), purpose=_purpose(known.id))
        await db.fetch(
            "UPDATE staff_member SET totp_sealed = $2 WHERE id = $1 AND totp_sealed IS NULL",
            known.id,
            sealed,
        )
        await known.refresh_from_db()
    return _totp(known, sealer).provisioning_uri(name=known.account, issuer_name=issuer)


async def begin(known: StaffMember, code: str, *, sealer: Sealer, moment: datetime) -> None:
    """Let signing in ask for codes from now on, of which this is the first.

    Raises:
        Refused: ``second_step_is_on``, ``wrong_code``.
    """
    if known.totp_since is not None:
        raise Refused("second_step_is_on")
    if known.totp_sealed is None:
        raise Refused("wrong_code")
    await _use(known, code, sealer=sealer, moment=moment, since=moment)


async def check(known: StaffMember, code: str, *, sealer: Sealer, moment: datetime) -> None:
    """Take a code, each once.

    Raises:
        Refused: ``wrong_code``: it is of another moment, or was taken before.
    """
    await _use(known, code, sealer=sealer, moment=moment, since=None)


async def end(staff_member_id: int) -> None:
    """Ask for codes no more."""
    await db.fetch(
        "UPDATE staff_member SET totp_sealed = NULL, totp_since = NULL, totp_step = NULL"
        " WHERE id = $1",
        staff_member_id,
    )


async def _use(
    known: StaffMember, code: str, *, sealer: Sealer, moment: datetime, since: datetime | None
) -> None:
    totp, told = _totp(known, sealer), "".join(code.split())
    now = int(moment.timestamp()) // STEP_SECONDS
    steps = range(now - REACH, now + REACH + 1)
    right = [step for step in steps if pyotp.utils.strings_equal(told, _code(totp, step))]
    if not right:
        raise Refused("wrong_code")
    rows = await db.fetch(
        "UPDATE staff_member SET totp_step = $2, totp_since = coalesce(totp_since, $3)"
        " WHERE id = $1 AND coalesce(totp_step, -1) < $2 RETURNING id",
        known.id,
        right[-1],
        since,
    )
    if not rows:
        raise Refused("wrong_code")


def _totp(known: StaffMember, sealer: Sealer) -> pyotp.TOTP:
    assert known.totp_sealed is not None, "a secret was proposed"
    secret = sealer.unseal(known.totp_sealed, purpose=_purpose(known.id)).decode()
    return pyotp.TOTP(secret, interval=STEP_SECONDS)


def _code(totp: pyotp.TOTP, step: int) -> str:
    return str(totp.at(step * STEP_SECONDS))
