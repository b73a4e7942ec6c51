"""A board of a festival's season: what was earned in it, until its orders come back no more."""

from datetime import datetime, timedelta

from loyalty import leaderboards, programme, publishing
from loyalty.calendar import start_of
from loyalty.festivals import day_in
from loyalty.policies.board import Board
from loyalty.policies.seasons import SeasonDays, Seasons
from tests.cast import JUNE_1
from tests.loyalty.play_scene import buys, derived, publish

DAY = timedelta(days=1)
LAST = start_of(day_in("618", 2026)) + timedelta(hours=12)


async def scores(*, at: datetime) -> list[int]:
    rules = await programme.load()
    played = leaderboards.season_of("june", rules, at=at)
    assert played.season.name == "2026-618"
    top = await leaderboards.top(played.rule.slot, played.season.name, limit=9)
    return [one.score for one in top]


async def test_a_season_board_counts_its_days_and_stands_until_the_next(database: None) -> None:
    await publish()
    board = Board("年中大促", "Mid-year", "618")
    await programme.publish("board:june", board, starts_at=JUNE_1 - DAY, by="t", at=JUNE_1)
    await buys("1", 30, paid_at=JUNE_1)
    await buys("2", 50, paid_at=LAST)
    await buys("3", 80, paid_at=LAST + DAY)
    assert await scores(at=LAST + DAY) == [80], "what came after it is not of it"
    await buys("2", 50, paid_at=LAST, refunded_yuan=50, at=LAST + 9 * DAY)
    assert await scores(at=LAST + 200 * DAY) == [30]
    longer = Seasons((SeasonDays("618", 17, 2),))
    await publishing.publish("seasons", longer, by="chen", at=LAST + 9 * DAY)
    await derived(at=LAST + 9 * DAY)
    assert await scores(at=LAST + 9 * DAY) == [110], "everybody is counted by its other days"
