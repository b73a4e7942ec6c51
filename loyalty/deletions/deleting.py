"""Delete an account: in one transaction, under the lock of the member, once.

Whatever she does at the same moment waits for it, and finds nobody; or is found by it, and may
stand in its way.
"""

from datetime import datetime
from uuid import UUID

from loyalty import coupons, ledger, member_pass, standing
from loyalty.again import in_transaction
from loyalty.deletions.forgetting import forget
from loyalty.deletions.outlook import Outlook, outlook
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.giving_back import give_back
from loyalty.reasons import written
from loyalty.roots import HER_IDS, ids_that_were
from loyalty.wording import Worded
from models import Deletion, DeletionWay, db

CAUSE = "deletion"

_LOCK = "SELECT id, deleted_at FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"

# A privilege that was used already is as if used up.
_END_REDEMPTIONS = f"""
UPDATE redemption SET state = CASE WHEN used = 0 THEN 'cancelled' ELSE 'handed_over' END,
       ended_at = $2, ended_why = 'account_deleted'
WHERE member_id = ANY({HER_IDS}) AND state = 'issued'
RETURNING uuid, $1::bigint AS member_id, slot, points, cash_fen, with_coupon_id,
    used
"""

_END_GIFTS = f"""
UPDATE gift SET state = 'returned', ended_at = $2
WHERE member_id = ANY({HER_IDS}) AND state = 'ready'
"""

_COUPONS = (
    f"SELECT id FROM coupon WHERE member_id = ANY({HER_IDS}) AND state IN ('issued', 'given')"
)

_NOTE = """
INSERT INTO deletion (uuid, member_id, way, reason, staff_member_id, points_forfeited, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def deleted(member_id: int) -> Deletion | None:
    """Return the record of a member's deletion; None where her account stands."""
    return await Deletion.get_or_none(member_id=member_id)


async def delete(
    member_id: int,
    uuid: UUID,
    *,
    at: datetime,
    expected: tuple[int, int] | None = None,
    way: DeletionWay = DeletionWay.MINIPROGRAM,
    reason: str = "",
    staff_member_id: int | None = None,
) -> Deletion:
    """Delete the account of a member with all who were merged into her; told twice is once.

    ``expected`` are the points and coupons that she was told she would lose. Points, pending ones
    too, are forfeited by one entry; coupons are void, what she has not fetched is cancelled. Who
    she was is forgotten: see ``forgetting``. It cannot be undone.

    Raises:
        NotFound: ``no_such_member``. Conflict: ``member_was_merged``, ``key_reused``;
            ``deletion_changed``: she would lose something else than she was told.
        Refused: ``deletion_hindered`` with what stands in the way,
            ``reason_missing``: staff say why.
    """
    why = written(reason) if staff_member_id is not None else ""

    async def act() -> Deletion:
        done = await Deletion.get_or_none(uuid=uuid)
        if done is not None and done.member_id != member_id:
            raise Conflict("key_reused")
        ids = await _hold(member_id)
        done = await deleted(member_id)
        if done is not None:
            return done
        told = await outlook(member_id, at=at)
        _check(told, expected)
        points = await _give_up(member_id, uuid, at=at)
        await forget(ids, at=at)
        await db.fetch(_NOTE, uuid, member_id, way, why, staff_member_id, points, at)
        await standing.changed([member_id])
        return await Deletion.get(uuid=uuid)

    return await in_transaction(act)


async def _hold(member_id: int) -> list[int]:
    """Lock a member with all who were merged into her, and return their ids.

    Raises:
        NotFound: ``no_such_member``. Conflict: ``member_was_merged``.
    """
    ids = await ids_that_were(member_id)
    if not ids:
        code = "member_was_merged" if await db.fetch(_LOCK, [member_id]) else "no_such_member"
        raise (Conflict if code == "member_was_merged" else NotFound)(code)
    rows = await db.fetch(_LOCK, ids)
    if member_id not in {row["id"] for row in rows}:
        raise NotFound("no_such_member")
    if await ids_that_were(member_id) != ids:
        raise db.Outdated
    return ids


def _check(told: Outlook, expected: tuple[int, int] | None) -> None:
    if told.hindrances:
        words = [one.words for one in told.hindrances]
        said = Worded("；".join(one.zh for one in words), "; ".join(one.en for one in words))
        raise Refused("deletion_hindered", hindrances=said)
    if expected is not None and expected != (told.points, told.coupons):
        raise Conflict("deletion_changed")


async def _give_up(member_id: int, uuid: UUID, *, at: datetime) -> int:
    """End all that could still be used, and forfeit the points; return how many they were."""
    await member_pass.leave(member_id, at=at)
    ended = await db.fetch(_END_REDEMPTIONS, member_id, at)
    await give_back([row for row in ended if not row["used"]], why="cancelled", at=at)
    await db.fetch(_END_GIFTS, member_id, at)
    await coupons.void([row["id"] for row in await db.fetch(_COUPONS, member_id)], at=at)
    posted = await ledger.record_one(
        ledger.Forfeit(member_id=member_id, key=f"deletion:{uuid}", at=at, cause=CAUSE)
    )
    return -posted.available - posted.pending
