"""The pump that derives members who changed, and shows their scores on the boards.

Points come first: while orders crowd in, it takes a small part of the time. Whoever changes again
meanwhile is derived once for all of it.
"""

from datetime import datetime
from time import monotonic

from redis.asyncio import Redis

from loyalty import inbox, programme, standing
from loyalty.leaderboards import played
from loyalty.seasons import Season
from web import boards
from web.wake import Away, Reach

# So many events that nobody has claimed are a crowd: a batch of a store's orders.
CROWD = 500
# While they wait, it rests for so many times as long as it worked.
RESTS = 9


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
        self._rests_until = 0.0

    async def derive(self, at: datetime) -> int:
        """Derive members who wait and return how many things were done."""
        if monotonic() < self._rests_until and await inbox.are_waiting(CROWD):
            return 0
        began_at = monotonic()
        try:
            return await self._derive(at)
        finally:
            self._rests_until = monotonic() + RESTS * (monotonic() - began_at)

    async def _derive(self, at: datetime) -> int:
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
    """Return the seasons that are copied: of each board the one that runs, and the one before.

    Of a festival only the last one.
    """
    found = played.shown(await programme.load(), at=at)
    return {(one.rule.slot, one.season.name): one.season for one in found}
