"""What the tests of merging share: short ways to ask, and all that an account holds."""

from datetime import datetime
from typing import Any

from loyalty import customers, ledger
from loyalty.ledger import Earn, Spend
from models import db
from tests.cast import JUNE_1

AT = JUNE_1


async def merged(root: int, other: int, *, at: datetime = AT) -> int:
    """Let two be one and return the merge."""
    return await customers.merge(root, other, evidence="test", by="chen", at=at)


async def parted(merge_id: int, *, at: datetime = AT) -> None:
    """Undo a merge."""
    await customers.unmerge(merge_id, by="chen", at=at)


async def earn(member_id: int, points: int, key: str, **more: Any) -> None:
    """Give points that can be spent at once, or that wait where ``settles_at`` is later."""
    more = {"at": AT, "settles_at": AT, **more}
    await ledger.record_one(Earn(member_id=member_id, key=key, points=points, **more))


async def spend(member_id: int, points: int, key: str, *, at: datetime = AT) -> None:
    """Take points."""
    await ledger.record_one(Spend(member_id=member_id, key=key, at=at, points=points))


async def kept(*member_ids: int) -> list[tuple[int, int, int]]:
    """Return (available, pending, debt) of each."""
    rows = await db.fetch(
        "SELECT points_available, points_pending, points_debt FROM member"
        " WHERE id = ANY($1::bigint[]) ORDER BY array_position($1::bigint[], id)",
        list(member_ids),
    )
    return [tuple(row) for row in rows]


async def holdings() -> list[tuple[object, ...]]:
    """Return all that anybody holds: totals, inactivity, living lots, identities, who is whom."""
    statements = (
        "SELECT id, points_available, points_pending, points_debt, idle_expires_at, merged_into_id"
        " FROM member ORDER BY id",
        "SELECT member_id, remaining, earned_at, settles_at, settled_at, expires_at"
        " FROM lot WHERE remaining > 0 ORDER BY member_id, number",
        "SELECT id, customer_id, before_merge_id FROM identity ORDER BY id",
        "SELECT id, merged_into_id FROM customer ORDER BY id",
    )
    return [tuple(row) for statement in statements for row in await db.fetch(statement)]
