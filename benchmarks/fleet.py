"""The servers that answer the same callbacks: started with the same account, on one core."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks import brand
from benchmarks.measuring import BenchmarkFailed, Cores, free_port, pin_family, wait_for_port
from benchmarks.messages import CallbackAccount
from benchmarks.peers.laying import PROJECT, SOURCES, Peers
from benchmarks.servers import Database
from loyalty.sealing import new_master_key

OURS = "jifen"
WEROBOT = "WeRoBot, waitress"
FLASK = "Flask + wechatpy, gunicorn"
KOA = "koa + co-wechat"
FLOOR = "aiohttp floor"
READY_SECONDS = 60.0
STOP_SECONDS = 15.0
LOGS = PROJECT / ".benchmarks" / "log"


class Server(Struct, frozen=True):
    """One server that is measured: its first process and its port."""

    name: str
    pid: int
    port: int


class Program(Struct, frozen=True):
    """How a server is started; the port comes after the last word of its command."""

    name: str
    command: list[str]
    environment: Mapping[str, str]


@contextmanager
def started(
    peers: Peers, account: CallbackAccount, found: Database, *, cores: Cores
) -> Iterator[list[Server]]:
    """Run ours and all peers while the block runs, all on one core.

    Raises:
        BenchmarkFailed: one does not start.
    """
    master_key = new_master_key()
    asyncio.run(brand.lay(found, account, master_key))
    LOGS.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        programs = _programs(peers, account, found, master_key)
        fleet = [ending.enter_context(_running(program)) for program in programs]
        for server in fleet:
            _wait_until_ready(server)
            pin_family(server.pid, {cores.measured})
        yield fleet


def _programs(
    peers: Peers, account: CallbackAccount, found: Database, master_key: str
) -> list[Program]:
    told = {"BENCHMARK_ACCOUNT": msgspec.json.encode(account).decode()}
    ours = {
        "DATABASE_URL": found.addresses.database_url,
        "REDIS_URL": found.addresses.redis_url,
        "JIFEN_MASTER_KEY": master_key,
    }
    python = str(peers.python)
    gunicorn = [python, "-m", "gunicorn", "--chdir", str(SOURCES), "flask_app:app"]
    gunicorn += ["--workers", "1", "--threads", "4", "--keep-alive", "30"]
    gunicorn += ["--log-level", "warning", "--bind"]
    node = {"NODE_PATH": str(peers.node_modules), "NODE_ENV": "production"}
    koa = [str(peers.node), str(SOURCES / "koa" / "server.js")]
    return [
        Program(OURS, [sys.executable, "-m", "jifen.cli", "serve", "--port"], ours),
        Program(WEROBOT, [python, str(SOURCES / "werobot_server.py")], told),
        Program(FLASK, gunicorn, told),
        Program(KOA, koa, told | node),
        Program(FLOOR, [sys.executable, "-m", "benchmarks.floor"], {}),
    ]


@contextmanager
def _running(program: Program) -> Iterator[Server]:
    port = free_port()
    last = f"127.0.0.1:{port}" if program.command[-1] == "--bind" else str(port)
    with _log_of(program.name).open("wb") as written:
        process = subprocess.Popen(
            [*program.command, last],
            cwd=PROJECT,
            env={**os.environ, **program.environment},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(program.name, process.pid, port)
    finally:
        _stop(process)


def _log_of(name: str) -> Path:
    return LOGS / f"{name.split()[0].strip(',')}.log"


def _wait_until_ready(server: Server) -> None:
    try:
        wait_for_port(server.port, timeout_seconds=READY_SECONDS)
    except BenchmarkFailed as failed:
        log = _log_of(server.name).relative_to(PROJECT)
        raise BenchmarkFailed(f"{server.name}: {failed}; its log is {log}") from failed


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
