"""Server processes that never outlive us."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from jifen.embedded.account import SERVER_ENVIRONMENT, Account

Child = subprocess.Popen[bytes]

PAUSE_SECONDS = 0.004
FOLDER = Path(__file__).parent
LOG_BYTES = 1_000_000


class Nursery:
    """Starts server processes and ends them; what it starts dies with this process.

    On Linux the kernel sees to that, but when the *thread* that started a server ends: so one
    thread of ours, which lives as long as the servers, starts them all. Elsewhere a watchdog does.
    """

    def __init__(self, account: Account, *, tethered: bool = sys.platform == "linux") -> None:
        self._account = account
        self._tethered = tethered
        self._watchdog: Child | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jifen-embedded")

    def start(
        self, command: list[str], *, folder: Path, log: Path, stop_signal: int, told: bytes = b""
    ) -> Child:
        """Start a server in `folder`, as the account, with `told` on its standard input.

        Raises:
            OSError: it cannot be started.
        """
        spawn = self._spawn_tethered if self._tethered else self._spawn_watched
        with open(os.open(log, _LOG_FLAGS, 0o600), "ab") as written:
            child = self._thread.submit(
                spawn, command, folder=folder, written=written.fileno(), stop_signal=stop_signal
            ).result()
        assert child.stdin
        with suppress(BrokenPipeError), child.stdin as tell:
            tell.write(told)
        return child

    def stop(self, children: dict[Child, int], seconds: float) -> None:
        """Ask each to stop by its signal; after `seconds` harder, then for good.

        Never waits inside the kernel: a signal handler may call this while others wait.
        """
        for harder in (None, signal.SIGQUIT, signal.SIGKILL):
            for child, stop_signal in children.items():
                if child.poll() is None:
                    child.send_signal(harder or stop_signal)
            if until(lambda: all(child.poll() is not None for child in children), seconds):
                break
        for child in children:
            self._tell_watchdog(f"-{child.pid}")

    def close(self) -> None:
        """Let go of the thread and of the watchdog; call it when the servers have ended."""
        self._thread.shutdown(wait=False)
        if self._watchdog and self._watchdog.stdin:
            self._watchdog.stdin.close()
            until(lambda: self._watchdog is None or self._watchdog.poll() is not None, 2)

    def _spawn_tethered(
        self, command: list[str], *, folder: Path, written: int, stop_signal: int
    ) -> Child:
        identity = ["-", "-"]
        if not self._account.is_ours:
            identity = [str(self._account.uid), str(self._account.gid)]
        tether = [sys.executable, "-I", "-S", str(FOLDER / "tether.py"), str(os.getpid())]
        return subprocess.Popen(
            [*tether, *identity, str(stop_signal), str(folder), *command],
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _spawn_watched(
        self, command: list[str], *, folder: Path, written: int, stop_signal: int
    ) -> Child:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
            env=SERVER_ENVIRONMENT,
            umask=0o077,
            **self._account.identity,
        )
        self._tell_watchdog(f"+{child.pid} {stop_signal}")
        return child

    def _tell_watchdog(self, line: str) -> None:
        if self._tethered:
            return
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", "-u", str(FOLDER / "watchdog.py")],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        assert self._watchdog.stdin
        with suppress(BrokenPipeError):
            self._watchdog.stdin.write(f"{line}\n".encode())
            self._watchdog.stdin.flush()


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true within `seconds`, looked at every few milliseconds."""
    ends_at = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends_at:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def end_leftover(pid_file: Path, folder: Path, seconds: float) -> None:
    """End what an owner who was killed left in `folder`; drop a pid file that tells of nothing.

    Only for the holder of the data folder's lock: whoever still runs there has no owner. It was
    told to stop when its owner died, so it first gets time to end in order.
    """
    pid = _pid_in(pid_file)
    if pid is None:
        return
    for stop_signal in (None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if not _works_in(pid, folder):
            break
        if stop_signal:
            with suppress(ProcessLookupError):
                os.kill(pid, stop_signal)
        until(lambda: not _works_in(pid, folder), seconds)
    pid_file.unlink(missing_ok=True)


def rotate(log: Path) -> None:
    """Keep one earlier log of about a megabyte."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def _pid_in(pid_file: Path) -> int | None:
    try:
        return abs(int(pid_file.read_text().split()[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _works_in(pid: int, folder: Path) -> bool:
    """Whether the process lives and works in the folder: after a reboot ids name others."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
        except OSError:
            return False
    asked = ["lsof", "-a", "-p", str(pid), "-d", "cwd", "-Fn"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return f"n{folder.resolve()}" in said.splitlines()


_LOG_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
