"""Points lapse: at midnight in Shanghai for most programmes, at any hour for some."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from jobs.pages import work_through
from jobs.registry import every
from loyalty import ledger
from loyalty.ledger import Posted
from loyalty.outcomes import Outcome
from web.context import Context


@every(minutes=60)
async def expire_points(context: Context, at: datetime) -> int:
    """Take away all points that are due; nobody could spend them any more since they were."""

    async def due(limit: int) -> list[int]:
        return await ledger.due_to_expire(at=at, limit=limit)

    return await work_through(due, partial(_expire, at=at), job="expire_points")


async def _expire(member_ids: Sequence[int], *, at: datetime) -> list[Outcome[Posted]]:
    moment = at.astimezone(UTC).isoformat()
    return await ledger.record(
        [
            ledger.Expire(
                member_id=member_id,
                key=f"expire:{member_id}:{moment}",
                at=at,
                cause="expire_points",
            )
            for member_id in member_ids
        ]
    )
