"""`jifen serve` and `jifen work` with the tests' odd intents, as processes that can be killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from jifen import app, embedded
from jifen.settings import read
from tests.bot import odd_intents
from tests.bot.conftest import MASTER_KEY
from tests.faults.demos import ENVIRONMENT, PROJECT
from tests.ports import free_port


@asynccontextmanager
async def process(
    command: str, reached: embedded.Addresses, *, pause_seconds: float = 0.0, port: int = 0
) -> AsyncIterator[tuple["subprocess.Popen[bytes]", str]]:
    """Run one, and give it with its address once it answers; killed at the end."""
    port = port or free_port()
    environment = ENVIRONMENT | {
        "DATABASE_URL": reached.database_url,
        "REDIS_URL": reached.redis_url,
        "JIFEN_MASTER_KEY": MASTER_KEY,
        "JIFEN_PORT": str(port),
        "PAUSE_SECONDS": str(pause_seconds),
    }
    started = subprocess.Popen(  # noqa: ASYNC220 (it starts at once, and tests wait anyway)
        [sys.executable, "-m", "tests.faults.server", command],
        cwd=PROJECT,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        if command == "serve":
            await _answers(address)
        yield started, address
    finally:
        started.kill()
        started.wait()


async def _answers(address: str) -> None:
    async with asyncio.timeout(90), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"{address}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


def main() -> None:
    """Do what the command says until killed."""
    odd_intents.mood.pause_seconds = float(os.environ["PAUSE_SECONDS"])
    settings = read(os.environ)
    reached = embedded.Addresses(settings.database_url, settings.redis_url)
    (app.serve if sys.argv[1] == "serve" else app.work)(settings, reached)


if __name__ == "__main__":
    main()
