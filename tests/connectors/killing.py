"""Workers for a test to kill, each a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from tests.faults.demos import ENVIRONMENT

Begin = Callable[..., Awaitable[asyncio.subprocess.Process]]


@asynccontextmanager
async def workers(module: str, told: Mapping[str, str], *, stdout: int) -> AsyncIterator[Begin]:
    """Yield what starts a worker, which hears what is told beside; none outlives the test."""
    async with AsyncExitStack() as stack:

        async def begin(**how: str) -> asyncio.subprocess.Process:
            environment = {**ENVIRONMENT, **told, **how}
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, env=environment, stdout=stdout
            )
            stack.push_async_callback(killed, program)
            return program

        yield begin


async def killed(program: asyncio.subprocess.Process) -> None:
    """Kill a worker, if it still runs, and wait for its end."""
    if program.returncode is None:
        program.kill()
    await program.wait()


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so, a minute at most."""
    async with asyncio.timeout(60):
        while not await is_so():  # noqa: ASYNC110 (the database rings no bell)
            await asyncio.sleep(0.05)
