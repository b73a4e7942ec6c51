"""The boards' copy ranks as PostgreSQL does, and may be lost at any time."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from jifen import embedded
from jobs import deriving
from jobs.deriving import Deriver
from loyalty import inbox, leaderboards, programme, standing
from loyalty.inbox import Arrival
from loyalty.leaderboards import Scored
from loyalty.policies.board import Board
from loyalty.seasons import Season, season
from models import Standing, db
from tests.cast import JUNE_1, LIN, WANG
from tests.loyalty.ledger.scene import joined
from tests.loyalty.play_scene import buys, member, publish
from web import boards, wake

BOARD = "board:week"
WEEK: Season = season("weekly", JUNE_1)


@pytest.fixture(autouse=True)
async def brand(database: None) -> None:
    await publish()


async def crowd(count: int) -> list[int]:
    """Let many members have scores, with ties in points and in the second."""
    luck = random.Random(7)
    member_ids = await joined(count)
    await db.fetch(
        "INSERT INTO score (board, season, member_id, score, reached_at)"
        " SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[], $5::timestamptz[])",
        BOARD,
        WEEK.name,
        member_ids,
        [luck.randint(1, 40) for _ in member_ids],
        [JUNE_1 + timedelta(seconds=luck.randint(0, 5) + luck.random()) for _ in member_ids],
    )
    return member_ids


async def test_the_copy_ranks_exactly_as_the_truth(redis: Redis) -> None:
    member_ids = await crowd(300)
    assert await boards.lay(redis, BOARD, WEEK) == 300
    await db.fetch("DELETE FROM score WHERE score = 0")
    truth = await leaderboards.top(BOARD, WEEK.name, limit=300)
    for member_id in member_ids[::17]:
        top, around = await boards.top_and_hers(
            redis, BOARD, WEEK, member_id, limit=300, each_side=3
        )
        assert top == truth
        assert around == await leaderboards.around(BOARD, WEEK.name, member_id, each_side=3)


async def test_who_is_overtaken_while_laying_does_not_say_that_the_copy_is_whole(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await crowd(300)
    pages, overtaking = leaderboards.pages, asyncio.Event()

    async def slowly(board: str, season: str) -> AsyncIterator[list[Scored]]:
        async for page in pages(board, season):
            if not overtaking.is_set():
                overtaking.set()
                await redis.set(boards._laying(BOARD, WEEK.name), "another's turn")
                await redis.delete(boards._name(BOARD, WEEK.name))
            yield page

    monkeypatch.setattr(leaderboards, "pages", slowly)
    await boards.lay(redis, BOARD, WEEK)
    assert not await boards.is_whole(redis, BOARD, WEEK)
    await boards.lay(redis, BOARD, WEEK)
    assert await boards.is_whole(redis, BOARD, WEEK)


async def test_boards_are_right_while_redis_is_empty_and_laid_anew_after(redis: Redis) -> None:
    await buys("1", 100, paid_at=JUNE_1)
    await buys("2", 70, paid_at=JUNE_1, buyer=LIN)
    wang, lin = await member(WANG), await member(LIN)
    deriver = Deriver(redis)
    await standing.changed([wang, lin])
    await deriver.derive(JUNE_1)
    assert await boards.is_whole(redis, BOARD, WEEK)
    told = await boards.top_and_hers(redis, BOARD, WEEK, lin, limit=5, each_side=1)
    await redis.flushall()
    assert told == await boards.top_and_hers(redis, BOARD, WEEK, lin, limit=5, each_side=1)
    await buys("3", 50, paid_at=JUNE_1, buyer=LIN)
    await standing.changed([lin])
    await deriver.derive(JUNE_1)
    assert not await boards.is_whole(redis, BOARD, WEEK), "one line makes no board"
    top, _ = await boards.top_and_hers(redis, BOARD, WEEK, lin, limit=5, each_side=1)
    assert [one.member_id for one in top] == [lin, wang]
    await boards.lay(redis, BOARD, WEEK)
    assert (await boards.top_and_hers(redis, BOARD, WEEK, lin, limit=5, each_side=1))[0] == top


async def test_while_orders_crowd_in_members_are_derived_now_and_then(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deriving, "CROWD", 2)
    monkeypatch.setattr(deriving, "RESTS", 10**9)
    deriver = Deriver(redis)
    await buys("1", 100, paid_at=JUNE_1)
    wang = await member()
    await standing.changed([wang])
    waiting = [Arrival(7, f"order:{n}", "order", str(n), b"{}", None) for n in range(2)]
    await inbox.store(waiting[:1], at=JUNE_1)
    assert await deriver.derive(JUNE_1) == 1
    await standing.changed([wang])
    assert await deriver.derive(JUNE_1) == 1, "one that waits is no crowd"
    await standing.changed([wang])
    await inbox.store(waiting[1:], at=JUNE_1)
    assert await deriver.derive(JUNE_1) == 0, "it has just worked, and rests"
    assert await Deriver(redis).derive(JUNE_1) == 1, "who comes fresh has not worked"
    await standing.changed([wang])
    assert len(await inbox.take_left([7], limit=2, at=JUNE_1)) == 2
    assert await deriver.derive(JUNE_1) == 1, "what is claimed waits no more"
    monkeypatch.setattr(deriving, "RESTS", 0)
    deriver = Deriver(redis)
    for event in (Arrival(7, f"order:{n}", "order", str(n), b"{}", None) for n in range(2, 4)):
        await inbox.store([event], at=JUNE_1)
    for _ in range(2):
        await standing.changed([wang])
        assert await deriver.derive(JUNE_1) == 1, "rested, it takes its turn in the crowd"


async def test_who_lost_all_leaves_the_copy(redis: Redis) -> None:
    deriver = Deriver(redis)
    await deriver.derive(JUNE_1)
    await buys("1", 100, paid_at=JUNE_1)
    wang = await member()
    await standing.changed([wang])
    await deriver.derive(JUNE_1)
    assert await redis.zcard(f"{{jifen:{BOARD}}}:{WEEK.name}") == 1
    await buys("1", 100, paid_at=JUNE_1, refunded_yuan=100)
    await standing.changed([wang])
    await deriver.derive(JUNE_1)
    top, hers = await boards.top_and_hers(redis, BOARD, WEEK, wang, limit=5, each_side=1)
    assert (top, hers) == ([], [])
    assert await redis.zcard(f"{{jifen:{BOARD}}}:{WEEK.name}") == 0


async def test_a_worker_that_shows_late_does_not_undo_what_another_showed(
    redis: Redis, servers: embedded.Addresses
) -> None:
    line = BlockingConnectionPool.from_url(servers.redis_url, max_connections=1, timeout=10)
    slow = Redis(connection_pool=line)
    late, other = Deriver(slow), Deriver(redis)
    for deriver in (late, other):
        await deriver.derive(JUNE_1)
    await buys("1", 100, paid_at=JUNE_1)
    wang = await member()
    for hour, refunded_yuan in ((1, 0), (2, 100)):
        at = JUNE_1 + timedelta(hours=hour)
        await standing.changed([wang])
        connection = await line.get_connection()  # without it the late one cannot show
        showing = asyncio.create_task(late.derive(at))
        while not await Standing.exists(derived_at=at):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        for number in ("1", "2"):
            await buys(number, 100, paid_at=JUNE_1, refunded_yuan=refunded_yuan)
        await standing.changed([wang])
        await other.derive(JUNE_1)
        truth = await leaderboards.top(BOARD, WEEK.name, limit=5)
        assert [one.score for one in truth] == ([] if refunded_yuan else [200])
        await line.release(connection)
        await showing
        assert await boards.is_whole(redis, BOARD, WEEK)
        top, _ = await boards.top_and_hers(redis, BOARD, WEEK, wang, limit=5, each_side=1)
        assert top == truth
    await slow.aclose()
    await line.aclose()


async def test_redis_that_is_away_holds_nobody_up_and_is_owed_the_board(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "COPY_SECONDS", 0.2)
    nowhere = Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    deriver = Deriver(nowhere)
    await buys("1", 100, paid_at=JUNE_1)
    wang = await member()
    await standing.changed([wang])
    assert await deriver.derive(JUNE_1) == 1
    assert await standing.waiting(9) == [], "tiers do not wait for Redis"
    top, _ = await boards.top_and_hers(nowhere, BOARD, WEEK, wang, limit=5, each_side=1)
    assert [(one.rank, one.score) for one in top] == [(1, 100)]
    await nowhere.aclose()


async def test_redis_that_hangs_costs_readers_of_a_board_one_short_wait(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "COPY_SECONDS", 0.2)
    monkeypatch.setattr(wake, "TRY_AGAIN_SECONDS", 3600)
    tries: list[asyncio.StreamWriter] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.append(writer)
        await reader.read()
        writer.close()

    await buys("1", 100, paid_at=JUNE_1)
    wang = await member()
    await standing.derive(at=JUNE_1)
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    hanging = Redis(port=server.sockets[0].getsockname()[1])
    for _ in range(5):
        top, _ = await boards.top_and_hers(hanging, BOARD, WEEK, wang, limit=5, each_side=1)
        assert [(one.rank, one.score) for one in top] == [(1, 100)]
    assert len(tries) == 1
    await hanging.aclose()
    server.close()
    await server.wait_closed()


async def test_a_board_of_money_ranks_the_same_after_redis_was_emptied(redis: Redis) -> None:
    await programme.publish(
        "board:spend", Board(source="spend"), starts_at=WEEK.starts_at, by="t", at=JUNE_1
    )
    await buys("1", 2_000_000, paid_at=JUNE_1)
    await buys("2", 2_000_000, paid_at=JUNE_1 - timedelta(seconds=1), buyer=LIN)
    truth = await leaderboards.top("board:spend", WEEK.name, limit=9)
    assert [one.score for one in truth] == [200_000_000] * 2
    for _ in "ab":
        await redis.flushall()
        assert await boards.lay(redis, "board:spend", WEEK) == 2
        top, around = await boards.top_and_hers(
            redis, "board:spend", WEEK, truth[1].member_id, limit=9, each_side=1
        )
        assert top == around == truth
