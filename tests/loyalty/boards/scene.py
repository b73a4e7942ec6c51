"""A board of the week with prizes, and short ways to come on it and to end it."""

from datetime import timedelta
from typing import Any

from loyalty import leaderboards, programme
from loyalty.leaderboards import Final, finals
from loyalty.policies.board import Board, Prize
from loyalty.seasons import season
from models import BoardPrize, StaffMember
from tests.cast import JUNE_1, LIN, WANG, ZHAO
from tests.loyalty.crossings import scene
from tests.loyalty.play_scene import buys

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WEEK = season("weekly", JUNE_1)
SETTLED = WEEK.ends_at + 15 * DAY
PRIZES = (Prize(1, 1, 500, "coupon:ten_off", 200, 3), Prize(2, 2, 100))


async def publish(board: Board | None = None, **more: Any) -> None:
    """Publish the play scene with a coupon, and the board as the week begins."""
    await scene.publish()
    await held(board or Board(prizes=PRIZES, **more))


async def held(board: Board, *, slot: str = "board:week", at: Any = WEEK.starts_at) -> None:
    """Let a board hold from a moment on."""
    await programme.publish(slot, board, starts_at=at, by="test", at=at)


async def played() -> None:
    """Lin has 300, Wang 200, Zhao 100."""
    await buys("l", 300, paid_at=JUNE_1 + HOUR, buyer=LIN)
    await buys("w", 200, paid_at=JUNE_1 + HOUR, buyer=WANG)
    await buys("z", 100, paid_at=JUNE_1 + HOUR, buyer=ZHAO)


async def frozen() -> Final:
    """Freeze what is due once the week is settled, and return the only list."""
    await leaderboards.freeze(at=SETTLED)
    (final,) = await finals.newest(limit=9)
    return final


async def chen() -> int:
    """Return the staff member who looks lists through."""
    who, _ = await StaffMember.get_or_create(
        account="chen",
        defaults={"name": "陈", "role": "manager", "language": "zh", "created_at": JUNE_1},
    )
    return int(who.id)


async def approved(final: Final) -> int:
    """Approve a list as it stands."""
    now = await finals.of(final.uuid)
    return await leaderboards.approve(
        final.uuid, deeds_seen=now.deeds, staff_member_id=await chen(), at=SETTLED + HOUR
    )


async def lines(final: Final) -> list[tuple[int | None, int, str]]:
    """Return rank, score and why she is left out, of each line."""
    return [(one.rank, one.score, one.left_out) for one in await finals.places(final)]


async def won() -> list[tuple[int, int, int]]:
    """Return rank, winner and points of the prizes that were given."""
    given = await BoardPrize.filter(given_at__isnull=False).order_by("final_id", "rank")
    return [(one.rank, one.member_id, one.points) for one in given]
