"""Processes of ours to measure: the server, and workers, over one database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct

from benchmarks.fleet import LOGS, PROJECT, READY_SECONDS, STOP_SECONDS
from benchmarks.measuring import free_port, wait_for_port
from benchmarks.servers import Database


class Server(Struct, frozen=True):
    """A server that runs: its port, and its process."""

    port: int
    pid: int


@contextmanager
def serving(found: Database, master_key: str) -> Iterator[int]:
    """Run the server while the block runs; give its port.

    Raises:
        BenchmarkFailed: it does not start.
    """
    with watched(found, master_key) as server:
        yield server.port


@contextmanager
def watched(found: Database, master_key: str) -> Iterator[Server]:
    """Run the server while the block runs; give its port and its process.

    Raises:
        BenchmarkFailed: it does not start.
    """
    port = free_port()
    with _running(found, master_key, "serve", "--port", str(port)) as process:
        wait_for_port(port, timeout_seconds=READY_SECONDS)
        yield Server(port, process.pid)


@contextmanager
def working(found: Database, master_key: str) -> Iterator[None]:
    """Run a worker while the block runs."""
    with _running(found, master_key, "work"):
        yield


@contextmanager
def _running(found: Database, master_key: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": found.addresses.database_url,
        "REDIS_URL": found.addresses.redis_url,
        "JIFEN_MASTER_KEY": master_key,
    }
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / f"{command[0]}.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jifen.cli", *command],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
