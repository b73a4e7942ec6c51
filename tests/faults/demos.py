"""`jifen demo` as a process of its own, its family, and the phones in it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
JIFEN = (sys.executable, "-m", "jifen.cli")
# Whoever starts the tests may have servers of her own in mind.
OURS = ("DATABASE_URL", "REDIS_URL", "JIFEN_DATA", "JIFEN_MASTER_KEY", "JIFEN_PORT")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in OURS}
READY_SECONDS = 60.0

Json = dict[str, Any]


def until(true: Callable[[], bool], *, seconds: float = 60.0, what: str = "it") -> float:
    """Wait for something to be true and return how long that took."""
    began_at = time.monotonic()
    while not true():
        assert time.monotonic() < began_at + seconds, f"{what} took more than {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - began_at


def run(*arguments: str, seconds: float = 120.0) -> "subprocess.CompletedProcess[str]":
    """Run a command of jifen to its end."""
    return subprocess.run(
        [*JIFEN, *arguments],
        cwd=PROJECT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def parents() -> dict[int, int]:
    """Return the parent of every process that lives."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ProcessLookupError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(stat.parent.name)] = int(parent)
    return found


def family_of(pid: int) -> set[int]:
    """Return the processes that descend from one."""
    known = parents()
    found = {pid}
    while more := {child for child, parent in known.items() if parent in found} - found:
        found |= more
    return found - {pid}


def program_of(pid: int) -> str:
    """Return the name of the program that a process runs; "" where it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def listener_on(port: int, among: set[int]) -> int | None:
    """Return the process that listens on a port of 127.0.0.1."""
    wanted = f"0100007F:{port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[1] == wanted and row[3] == "0A"}
    for pid in among:
        with contextlib.suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(descriptor) in sockets:
                        return pid
    return None


class Demo:
    """One run of the demo."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.errors = data.with_suffix(".stderr")
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [*JIFEN, "demo", "--json", "--data", str(data), *arguments],
                cwd=PROJECT,
                env=ENVIRONMENT,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        self.line = self._first_line()
        self.told: Json = json.loads(self.line)
        self.members = family_of(self.process.pid)

    def _first_line(self) -> bytes:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"it ended with {self.process.wait()}: {self.errors.read_text()[-2000:]}"
        return line

    def end(self, number: int) -> tuple[int, float, bytes]:
        """Send a signal, and return exit status, how long it took, and what else was printed."""
        self.members |= family_of(self.process.pid)
        began_at = time.monotonic()
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, time.monotonic() - began_at, rest

    def interrupt(self) -> tuple[int, float, bytes]:
        """Press Ctrl-C: the terminal tells every process of the group."""
        self.members |= family_of(self.process.pid)
        began_at = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, time.monotonic() - began_at, rest

    def orphans(self) -> set[int]:
        """Return what lives on of its family."""
        return {pid for pid in parents() if pid in self.members and program_of(pid)}

    def member(self, name: str) -> int:
        """Return the process id of the web process, worker, simulator, postgres or valkey."""
        family = family_of(self.process.pid)
        if name in ("postgres", "valkey"):
            known = parents()
            servers = {pid for pid in family if program_of(pid).startswith(name)}
            (pid,) = {pid for pid in servers if known.get(pid) not in servers}
            return pid
        ports = {"simulator": self.told["page"], "web": self.told["server"]}
        found = {
            each: listener_on(int(address.rstrip("/").rsplit(":", 1)[1]), family)
            for each, address in ports.items()
        }
        if name in found:
            pid = found[name]
        else:
            known = parents()
            ours = {each for each in family if known.get(each) == self.process.pid}
            servers = {each for each in ours if program_of(each).startswith(("postgres", "valkey"))}
            (pid,) = ours - servers - set(found.values())
        assert pid is not None, f"no {name}"
        return pid

    def member_if_there(self, name: str) -> int | None:
        """Return its process id, or None while it is being started again."""
        try:
            return self.member(name)
        except (AssertionError, ValueError):
            return None

    def play(self, path: str, body: object = None) -> Json:
        """Call the simulator's control API."""
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.told['page']}play/{path}", data=content)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            told: Json = json.loads(answer.read())
        return told

    def consumer(self, nickname: str) -> str:
        consumers = self.play("state")["consumers"]
        return str(next(one["id"] for one in consumers if one["nickname"] == nickname))

    def says(self, consumer: str, content: str) -> str:
        """Let her write, and return what she reads."""
        draft = {"kind": "text", "content": content}
        told = self.play(f"consumers/{consumer}/messages?wait=1", draft)
        return " ".join(one.get("text", "") for one in told["bubbles"])

    def answers(self, consumer: str, expected: str) -> bool:
        """Say whether she is answered as before."""
        try:
            return self.says(consumer, "积分") == expected
        except OSError:
            return False


@contextlib.contextmanager
def demo(data: Path, *arguments: str) -> Iterator[Demo]:
    """Run a demo for a while; whatever happens it ends."""
    running = Demo(data, *arguments)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)
        until(lambda: not running.orphans(), what="the end of its family")
