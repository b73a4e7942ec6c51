"""Our own PostgreSQL: laid whole or not at all, started in the foreground, reached by a socket."""

import os
import secrets
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jifen.embedded.account import Account
from jifen.embedded.binaries import Program
from jifen.embedded.children import Child, Nursery, until
from jifen.embedded.errors import ServerFailed

PORT = 5432  # only names the socket
LAYING_SECONDS = 120
READY_LINE = 7

# For a laptop that also does other things. Personal data stays out of the log: no ERROR lines,
# whose details would quote rows; the program logs its own errors.
SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "192MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_checkpoints": "off",
    "cluster_name": "jifen",
}

# One statement a line, as single-user mode reads it. The program's own role is no superuser, as
# on a managed PostgreSQL; it may create databases, for tests.
FOUNDATION = """\
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jifen') \
THEN CREATE ROLE jifen; END IF; END $$;
ALTER ROLE jifen LOGIN CREATEDB NOSUPERUSER PASSWORD '{password}';
ALTER ROLE postgres PASSWORD '{password}';
CREATE DATABASE jifen OWNER jifen;
"""


@dataclass(frozen=True)
class Postgres:
    """One database server, its files in `home/postgres`, its socket in `socket_folder`."""

    home: Path
    socket_folder: Path
    log: Path
    program: Program

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # its "fast" shutdown: sessions are cut, all is written

    @property
    def folder(self) -> Path:
        return self.home / "postgres"

    @property
    def pid_file(self) -> Path:
        return self.folder / "postmaster.pid"

    @property
    def told(self) -> bytes:
        return b""

    def url(self, password: str) -> str:
        socket_folder = quote(str(self.socket_folder), safe="/")
        return f"postgresql://jifen:{password}@/jifen?host={socket_folder}&port={PORT}"

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.socket_folder)}
        pairs = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return [str(self.program.path), "-D", str(self.folder), *pairs]

    def is_ready(self, pid: int) -> bool:
        """The server says so itself, in a file that an earlier server may have left behind."""
        try:
            lines = self.pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return (
            len(lines) > READY_LINE
            and lines[0] == str(pid)
            and lines[READY_LINE].strip() == "ready"
        )


def laid_by_major(home: Path) -> int | None:
    """The major version that laid the present database; None when there is none."""
    try:
        return int((home / "postgres" / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def lay(server: Postgres, nursery: Nursery, *, account: Account, password: str) -> None:
    """Lay a database beside its place and put it there when it is whole.

    Not forced to the disk: a power cut within half a minute of the first start may cost the
    (still empty) database.

    Raises:
        ServerFailed: a step failed.
    """
    for left in server.home.glob("postgres.half-*"):
        shutil.rmtree(left, ignore_errors=True)
    half = server.home / f"postgres.half-{secrets.token_hex(4)}"
    account.make_private(half)
    try:
        _initialise(half, server, nursery, account=account, password=password)
        found(server, nursery, folder=half, password=password)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    half.rename(server.folder)


def _initialise(
    folder: Path, server: Postgres, nursery: Nursery, *, account: Account, password: str
) -> None:
    initdb = [str(server.program.path.with_name("initdb")), "-D", str(folder), "-U", "postgres"]
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--no-sync", "--no-instructions"]
    secret = _password_file(server.home, account, password)
    try:
        options.append(f"--pwfile={secret}")
        _run([*initdb, *options, *_locale(server.program.major)], server, nursery)
    finally:
        secret.unlink()


def found(server: Postgres, nursery: Nursery, *, folder: Path, password: str) -> None:
    """Give the stopped database our role, our password, and the database `jifen`.

    Raises:
        ServerFailed: a statement failed.
    """
    single = [str(server.program.path), "--single", "-F", "-D", str(folder)]
    quiet = ["-c", "log_min_messages=error", "-c", "log_min_error_statement=panic", "postgres"]
    statements = FOUNDATION.format(password=password).encode()
    said = _run([*single, *quiet], server, nursery, told=statements)
    wrong = [line for line in said.splitlines() if "ERROR:" in line or "FATAL:" in line]
    wrong = [line for line in wrong if 'database "jifen" already exists' not in line]
    if wrong:
        raise ServerFailed(f"PostgreSQL could not be given its database: {wrong[0]}")


def _run(command: list[str], server: Postgres, nursery: Nursery, *, told: bytes = b"") -> str:
    """Run a step of the laying to its end and return what it said."""
    begins_at = server.log.stat().st_size if server.log.exists() else 0
    child = nursery.start(
        command, folder=server.home, log=server.log, stop_signal=signal.SIGKILL, told=told
    )
    try:
        until(lambda: child.poll() is not None, LAYING_SECONDS)
    finally:
        nursery.stop({child: signal.SIGKILL}, 5)
    with server.log.open(encoding="utf-8", errors="replace") as log:
        log.seek(begins_at)
        said = log.read()
    _require_success(child, Path(command[0]).name, said)
    return said


def _require_success(child: Child, step: str, said: str) -> None:
    if child.returncode != 0:
        raise ServerFailed(f"{step} failed ({child.returncode}): {said.strip()[-600:]}")


def _locale(major: int) -> list[str]:
    """The same order of texts on every machine, whatever locales it has."""
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--no-locale"]


def _password_file(home: Path, account: Account, password: str) -> Path:
    path = home / "initdb.password"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
    account.give(path)
    return path
