"""How ranks moved since the day began, and who is not shown."""

import pytest

from loyalty import consents, customers, leaderboards
from models import Purpose, RankBefore
from tests.cast import JUNE_1, LIN, WANG
from tests.loyalty.boards.scene import DAY, HOUR, WEEK, played, publish
from tests.loyalty.play_scene import buys, member

pytestmark = pytest.mark.usefixtures("database")
BOARD = ("board:week", WEEK.name)


async def test_ranks_are_kept_once_a_day_and_forgotten_with_the_season() -> None:
    await publish()
    await played()
    lin, wang = await member(LIN), await member(WANG)
    assert await leaderboards.ranks_before(*BOARD, [lin]) == {}
    assert await leaderboards.keep_ranks(at=JUNE_1 + DAY) == 1
    await buys("w2", 900, paid_at=JUNE_1 + DAY + HOUR)
    await leaderboards.keep_ranks(at=JUNE_1 + DAY + 2 * HOUR)
    assert await leaderboards.ranks_before(*BOARD, [lin, wang]) == {lin: 1, wang: 2}
    await leaderboards.keep_ranks(at=JUNE_1 + 2 * DAY)
    assert await leaderboards.ranks_before(*BOARD, [lin, wang]) == {lin: 2, wang: 1}
    await buys("w", 200, paid_at=JUNE_1 + HOUR, refunded_yuan=200, at=JUNE_1 + 2 * DAY)
    await buys("w2", 900, paid_at=JUNE_1 + DAY, refunded_yuan=900, at=JUNE_1 + 2 * DAY)
    await leaderboards.keep_ranks(at=JUNE_1 + 3 * DAY)
    assert wang not in await leaderboards.ranks_before(*BOARD, [lin, wang]), "she left it"
    await leaderboards.keep_ranks(at=WEEK.ends_at)
    assert await RankBefore.all().count() == 0


async def test_who_is_not_shown_keeps_her_place_and_so_with_all_that_she_is() -> None:
    await publish()
    await played()
    lin, wang = await member(LIN), await member(WANG)
    for is_given, hidden in ((False, {lin}), (True, set()), (False, {lin})):
        await consents.decide(
            lin, {(Purpose.BOARDS, ""): is_given}, wording="1", source="test", at=JUNE_1
        )
        assert await leaderboards.hidden([lin, wang]) == hidden
    assert (await leaderboards.top(*BOARD, limit=1))[0].member_id == lin
    await customers.merge(wang, lin, evidence="phone", by="test", at=JUNE_1)
    assert await leaderboards.hidden([wang]) == {wang}
