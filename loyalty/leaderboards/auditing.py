"""What staff do with a final list: take a place from it with a reason, and approve it."""

from datetime import datetime
from uuid import UUID

from loyalty import reasons
from loyalty.again import in_transaction
from loyalty.errors import Conflict, NotFound
from loyalty.leaderboards import finals
from loyalty.leaderboards.finals import FinalPlace
from loyalty.roots import HER_IDS
from loyalty.standing.changes import changed
from models import BoardDeedKind, db

_LOCK = "SELECT id, approved_at FROM board_final WHERE uuid = $1 FOR UPDATE"
_NOTE = """
INSERT INTO board_deed (final_id, rank, kind, reason, staff_member_id, done_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
_APPROVE = """
WITH approved AS (
    UPDATE board_final SET approved_at = $2, approved_by_id = $3 WHERE id = $1
)
INSERT INTO board_prize (final_id, rank, member_id)
SELECT $1, * FROM unnest($4::integer[], $5::bigint[])
"""


async def disqualify(
    uuid: UUID, rank: int, *, reason: str, staff_member_id: int, at: datetime
) -> None:
    """Leave the one of a frozen rank out; who stands below her moves up.

    Raises:
        NotFound: ``no_such_final``, ``no_such_place``.
        Conflict: ``final_is_approved``. Refused: ``reason_missing``.
    """
    deed = (BoardDeedKind.DISQUALIFIED, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, rank, *deed))


async def readmit(
    uuid: UUID, rank: int, *, reason: str, staff_member_id: int, at: datetime
) -> None:
    """Let the one of a frozen rank stand again.

    Raises:
        NotFound, Conflict, Refused: as ``disqualify``.
    """
    deed = (BoardDeedKind.READMITTED, reasons.written(reason), staff_member_id, at)
    await in_transaction(lambda: _do(uuid, rank, *deed))


async def _do(
    uuid: UUID, rank: int, kind: BoardDeedKind, reason: str, staff_member_id: int, at: datetime
) -> None:
    final_id = await _open(uuid)
    newest = await db.fetch(
        "SELECT kind FROM board_place LEFT JOIN board_deed USING (final_id, rank)"
        " WHERE final_id = $1 AND rank = $2 ORDER BY id DESC LIMIT 1",
        final_id,
        rank,
    )
    if not newest:
        raise NotFound("no_such_place")
    if (newest[0]["kind"] or BoardDeedKind.READMITTED.value) != kind.value:
        await db.fetch(_NOTE, final_id, rank, kind.value, reason, staff_member_id, at)


async def _open(uuid: UUID) -> int:
    """Lock a list that is not approved, and return its id."""
    rows = await db.fetch(_LOCK, uuid)
    if not rows:
        raise NotFound("no_such_final")
    if rows[0]["approved_at"] is not None:
        raise Conflict("final_is_approved")
    final_id: int = rows[0]["id"]
    return final_id


async def approve(uuid: UUID, *, deeds_seen: int, staff_member_id: int, at: datetime) -> int:
    """Let the winners have their prizes, and return how many; told twice it is done once.

    Who wins at which rank is fixed here: merges that come later change nothing.

    Raises:
        NotFound: ``no_such_final``. Conflict: ``final_changed``: somebody else changed the list
            since ``deeds_seen``.
    """

    async def act() -> int:
        rows = await db.fetch(_LOCK, uuid)
        if not rows:
            raise NotFound("no_such_final")
        final = await finals.of(uuid)
        if final.approved_at is not None:
            return final.winners
        if final.deeds != deeds_seen:
            raise Conflict("final_changed")
        winners = [one for one in await finals.places(final) if one.prize]
        await db.fetch(
            _APPROVE,
            final.id,
            at,
            staff_member_id,
            [_rank(one) for one in winners],
            [one.member_id for one in winners],
        )
        return len(winners)

    return await in_transaction(act)


def _rank(one: FinalPlace) -> int:
    assert one.rank, "who wins has a rank"
    return one.rank


_KEEP_OFF = """
INSERT INTO board_exclusion (member_id, reason, staff_member_id, done_at)
SELECT id, $2, $3, $4 FROM member WHERE id = $1
ON CONFLICT (member_id) DO NOTHING
"""


async def keep_off(member: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Keep a member off all boards from now on: staff, a test account, who cheated.

    Lists that are frozen stay as they are.

    Raises:
        NotFound: ``no_such_member``. Refused: ``reason_missing``.
    """
    why = reasons.written(reason)

    async def act() -> None:
        member_id = await _member(member)
        await db.fetch(_KEEP_OFF, member_id, why, staff_member_id, at)
        await changed([member_id])

    await in_transaction(act)


async def let_on(member: UUID, *, at: datetime) -> None:
    """Let a member play again, with what she did meanwhile.

    Raises:
        NotFound: ``no_such_member``.
    """

    async def act() -> None:
        member_id = await _member(member)
        await db.fetch(f"DELETE FROM board_exclusion WHERE member_id = ANY({HER_IDS})", member_id)
        await changed([member_id])

    await in_transaction(act)


async def _member(uuid: UUID) -> int:
    """Lock a member and return who she is now."""
    rows = await db.fetch(
        "SELECT member.id FROM customer JOIN member ON member.id ="
        " coalesce(customer.merged_into_id, customer.id) WHERE customer.uuid = $1"
        " FOR NO KEY UPDATE OF member",
        uuid,
    )
    if not rows:
        raise NotFound("no_such_member")
    member_id: int = rows[0]["id"]
    return member_id
