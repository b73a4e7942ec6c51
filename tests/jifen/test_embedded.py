"""Our own servers, for real: each test lays and starts them in a folder of its own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from jifen import embedded
from jifen.embedded import AlreadyRunning, NoBinary, NotOurs, WrongMajor
from jifen.embedded.account import account_for
from jifen.embedded.children import Nursery

AS_ROOT = os.geteuid() == 0
PROJECT = Path(__file__).parents[2]
OWNER = """
import json, sys, time
from pathlib import Path
from jifen import embedded
servers = embedded.start(Path(sys.argv[1]), report=lambda text: None)
print(json.dumps([servers.addresses.database_url, servers.addresses.redis_url]), flush=True)
time.sleep(60)
"""
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


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that every account can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="jifen-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(base: Path) -> Iterator[Path]:
    folder = base / "data"
    yield folder
    eventually(lambda: embedded.attach(folder) is None)
    embedded.erase(folder)


def quietly(text: str) -> None:
    assert text


def eventually(true: Callable[[], bool], seconds: float = 15) -> None:
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


def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    heard: list[str] = []
    with embedded.start(data, report=heard.append) as servers:
        assert servers.is_owner
        url = servers.addresses.database_url
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT n FROM kept") == 7
        with Redis.from_url(servers.addresses.redis_url) as redis:
            redis.set("kept", "7")
    assert heard == ["Laying a database with PostgreSQL 18.6."]
    began_at = time.monotonic()
    with embedded.start(data, report=quietly) as servers:
        assert time.monotonic() - began_at < 2
        assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.get("kept") == b"7"
    assert embedded.attach(data) is None


def test_the_programs_role_is_no_superuser_and_the_disk_is_waited_for(data: Path) -> None:
    with embedded.start(data, report=quietly) as servers:
        url = servers.addresses.database_url
        assert asked(url, "SELECT rolsuper FROM pg_roles WHERE rolname = 'jifen'") is False
        settings = "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN "
        names = "('fsync', 'synchronous_commit', 'listen_addresses', 'jit', 'max_connections')"
        assert asked(url, settings + names) == "on off  200 on"
        assert asked(url, "CREATE DATABASE copy TEMPLATE jifen", "SELECT 1") == 1


def test_nobody_gets_in_without_the_password_and_only_we_can_read_it(data: Path) -> None:
    with embedded.start(data, report=quietly) as servers:
        password = (data / "embedded" / "password").read_text()
        assert password in servers.addresses.database_url
        for name in ("password", "running.json"):
            assert (data / "embedded" / name).stat().st_mode & 0o777 == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            asked(servers.addresses.database_url.replace(password, "wrong"), "SELECT 1")
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(servers.addresses.redis_url.split("@")[1].split("?")[0])
            line.sendall(b"PING\r\n")
            assert line.recv(64).startswith(b"-NOAUTH")
        commands = Path(f"/proc/{pid_of(data, 'postgres/postmaster.pid')}/cmdline").read_bytes()
        assert password.encode() not in commands


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
        began_at = time.monotonic()
        os.kill(os.getpid(), signal.SIGUSR1)
        servers.stop()
        assert time.monotonic() - began_at < 2
        assert not lives(pid)
        assert servers.restart_dead() == []
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_long_path_with_spaces_and_chinese_works(base: Path) -> None:
    data = base / ("很长 的路径 " * 6) / ("y" * 60)
    with embedded.start(data, report=quietly) as servers:
        folder = Path(servers.addresses.database_url.split("host=")[1].split("&")[0])
        assert len(f"{folder}/.s.PGSQL.5432") <= 103
        assert folder.stat().st_mode & 0o777 == 0o700
        assert asked(servers.addresses.database_url, "SELECT 1") == 1
        with Redis.from_url(servers.addresses.redis_url) as redis:
            assert redis.ping()
    assert not folder.exists()
    embedded.erase(data)


@pytest.mark.skipif(not AS_ROOT, reason="only root's servers run as another account")
def test_a_closed_folder_stays_closed_and_the_servers_work_elsewhere(base: Path) -> None:
    closed = base / "closed"
    closed.mkdir(mode=0o700)
    data, heard = closed / "data", list[str]()
    with embedded.start(data, report=heard.append) as servers:
        url = servers.addresses.database_url
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1") == 1
    elsewhere = home_of(data)
    assert elsewhere.parent == Path(tempfile.gettempdir())
    assert any(str(elsewhere) in text for text in heard)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert closed.stat().st_uid == 0
    with embedded.start(data, report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7
    shutil.copytree(closed, base / "copied")
    with embedded.start(base / "copied" / "data", report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT to_regclass('kept')") is None
    embedded.erase(base / "copied" / "data")
    embedded.erase(data)
    assert not elsewhere.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root's servers run as another account")
def test_root_does_not_run_the_servers_itself(data: Path) -> None:
    with embedded.start(data, report=quietly):
        for name in ("postgres/postmaster.pid", "valkey/valkey.pid"):
            assert Path(f"/proc/{pid_of(data, name)}").stat().st_uid == account_for(0).uid != 0


def test_a_start_that_was_killed_while_laying_is_begun_anew(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, data], cwd=PROJECT) as owner:
        eventually(lambda: any((data / "embedded").glob("postgres.half-*/*")))
        owner.kill()
    assert not (data / "embedded" / "postgres").exists()
    with embedded.start(data, report=quietly) as servers:
        assert asked(servers.addresses.database_url, "SELECT 1") == 1
    eventually(lambda: not list((data / "embedded").glob("postgres.half-*")))


def test_a_stale_pid_file_that_names_another_process_is_no_hindrance(data: Path) -> None:
    with embedded.start(data, report=quietly):
        stale = (data / "embedded" / "postgres" / "postmaster.pid").read_text()
    bystander = subprocess.Popen(["/bin/sleep", "30"])
    try:
        lines = [str(bystander.pid), *stale.splitlines()[1:]]
        (data / "embedded" / "postgres" / "postmaster.pid").write_text("\n".join(lines))
        with embedded.start(data, report=quietly) as servers:
            assert asked(servers.addresses.database_url, "SELECT 1") == 1
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


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


def test_a_folder_that_cannot_be_made_is_refused_in_words(base: Path) -> None:
    (base / "file").write_text("")
    for data in (base / "file", base / "file" / "below"):
        with pytest.raises(NotOurs, match="choose another folder"):
            embedded.start(data, report=quietly)


def test_a_lost_password_is_replaced(data: Path) -> None:
    with embedded.start(data, report=quietly) as servers:
        url = servers.addresses.database_url
        assert asked(url, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1") == 1
    (data / "embedded" / "password").unlink()
    with embedded.start(data, report=quietly) as servers:
        assert servers.addresses.database_url != url
        assert asked(servers.addresses.database_url, "SELECT n FROM kept") == 7


def test_a_cache_that_cannot_be_read_is_set_aside(data: Path) -> None:
    with embedded.start(data, report=quietly):
        pass
    manifest = next((data / "embedded" / "valkey").rglob("*.manifest"))
    manifest.write_text("broken\n")
    heard: list[str] = []
    with (
        embedded.start(data, report=heard.append) as servers,
        Redis.from_url(servers.addresses.redis_url) as redis,
    ):
        assert redis.ping()
    assert str(data / "embedded" / "valkey.aside") in heard[0]


def test_another_major_version_is_refused_with_both_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with embedded.start(data, report=quietly):
        pass
    programs = data / "programs"
    programs.mkdir()
    for name in ("postgres", "initdb"):
        (programs / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n")
        (programs / name).chmod(0o755)
    monkeypatch.setenv("JIFEN_POSTGRES_BIN", str(programs))
    with pytest.raises(WrongMajor, match=r"PostgreSQL 18, and here is 17\.2 \(JIFEN_POSTGRES_BIN"):
        embedded.start(data, report=quietly)
    assert embedded.attach(data) is None


def test_a_setting_that_names_no_program_is_refused(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_VALKEY_BIN", "/nowhere/valkey-server")
    with pytest.raises(NoBinary, match="/nowhere/valkey-server"):
        embedded.start(data, report=quietly)
    monkeypatch.setenv("JIFEN_POSTGRES_BIN", "/nowhere")
    with pytest.raises(NoBinary, match="/nowhere"):
        embedded.start(data, report=quietly)


def test_erase_of_a_folder_never_used_is_nothing(base: Path) -> None:
    embedded.erase(base / "never")
    assert embedded.attach(base / "never") is None
    assert not (base / "never").exists()


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
