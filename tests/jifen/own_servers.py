"""What the tests of our own servers look at: processes, files, answers."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

PROJECT = Path(__file__).parents[2]
OWNER = """
import json, sys, time
from pathlib import Path
from jifen import embedded
servers = embedded.start(Path(sys.argv[1]), report=lambda text: None)
print(json.dumps([servers.addresses.database_url, servers.addresses.redis_url]), flush=True)
time.sleep(60)
"""


def quietly(text: str) -> None:
    assert text


def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, "it never became true"
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whether the process runs; one that has ended and is not yet collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def pid_of(data: Path, server: str) -> int:
    return int((home_of(data) / server).read_text().split()[0])


def home_of(data: Path) -> Path:
    pointer = data / "embedded" / "place"
    return Path(pointer.read_text()) if pointer.exists() else data / "embedded"


@contextmanager
def another_process(program: str, folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A process of its own, and the first line that it prints; killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-c", program, folder], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as owner:
        assert owner.stdout
        try:
            yield owner, owner.stdout.readline()
        finally:
            owner.kill()


def asked(database_url: str, *statements: str) -> object:
    """The value of the last statement."""
    return asyncio.run(_asked(database_url, *statements))


async def _asked(database_url: str, *statements: str) -> object:
    connection = await asyncpg.connect(database_url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()
