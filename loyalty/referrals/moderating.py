"""What staff do with an invitation: let it not count, with a reason, or again; both are noted."""

from datetime import datetime
from uuid import UUID

from loyalty import programme, reasons
from loyalty.again import in_transaction
from loyalty.errors import NotFound
from loyalty.referrals.following import judge_friends
from loyalty.roots import roots_of
from loyalty.standing.changes import changed
from models import ReferralDeedKind, db

BY_STAFF = "barred_by_staff"

_LOCK = "SELECT id, invitee_id, barred FROM referral WHERE uuid = $1"
_NOTE = """
INSERT INTO referral_deed (referral_id, kind, reason, staff_member_id, done_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def bar(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Let an invitation not count, whatever the friend buys; what it gave is taken back.

    Raises:
        NotFound: ``no_such_invitation``. Refused: ``reason_missing``.
    """
    deed = (ReferralDeedKind.BARRED, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, *deed))


async def allow(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Let an invitation be judged by what happened again, also one that was over a cap.

    Raises:
        NotFound: ``no_such_invitation``. Refused: ``reason_missing``.
    """
    deed = (ReferralDeedKind.ALLOWED, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, *deed))


async def _do(
    uuid: UUID, kind: ReferralDeedKind, reason: str, staff_member_id: int, at: datetime
) -> None:
    rows = await db.fetch(_LOCK, uuid)
    if not rows:
        raise NotFound("no_such_invitation")
    invitee = (await roots_of([rows[0]["invitee_id"]]))[rows[0]["invitee_id"]]
    await db.fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", invitee)
    (row,) = await db.fetch(_LOCK, uuid)
    barred = BY_STAFF if kind is ReferralDeedKind.BARRED else ""
    if row["barred"] == barred:
        return
    await db.fetch("UPDATE referral SET barred = $2 WHERE id = $1", row["id"], barred)
    await db.fetch(_NOTE, row["id"], kind.value, reason, staff_member_id, at)
    await judge_friends([invitee], await programme.load(), at=at)
    await changed([invitee])
