"""One line for all who redeem in this process: who comes while a batch is written is the next.

A scarce reward is one row that all want at once. Whoever holds it writes for everybody who waits.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from aiohttp import web

from loyalty import redemptions
from loyalty.coalescer import Coalescer, halving
from loyalty.outcomes import Outcome
from loyalty.redemptions import Redeemed, Wish
from web.context import CONTEXT

MOST = 256
WAITING = 2048
LANES = 2
LINGER_SECONDS = 0.002


class Desk:
    """Where members of one process redeem."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._line = Coalescer(
            halving(self._redeem_all),
            most=MOST,
            waiting=WAITING,
            lanes=LANES,
            linger_seconds=LINGER_SECONDS,
        )

    async def redeem(self, wish: Wish) -> Redeemed:
        """Redeem, together with whoever else wants to.

        Raises:
            LoyaltyError: as ``redemptions.redeem_all``. Overloaded: too many wait.
        """
        return (await self._line(wish)).unwrap()

    async def _redeem_all(self, wishes: Sequence[Wish]) -> list[Outcome[Redeemed]]:
        return await redemptions.redeem_all(wishes, at=self._clock())


DESK = web.AppKey("desk", Desk)


async def desk(request: web.Request) -> Desk:
    """Return the desk of this process."""
    return request.config_dict[DESK]


def add_to(app: web.Application) -> None:
    """Open the desk."""
    app[DESK] = Desk(app[CONTEXT].clock)
