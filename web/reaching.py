"""Our Redis, which may be away at any time: whoever asks it is told so soon, and goes on."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

ANSWER_SECONDS, CONNECT_SECONDS = 2.0, 0.5
# The driver's own is ten tries with growing pauses, some four seconds. One more is enough for a
# connection that Redis closed meanwhile; whatever else there is to do comes before a third.
TRIES_MORE = 1


def reach_redis(url: str) -> Redis:
    """Return a client that gives up a Redis that is away after its second try."""
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), TRIES_MORE),
    )
