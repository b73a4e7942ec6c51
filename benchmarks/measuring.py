"""Processor time of whole families of processes, cores of one's own, and the spread of rounds."""

import os
import socket
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class BenchmarkFailed(Exception):
    """A figure cannot be had, or an answer was wrong: a fast wrong answer is no answer."""


class Cores(Struct, frozen=True):
    """The first core for what is measured, the last for load and database; or all for all."""

    measured: int
    other: int

    @property
    def are_two(self) -> bool:
        return self.measured != self.other

    @property
    def all(self) -> set[int]:
        return set(range(self.measured, self.other + 1)) & os.sched_getaffinity(0)


class Spread(Struct, frozen=True):
    """What a figure was over the rounds; ``low`` and ``high`` are the worst rounds, none cut."""

    median: float
    low: float
    high: float
    rounds: int


def split_cores() -> Cores:
    """Return the first and the last core that we may use; the same one on a machine with one.

    Raises:
        BenchmarkFailed: not Linux.
    """
    if not PROC.joinpath("self", "stat").exists() or not hasattr(os, "sched_getaffinity"):
        raise BenchmarkFailed("the benchmarks read /proc and pin processes: they need Linux")
    ours = sorted(os.sched_getaffinity(0))
    return Cores(measured=ours[0], other=ours[-1])


def pin_family(pid: int, cores: set[int]) -> None:
    """Keep a process, its threads and its descendants on these cores; the unborn inherit it."""
    for member in family(pid):
        for task in _entries(PROC / str(member) / "task"):
            try:
                os.sched_setaffinity(int(task), cores)
            except ProcessLookupError:
                continue


def family(pid: int) -> list[int]:
    """Return a process and all its descendants that live."""
    children: dict[int, list[int]] = {}
    for entry in _entries(PROC):
        if entry.isdigit() and (fields := _stat(int(entry))):
            children.setdefault(int(fields[1]), []).append(int(entry))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def cpu_seconds(pid: int) -> float:
    """Return user and system time of a process, its threads and descendants, dead ones too."""
    ticks = 0
    for member in family(pid):
        fields = _stat(member)
        if fields:
            ticks += sum(map(int, fields[11:15]))  # utime stime cutime cstime
    return ticks / TICKS_PER_SECOND


def held_bytes(pid: int) -> int:
    """Return what a process and its descendants hold resident, each shared page counted once."""
    held = 0
    for member in family(pid):
        try:
            text = (PROC / str(member) / "smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        held += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return held * 1024


def parent_of(pid: int) -> int | None:
    """Return the parent of a process of this machine; None when there is no such process."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def name_of(pid: int) -> str:
    """Return the short name of a process; empty when there is no such process."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _stat(pid: int) -> list[str] | None:
    """Return the fields of /proc/PID/stat from the state on; the name before may hold blanks."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _entries(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, ProcessLookupError):
        return []


def spread(values: Sequence[float]) -> Spread:
    """Return median, lowest and highest."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def paired(ours: Sequence[float], peer: Sequence[float]) -> Spread:
    """Return the spread of ours / peer, each taken within one round."""
    return spread([one / other for one, other in zip(ours, peer, strict=True) if other])


def quantile(values: Iterable[float], part: float) -> float:
    """Return the value below which that part of all lies; 0 where there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, *, timeout_seconds: float) -> None:
    """Wait until somebody listens on a port of 127.0.0.1.

    Raises:
        BenchmarkFailed: nobody does in time.
    """
    ends_at = time.monotonic() + timeout_seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > ends_at:
                raise BenchmarkFailed(f"nothing listens on port {port}") from None
            time.sleep(0.05)
