"""The two servers as our children: started, watched, started again, stopped."""

import errno
import os
import secrets
import shutil
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from jifen.embedded import binaries, postgres
from jifen.embedded.children import Child, Nursery, end_leftover, rotate
from jifen.embedded.errors import EmbeddedError, NoSpace, ServerFailed
from jifen.embedded.keep import Addresses, Keep, Running
from jifen.embedded.places import (
    Report,
    home_for,
    remove_socket_folder,
    require_space,
    socket_folder_for,
)
from jifen.embedded.valkey import Valkey

READY_SECONDS = 600  # a crash in the middle of a large import has to be recovered
STOP_SECONDS = 20
LEFTOVER_SECONDS = 20
TELL_AFTER_SECONDS = 3.0
SHARED_MEMORY_TRIES = 20
PAUSE_SECONDS = 0.005
LAYING_BYTES = 200_000_000
RUNNING_BYTES = 50_000_000


class Server(Protocol):
    """What both servers are to us."""

    @property
    def name(self) -> str: ...
    @property
    def stop_signal(self) -> int: ...
    @property
    def folder(self) -> Path: ...
    @property
    def pid_file(self) -> Path: ...
    @property
    def log(self) -> Path: ...
    @property
    def told(self) -> bytes: ...
    def command(self) -> list[str]: ...
    def is_ready(self, pid: int) -> bool: ...


class Pair:
    """PostgreSQL and Valkey as children of this process, and the lock that makes us the owner."""

    def __init__(self, keep: Keep, lock: int, report: Report) -> None:
        self._keep = keep
        self._lock = lock
        self._report = report
        self._nursery = Nursery(keep.account)
        self._children: dict[Server, Child] = {}
        self._socket_folder: Path | None = None
        self._turn = threading.RLock()
        self._stopped = False
        self._pid = os.getpid()
        os.register_at_fork(after_in_child=self._disown)

    def start(self) -> Addresses:
        """Lay what is missing and start both.

        Raises:
            EmbeddedError: any of its kinds; nothing is left running then.
        """
        with ExitStack() as undo:
            undo.callback(self.stop)
            try:
                addresses = self._start()
            except OSError as refused:
                raise _refusal(refused) from refused
            undo.pop_all()
        return addresses

    def _start(self) -> Addresses:
        self._keep.forget_running()
        home = home_for(self._keep, self._report)
        laid_by = postgres.laid_by_major(home)
        require_space(home, LAYING_BYTES if laid_by is None else RUNNING_BYTES)
        database, cache, password = self._prepare(home, laid_by)
        self._start_together([cache, database])
        addresses = Addresses(database.url(password), cache.url(password))
        folder = str(database.socket_folder)
        self._keep.write_running(Running(os.getpid(), folder, addresses))
        return addresses

    def dead(self) -> list[str]:
        return [server.name for server, child in self._children.items() if child.poll() is not None]

    def restart_dead(self) -> list[str]:
        with self._turn:
            if self._stopped:
                return []
            gone = [server for server, child in self._children.items() if child.poll() is not None]
            if gone:
                self._start_together(gone)
            return [server.name for server in gone]

    def stop(self) -> None:
        if os.getpid() != self._pid:
            return
        with self._turn:
            if self._stopped:
                return
            self._stopped = True
            asked = {child: server.stop_signal for server, child in self._children.items()}
            self._nursery.stop(asked, STOP_SECONDS)
            self._nursery.close()
            if self._socket_folder:
                remove_socket_folder(self._keep, self._socket_folder)
            self._keep.forget_running()
            os.close(self._lock)

    def _disown(self) -> None:
        """In a forked child: neither the lock nor the servers are its own."""
        if not self._stopped:
            self._stopped = True
            os.close(self._lock)

    def _prepare(self, home: Path, laid_by: int | None) -> tuple[postgres.Postgres, Valkey, str]:
        """Both servers with their folders, nothing of an earlier owner's still running there."""
        account = self._keep.account
        copies = home / "programs"
        program = binaries.postgres(account, copies, laid_by)
        cache_program = binaries.valkey(account, copies)
        logs = self._keep.folder / "log"
        logs.mkdir(mode=0o700, exist_ok=True)
        known = self._keep.password()
        password = known or secrets.token_hex(20)
        end_leftover(home / "postgres" / "postmaster.pid", home / "postgres", LEFTOVER_SECONDS)
        end_leftover(home / "valkey" / "valkey.pid", home / "valkey", LEFTOVER_SECONDS)
        folder = self._socket_folder = socket_folder_for(self._keep, home)
        database = postgres.Postgres(home, folder, logs / "postgres.log", program)
        cache = Valkey(home, folder, logs / "valkey.log", cache_program, password)
        account.make_private(cache.folder)
        rotate(database.log)
        rotate(cache.log)
        self._lay_or_found(database, password, password_is_new=known is None)
        return database, cache, password

    def _lay_or_found(
        self, database: postgres.Postgres, password: str, *, password_is_new: bool
    ) -> None:
        program = database.program
        try:
            if not database.folder.exists():
                self._report(f"Laying a database with PostgreSQL {program.version}.")
                account = self._keep.account
                postgres.lay(database, self._nursery, account=account, password=password)
            elif password_is_new:
                folder = database.folder
                postgres.found(database, self._nursery, folder=folder, password=password)
        except ServerFailed as failed:
            raise _named(database, str(failed)) from failed
        if password_is_new:
            self._keep.write_password(password)

    def _start_together(self, servers: list[Server]) -> None:
        """Start all, then wait for each: they do not need each other."""
        begun = {server: self._begin(server) for server in servers}
        for server, begins_at in begun.items():
            try:
                self._await(server, begins_at)
            except ServerFailed as failed:
                self._try_again(server, failed)

    def _begin(self, server: Server) -> int:
        """Start one server; returns where in its log this start begins."""
        begins_at = server.log.stat().st_size if server.log.exists() else 0
        self._children[server] = self._nursery.start(
            server.command(),
            folder=server.folder,
            log=server.log,
            stop_signal=server.stop_signal,
            told=server.told,
        )
        return begins_at

    def _await(self, server: Server, begins_at: int) -> None:
        child, started_at, told = self._children[server], time.monotonic(), False
        while not server.is_ready(child.pid):
            waited_seconds = time.monotonic() - started_at
            if child.poll() is not None or waited_seconds > READY_SECONDS:
                raise _named(server, _tail(server.log, begins_at))
            if waited_seconds > TELL_AFTER_SECONDS and not told:
                self._report(f"{server.name} is still reading its files; its log: {server.log}")
                told = True
            time.sleep(PAUSE_SECONDS)

    def _try_again(self, server: Server, failed: ServerFailed) -> None:
        """Wait for the last sessions of a killed PostgreSQL; give up an unreadable cache."""
        if isinstance(server, Valkey):
            aside = server.set_aside()
            self._report(f"Valkey could not read its files; it starts empty. They are in {aside}.")
            self._keep.account.make_private(server.folder)
            return self._await(server, self._begin(server))
        for _ in range(SHARED_MEMORY_TRIES):
            if "shared memory block" not in str(failed):
                break
            time.sleep(0.25)
            try:
                return self._await(server, self._begin(server))
            except ServerFailed as again:
                failed = again
        raise failed


def erase(keep: Keep, lock: int, elsewhere: Path | None) -> None:
    """Remove all that the servers ever wrote; the holder of the lock may.

    The lock's own file goes last: who opened it meanwhile sees that it is gone.
    """
    for home in filter(None, (elsewhere, keep.folder)):
        end_leftover(home / "postgres" / "postmaster.pid", home / "postgres", LEFTOVER_SECONDS)
        end_leftover(home / "valkey" / "valkey.pid", home / "valkey", LEFTOVER_SECONDS)
    previous = keep.last_written()
    if previous:
        remove_socket_folder(keep, Path(previous.socket_folder))
    if elsewhere:
        shutil.rmtree(elsewhere)
    shutil.rmtree(keep.folder)
    os.close(lock)


def _refusal(refused: OSError) -> EmbeddedError:
    """The right error for what the system refused us."""
    if refused.errno == errno.ENOSPC:
        return NoSpace(f"The disk is full: {refused.filename} could not be written.")
    return ServerFailed(f"The servers' files cannot be laid: {refused}.")


def _named(server: Server, said: str) -> ServerFailed | NoSpace:
    """The right error for the end of a log."""
    if "No space left on device" in said:
        return NoSpace(f"The disk is full: {server.name} could not start in {server.folder}.")
    return ServerFailed(f"{server.name} did not start; its log {server.log} ends:\n{said}")


def _tail(log: Path, begins_at: int) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(begins_at)
        return "".join(lines.readlines()[-12:]).strip()
