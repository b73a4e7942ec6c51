"""The boards' copy in Redis is laid anew where it was lost, and not otherwise."""

import pytest

from jobs.lay_boards import lay_boards
from loyalty.leaderboards import Place
from loyalty.seasons import season
from tests.cast import JUNE_1, LIN
from tests.jobs.cable import Cable
from tests.loyalty.play_scene import buys, member, publish
from web import boards
from web.context import Context

pytestmark = pytest.mark.usefixtures("database")

WEEK = season("weekly", JUNE_1)


async def scene() -> tuple[int, int]:
    """Let Wang lead the week's board before Lin; nothing of it is in Redis yet."""
    await publish()
    await buys("1", 300, paid_at=JUNE_1)
    await buys("2", 200, paid_at=JUNE_1, buyer=LIN)
    return await member(), await member(LIN)


async def test_a_copy_that_redis_lost_is_laid_anew_and_a_whole_one_is_left_alone(
    context: Context,
) -> None:
    wang, lin = await scene()
    for _ in range(2):
        assert not await boards.is_whole(context.redis, "board:week", WEEK)
        assert await lay_boards(context, JUNE_1) == 2
        assert await boards.is_whole(context.redis, "board:week", WEEK)
        assert await lay_boards(context, JUNE_1) == 0
        first, second = Place(1, wang, 300), Place(2, lin, 200)
        assert await boards._from_copy(
            context.redis, "board:week", WEEK, lin, limit=9, each_side=0
        ) == ([first, second], [second])
        await context.redis.flushdb()


async def test_while_redis_is_away_nothing_is_laid_and_nothing_breaks(
    context_by_cable: Context, redis_cable: Cable
) -> None:
    await scene()
    await redis_cable.cut()
    assert await lay_boards(context_by_cable, JUNE_1) == 0
    await redis_cable.mend()
    assert await lay_boards(context_by_cable, JUNE_1) == 2
