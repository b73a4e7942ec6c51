"""What we keep in the data folder: the lock, the password, and where the servers are."""

import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from jifen.embedded.account import Account, account_for
from jifen.embedded.errors import NotOurs

LOCK_TRIES = 10  # an `attach` elsewhere holds the lock for microseconds while it looks
LOCK_PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Addresses:
    """Where the database and the cache answer; both hold the password."""

    database_url: str
    redis_url: str


@dataclass(frozen=True)
class Running:
    """What the owner of the servers wrote down when they were ready."""

    pid: int
    socket_folder: str
    addresses: Addresses


@dataclass(frozen=True)
class Keep:
    """The folder `embedded` in the data folder; `account` is whom the servers run as."""

    folder: Path
    account: Account

    @classmethod
    def make(cls, data: Path) -> "Keep":
        """Make the folder, or take it as it stands. Folders that were there are never changed.

        Raises:
            NotOurs: it cannot be made, or belongs to another user, and we are not root.
        """
        folder = _folder_in(data)
        _make_enterable(folder.parent)
        _make_enterable(folder)
        owner_uid = folder.stat().st_uid
        if os.geteuid() not in (0, owner_uid):
            raise NotOurs(
                f"{folder} belongs to user id {owner_uid}, who started jifen here before; "
                f"start it as that user again, or choose another folder with --data."
            )
        return cls(folder, account_for(owner_uid))

    @classmethod
    def find(cls, data: Path) -> "Keep | None":
        """The folder as it stands; None when nothing was ever started here.

        Raises:
            NotOurs: it belongs to another user, and we are not root.
        """
        return cls.make(data) if _folder_in(data).is_dir() else None

    def lock(self) -> int | None:
        """Hold the data folder until the returned descriptor is closed; None: someone else does."""
        for _ in range(LOCK_TRIES):
            descriptor = self._open_lock()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                time.sleep(LOCK_PAUSE_SECONDS)
                continue
            if self._is_still_the_lock(descriptor):
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor
            os.close(descriptor)
        return None

    def owner_pid(self) -> int:
        """Who holds the lock, as far as it has said so; 0 when it has not."""
        try:
            return int(self._lock_path.read_text() or 0)
        except (OSError, ValueError):
            return 0

    def is_held(self) -> bool:
        """Whether a living process holds the data folder."""
        try:
            descriptor = os.open(self._lock_path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def running(self) -> Running | None:
        """The running servers' addresses; None when nobody runs them or they are not ready."""
        if not self.is_held():
            return None
        written = self.last_written()
        return written if written and written.pid == self.owner_pid() else None

    def last_written(self) -> Running | None:
        """The addresses of the latest owner, who may be dead."""
        try:
            fields = json.loads((self.folder / "running.json").read_text())
            return Running(fields["pid"], fields["socket_folder"], Addresses(**fields["addresses"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write_running(self, running: Running) -> None:
        self.write("running.json", json.dumps(asdict(running)))

    def forget_running(self) -> None:
        (self.folder / "running.json").unlink(missing_ok=True)

    def password(self) -> str | None:
        """The servers' password; None when there is none yet, or it was lost."""
        try:
            return (self.folder / "password").read_text().strip() or None
        except FileNotFoundError:
            return None

    def write_password(self, password: str) -> None:
        """Only once the database has it: who is killed before gives it another one next time."""
        self.write("password", password)

    def write(self, name: str, text: str) -> None:
        """Write a file of ours, whole or not at all; only the folder's owner can read it."""
        fresh = self.folder / f"{name}.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            self._give_to_owner(descriptor)
            file.write(text)
        fresh.replace(self.folder / name)

    @property
    def _lock_path(self) -> Path:
        return self.folder / "lock"

    def _open_lock(self) -> int:
        descriptor = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._give_to_owner(descriptor)
        return descriptor

    def _is_still_the_lock(self, descriptor: int) -> bool:
        """False when `erase` removed the file after we opened it."""
        try:
            return os.path.samestat(os.fstat(descriptor), self._lock_path.stat())
        except FileNotFoundError:
            return False

    def _give_to_owner(self, descriptor: int) -> None:
        owner = self.folder.stat()
        if os.fstat(descriptor).st_uid != owner.st_uid:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _folder_in(data: Path) -> Path:
    return data.expanduser().resolve() / "embedded"


def _make_enterable(folder: Path) -> None:
    """Make a folder that the servers' account can pass through, whatever our umask."""
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True)
        folder.chmod(0o711)
    except FileExistsError:
        if not folder.is_dir():
            raise NotOurs(f"{folder} is a file; choose another folder with --data.") from None
    except OSError as refused:
        raise NotOurs(
            f"{folder} cannot be made ({refused.strerror}); choose another folder with --data."
        ) from refused
