"""A Redis that is away: whoever needs it is told after a try or two, and does the rest."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from jifen import embedded
from jobs.deriving import Deriver
from jobs.lay_boards import lay_boards
from loyalty import programme, standing
from loyalty.policies.board import Board
from loyalty.programme import BEGINNING
from tests.cast import JUNE_1
from tests.jobs.conftest import context, redis
from tests.jobs.lots import members
from web.context import Context
from web.reaching import TRIES_MORE, reach_redis
from web.wake import Away

__all__ = ["context", "redis"]

# Each try of a command is a connection, which the driver tries as often again.
MOST_TRIES = (1 + TRIES_MORE) ** 2


class Gone:
    """Where Redis was: whoever connects is hung up on, and counted."""

    def __init__(self) -> None:
        self.calls = 0

    async def hang_up(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        writer.close()


@pytest.fixture
async def gone() -> AsyncIterator[tuple[Gone, Redis]]:
    there = Gone()
    server = await asyncio.start_server(there.hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = reach_redis(f"redis://127.0.0.1:{port}/0")
    yield there, client
    await client.aclose()
    server.close()
    await server.wait_closed()


async def test_it_is_tried_again_and_then_given_up(gone: tuple[Gone, Redis]) -> None:
    there, client = gone
    with pytest.raises(Away):
        await client.get("anything")
    assert 1 < there.calls <= MOST_TRIES


async def test_a_connection_that_redis_closed_meanwhile_is_opened_anew(
    servers: embedded.Addresses, redis: Redis
) -> None:
    client = reach_redis(servers.redis_url)
    assert await client.set("here", "1")
    await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert await client.get("here") == b"1"
    await client.aclose()


@pytest.mark.usefixtures("database")
async def test_members_are_derived_while_it_is_away_and_the_boards_are_owed(
    gone: tuple[Gone, Redis], context: Context
) -> None:
    there, client = gone
    rule = Board()
    await programme.publish("board:week", rule, starts_at=BEGINNING, by="t", at=JUNE_1)
    (wang,) = await members(1, at=JUNE_1)
    await standing.changed([wang])
    deriver = Deriver(client)
    assert await deriver.derive(JUNE_1) == 1
    assert await deriver.derive(JUNE_1) == 0, "she does not wait any more"
    assert await lay_boards(replace(context, redis=client), JUNE_1) == 0
    assert 3 <= there.calls <= 3 * MOST_TRIES, "each asked, and none insisted"
