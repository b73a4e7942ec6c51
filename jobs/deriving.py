"""The pump that derives members who changed, and shows their scores on the boards."""

from datetime import datetime

from redis.asyncio import Redis

from loyalty import programme, standing
from loyalty.policies import POLICIES
from loyalty.policies.board import Board
from loyalty.seasons import Season, before, season
from web import boards
from web.wake import Away, Reach


class Deriver:
    """Derives a part of those who wait at each call.

    Members wait until the copies show their scores, so a worker that dies loses nothing. While
    Redis is away they are let go, and the copies owed: laid anew when it is back, and when a
    worker starts.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._reach = Reach("boards")
        self._is_owed = True

    async def derive(self, at: datetime) -> int:
        """Derive members who wait and return how many things were done."""
        derived = await standing.derive(at=at)
        seasons = await shown_seasons(at) if derived.members or self._is_owed else {}
        try:
            await boards.show(self._redis, derived.scores, seasons)
            await self._pay(seasons)
            self._reach.found()
        except Away as error:
            self._is_owed = True
            self._reach.lost(error)
        await standing.forget(derived.members)
        return len(derived.members)

    async def _pay(self, seasons: dict[tuple[str, str], Season]) -> None:
        for (board, _), span in seasons.items():
            if self._is_owed:
                await boards.lay(self._redis, board, span)
        self._is_owed = False


async def shown_seasons(at: datetime) -> dict[tuple[str, str], Season]:
    """Return the seasons that are copied: of each board the one that runs, and the one before."""
    found: dict[tuple[str, str], Season] = {}
    for rule in (await programme.load()).of(POLICIES, at):
        if isinstance(rule.body, Board):
            this = season(rule.body.season, at)
            for span in (this, before(rule.body.season, this)):
                found[rule.slot, span.name] = span
    return found
