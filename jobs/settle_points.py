"""Pending points become available when their time has come."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from jobs.pages import work_through
from jobs.registry import every
from loyalty import ledger
from loyalty.ledger import Posted
from loyalty.outcomes import Outcome
from web.context import Context


@every(minutes=5)
async def settle_points(context: Context, at: datetime) -> int:
    """Settle every pending lot whose time has come."""

    async def due(limit: int) -> list[tuple[int, str]]:
        return await ledger.due_to_settle(at=at, limit=limit)

    return await work_through(due, partial(_settle, at=at), job="settle_points")


async def _settle(lots: Sequence[tuple[int, str]], *, at: datetime) -> list[Outcome[Posted]]:
    return await ledger.record(
        [
            ledger.Settle(
                member_id=member_id,
                key=f"{earn_key}:settle",
                at=at,
                cause="settle_points",
                earn_key=earn_key,
            )
            for member_id, earn_key in lots
        ]
    )
