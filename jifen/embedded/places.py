"""Where the servers' files and sockets lie, so that their account reaches them.

Nothing here changes a folder that is not ours. Where the data folder cannot be entered by the
servers' account (a project under root's home), the servers get a folder of their own elsewhere.
"""

import hashlib
import os
import re
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from jifen.embedded.account import Account
from jifen.embedded.errors import NoSpace, Unreachable
from jifen.embedded.keep import Keep

Report = Callable[[str], None]

POINTER = "place"  # in the data folder: the path of the servers' folder, when it is elsewhere
MARKER = "belongs_to"  # in the servers' folder: the data folder that it serves
SOCKET_NAME_BYTES = len("/.s.PGSQL.5432")
SOCKET_PATH_BYTES = 103  # macOS; Linux has 107
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")  # needs no quoting in any address


def home_for(keep: Keep, report: Report) -> Path:
    """The folder that holds the servers' files: in the data folder, or elsewhere if it must be.

    Raises:
        Unreachable: the files are in the data folder, which has become closed to the account.
    """
    remembered = _remembered(keep, report)
    if remembered:
        return remembered
    if _suits(keep.folder, keep.account):
        return keep.folder
    if (keep.folder / "postgres").exists():
        raise Unreachable(
            f"The database in {keep.folder} can no longer be reached by the account "
            f"{keep.account.name!r}; open the folders above it again, or move it back."
        )
    home = _make_elsewhere(keep, report)
    keep.write(POINTER, str(home))
    report(
        f"The account {keep.account.name!r} cannot work in {keep.folder}; "
        f"the servers' files are in {home}."
    )
    return home


def elsewhere(keep: Keep) -> Path | None:
    """The servers' folder when it is not in the data folder, and is this data folder's own."""
    with suppress(FileNotFoundError):
        home = Path((keep.folder / POINTER).read_text())
        if (home / MARKER).read_text() == str(keep.folder):
            return home
    return None


def require_space(home: Path, needed_bytes: int) -> None:
    """Refuse to start on a disk that is as good as full: a server would stop half-way.

    Raises:
        NoSpace: less than that is left.
    """
    left = shutil.disk_usage(home).free
    if left < needed_bytes:
        raise NoSpace(
            f"The disk of {home} is full: {left // 1_000_000} MB are left, and the database "
            f"needs {needed_bytes // 1_000_000} MB to start."
        )


def socket_folder_for(keep: Keep, home: Path) -> Path:
    """A private folder for the sockets, short enough for a socket's address, made anew."""
    previous = keep.last_written()
    if previous:
        remove_socket_folder(keep, Path(previous.socket_folder))
    near = home / "run"
    if _is_short(near):
        with suppress(FileNotFoundError):
            shutil.rmtree(near)
        keep.account.make_private(near)
        if _takes_sockets(near):
            return near
    for base in (tempfile.gettempdir(), "/tmp"):
        if _is_short(Path(base) / "jifen-12345678"):
            folder = Path(tempfile.mkdtemp(prefix="jifen-", dir=base))
            keep.account.give(folder)
            return folder
    raise Unreachable(f"No folder is short enough for sockets; {tempfile.gettempdir()} is not.")


def remove_socket_folder(keep: Keep, folder: Path) -> None:
    """Remove the sockets' folder, if it is still that of our account."""
    with suppress(OSError):
        if folder.lstat().st_uid == keep.account.uid:
            shutil.rmtree(folder)


def _remembered(keep: Keep, report: Report) -> Path | None:
    """The folder elsewhere that earlier starts used, if it is still there and not another's."""
    try:
        home = Path((keep.folder / POINTER).read_text())
    except FileNotFoundError:
        return None
    if not _is_ours(home):
        report(f"The servers' files in {home} are gone; starting with none.")
        return None
    served = Path((home / MARKER).read_text())
    if served == keep.folder:
        return home
    with suppress(FileNotFoundError):
        if (served / POINTER).read_text() == str(home):
            report(f"{keep.folder} is a copy of {served}, which keeps its database.")
            return None
    (home / MARKER).write_text(str(keep.folder))
    return home


def _make_elsewhere(keep: Keep, report: Report) -> Path:
    """A folder of our own, named by the data folder, in a place that the account can enter."""
    name = f"jifen-{hashlib.sha256(str(keep.folder).encode()).hexdigest()[:12]}"
    bases = _bases_for(keep.folder)
    for base in bases:
        home = base / name
        try:
            base.mkdir(parents=True, exist_ok=True)
            if home.exists() and _is_ours(home):
                aside = home.with_name(f"{name}-{int(time.time())}")
                home.rename(aside)
                report(f"The files of an earlier {keep.folder} are set aside in {aside}.")
            home.mkdir()
        except OSError:
            continue
        home.chmod(0o711)
        if _suits(home, keep.account):
            (home / MARKER).write_text(str(keep.folder))
            return home
        home.rmdir()
    raise Unreachable(
        f"The account {keep.account.name!r} can work neither in {keep.folder} nor in "
        f"{' nor in '.join(map(str, bases))}; choose another folder with --data."
    )


def _bases_for(folder: Path) -> list[Path]:
    """Where to look for a place: what serves temporary data is temporary itself."""
    temporary = Path(tempfile.gettempdir()).resolve()
    if folder.is_relative_to(temporary):
        return [temporary, Path("/var/tmp")]
    if os.geteuid() == 0:
        return [Path("/var/lib"), Path("/var/tmp")]
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return [Path(state).expanduser(), Path("/var/tmp")]


def _is_ours(home: Path) -> bool:
    """A folder of ours and no link: in /var/tmp anyone may have put something of that name."""
    try:
        found = home.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _suits(folder: Path, account: Account) -> bool:
    """Whether the account can work in a private folder made here, and the modes are kept."""
    try:
        probe = Path(tempfile.mkdtemp(prefix="probe-", dir=folder))
    except OSError:
        return False
    try:
        account.give(probe)
        found = probe.stat()
        return (
            found.st_uid == account.uid
            and stat.S_IMODE(found.st_mode) == 0o700
            and account.can_enter(probe)
        )
    except OSError:
        return False
    finally:
        probe.rmdir()


def _is_short(folder: Path) -> bool:
    text = str(folder)
    short = len(os.fsencode(text)) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES
    return short and PLAIN_PATH.fullmatch(text) is not None


def _takes_sockets(folder: Path) -> bool:
    """Some shared and network folders hold files but no sockets."""
    probe = folder / "probe"
    try:
        with socket.socket(socket.AF_UNIX) as attempt:
            attempt.bind(str(probe))
    except OSError:
        return False
    probe.unlink()
    return True
