"""`jifen doctor`: look at this machine and say what is missing."""

import asyncio
import platform
import sys
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from jifen import VERSION, embedded, running
from jifen.settings import BadSettings, Settings, sealer
from models import db

REDIS_MINIMUM = (7, 2)
VALKEY_MINIMUM = (8, 0)


def run(settings: Settings) -> int:
    """Print one line a part; 1 where one is not well."""
    print(f"ok    jifen {VERSION}, Python {platform.python_version()}, {platform.platform()}")
    well = [_check_key(settings)]
    try:
        with running.addresses(settings) as reached:
            well.append(_check("PostgreSQL", lambda: _database(reached)))
            well.append(_check("Redis", lambda: _redis(reached)))
    except embedded.EmbeddedError as failed:
        print(f"WRONG our own servers: {failed}")
        well.append(False)
    return 0 if all(well) else 1


def _check_key(settings: Settings) -> bool:
    if not settings.master_key:
        print("note  JIFEN_MASTER_KEY is not set: serve and work need it, the demo has its own")
        return True
    try:
        sealer(settings)
    except BadSettings as wrong:
        print(f"WRONG {wrong}")
        return False
    print("ok    master key")
    return True


def _check(name: str, look: Callable[[], Awaitable[str]]) -> bool:
    async def told() -> str:
        return await look()

    try:
        print(f"ok    {name} {asyncio.run(told())}")
    except Exception as failed:
        print(f"WRONG {name}: {failed}", file=sys.stdout)
        return False
    return True


async def _database(reached: embedded.Addresses) -> str:
    async with db.opened(reached.database_url, pool_size=1):
        major = await db.require_version()
        waiting = await db.waiting_migrations()
    return f"{major}" + (f", not migrated: {', '.join(waiting)}" if waiting else ", up to date")


async def _redis(reached: embedded.Addresses) -> str:
    redis = Redis.from_url(reached.redis_url, socket_timeout=2)
    try:
        server = await redis.info("server")
    except RedisError as failed:
        raise ConnectionError(str(failed)) from None
    finally:
        await redis.aclose()
    valkey = server.get("valkey_version")
    version = str(valkey or server["redis_version"])
    numbers = tuple(int(part) for part in version.split(".")[:2])
    if numbers < (VALKEY_MINIMUM if valkey else REDIS_MINIMUM):
        raise ConnectionError(f"{version} is too old: Redis 7.2 or Valkey 8.0 is needed")
    return f"{'(Valkey) ' if valkey else ''}{version}"
