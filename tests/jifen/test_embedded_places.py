"""Where our own servers live, as whom, with which programs, and who gets in."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import asyncpg
import pytest
from redis import Redis

from jifen import embedded
from jifen.embedded import NoBinary, NotOurs, WrongMajor
from jifen.embedded.account import account_for
from tests.jifen.own_servers import (
    asked,
    home_of,
    pid_of,
    quietly,
)

AS_ROOT = os.geteuid() == 0


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
