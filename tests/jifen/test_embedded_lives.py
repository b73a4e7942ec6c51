"""How our own servers begin, die and come back, for real: whoever is killed, nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from redis import Redis

from jifen import embedded
from jifen.embedded import AlreadyRunning
from jifen.embedded.account import account_for
from jifen.embedded.children import Nursery
from tests.jifen.own_servers import (
    OWNER,
    PROJECT,
    another_process,
    asked,
    eventually,
    lives,
    pid_of,
    quietly,
)

FORKING = """
import os, sys, time
from pathlib import Path
from jifen import embedded
servers = embedded.start(Path(sys.argv[1]), report=lambda text: None)
if os.fork():
    time.sleep(60)
servers.stop()
assert not embedded.start(Path(sys.argv[1]), attach=True).is_owner
print(os.getpid(), flush=True)
time.sleep(60)
"""
WATCHED = """
import sys, time
from pathlib import Path
from jifen.embedded.account import account_for
from jifen.embedded.children import Nursery
nursery = Nursery(account_for(Path(sys.argv[1]).stat().st_uid), tethered=False)
child = nursery.start(["/bin/sleep", "60"], folder=Path("/"), log=Path(sys.argv[1]) / "log",
                      stop_signal=15)
print(child.pid, flush=True)
time.sleep(60)
"""


def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    heard: list[str] = []
    with embedded.start(data, report=heard.append) as servers:
        assert servers.is_owner
        url = servers.addresses.database_url
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT n FROM kept") == 7
        with Redis.from_url(servers.addresses.redis_url) as redis:
            redis.set("kept", "7")
    assert heard == ["Laying a database with PostgreSQL 18.6."]
    with embedded.start(data, report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.get("kept") == b"7"
    assert embedded.attach(data) is None


def test_a_second_start_is_refused_or_attaches(data: Path) -> None:
    with another_process(OWNER, data) as (owner, printed):
        with pytest.raises(AlreadyRunning) as refused:
            embedded.start(data, report=quietly)
        assert refused.value.pid == owner.pid
        assert str(owner.pid) in str(refused.value)
        with pytest.raises(AlreadyRunning):
            embedded.erase(data)
        with embedded.start(data, attach=True, report=quietly) as guest:
            assert not guest.is_owner
            assert [guest.addresses.database_url, guest.addresses.redis_url] == json.loads(printed)
            assert guest.dead() == []
        found = embedded.attach(data)
        assert found == guest.addresses, "the guest's leaving stopped the servers"
    assert guest.dead() == ["PostgreSQL", "Valkey"]


def test_two_starts_at_once_make_one_owner(data: Path) -> None:
    kinds: list[bool] = []
    leave = threading.Event()

    def run() -> None:
        with embedded.start(data, attach=True, report=quietly) as servers:
            kinds.append(servers.is_owner)
            leave.wait(20)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(kinds) == 3)
    leave.set()
    for thread in threads:
        thread.join()
    assert sorted(kinds) == [False, False, True]


def test_a_killed_owner_leaves_no_orphan_and_loses_nothing(data: Path) -> None:
    with another_process(OWNER, data) as (owner, printed):
        pids = [pid_of(data, "postgres/postmaster.pid"), pid_of(data, "valkey/valkey.pid")]
        url = json.loads(printed)[0]
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1") == 1
        owner.kill()
        with embedded.start(data, report=quietly) as servers:
            assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7
            assert not any(map(lives, pids))


def test_everything_killed_at_once_loses_nothing(data: Path) -> None:
    with another_process(OWNER, data) as (owner, printed):
        url = json.loads(printed)[0]
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1") == 1
        for name in ("postgres/postmaster.pid", "valkey/valkey.pid"):
            os.kill(pid_of(data, name), signal.SIGKILL)
        owner.kill()
    with embedded.start(data, report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7


def test_dead_servers_are_restarted_and_outlive_the_thread_that_did_it(data: Path) -> None:
    with embedded.start(data, report=quietly) as servers:
        url = servers.addresses.database_url
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1") == 1
        os.kill(pid_of(data, "postgres/postmaster.pid"), signal.SIGKILL)
        os.kill(pid_of(data, "valkey/valkey.pid"), signal.SIGKILL)
        eventually(lambda: sorted(servers.dead()) == ["PostgreSQL", "Valkey"])
        thread = threading.Thread(target=servers.restart_dead)
        thread.start()
        thread.join()
        time.sleep(0.1)
        assert servers.dead() == []
        assert asked(url, "SELECT n FROM kept") == 7
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.ping()


def test_stop_can_be_called_by_a_signal_handler_and_twice(data: Path) -> None:
    servers = embedded.start(data, report=quietly)
    before = signal.signal(signal.SIGUSR1, lambda *_: servers.stop())
    try:
        pid = pid_of(data, "postgres/postmaster.pid")
        os.kill(os.getpid(), signal.SIGUSR1)
        servers.stop()
        assert not lives(pid)
        assert servers.restart_dead() == []
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_start_that_was_killed_while_laying_is_begun_anew(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, data], cwd=PROJECT) as owner:
        eventually(lambda: any((data / "embedded").glob("postgres.half-*/*")))
        owner.kill()
    assert not (data / "embedded" / "postgres").exists()
    with embedded.start(data, report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT 1") == 1
    eventually(lambda: not list((data / "embedded").glob("postgres.half-*")))


def test_a_forked_child_owns_neither_the_servers_nor_the_lock(data: Path) -> None:
    with another_process(FORKING, data) as (owner, printed):
        child_pid = int(printed)
        try:
            eventually(lambda: embedded.attach(data) is not None)
            owner.kill()
            owner.wait()
            with embedded.start(data, report=quietly) as successor:
                assert successor.is_owner
                assert lives(child_pid)
        finally:
            os.kill(child_pid, signal.SIGKILL)


def test_the_watchdog_stops_what_a_killed_owner_leaves_where_the_kernel_cannot(base: Path) -> None:
    with another_process(WATCHED, base) as (owner, printed):
        assert lives(int(printed))
        owner.kill()
        eventually(lambda: not lives(int(printed)))


def test_a_server_that_ended_by_itself_is_no_business_of_the_watchdog(base: Path) -> None:
    nursery = Nursery(account_for(os.geteuid()), tethered=False)
    child = nursery.start(["/bin/true"], folder=Path("/"), log=base / "log", stop_signal=15)
    eventually(lambda: child.poll() is not None)
    nursery.stop({child: signal.SIGTERM}, 1)
    nursery.close()
    assert child.returncode == 0
