"""Figures that others will quote: they must be of the right processes and of the right rounds."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.measuring import cpu_seconds, family, held_bytes, paired, pin_family, quantile
from benchmarks.reporting import Goal, against, alone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

BUSY = "import time\nwhile time.process_time() < 0.3: pass\nprint('busy no more', flush=True)\n"
PARENT = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\ninput()\n"


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[bytes]]:
    """Run a process whose child was busy for 0.3 s and has ended."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        yield process
        process.kill()


def test_time_of_a_child_that_ended_belongs_to_its_family(
    parent: subprocess.Popen[bytes],
) -> None:
    while len(family(parent.pid)) > 1:
        pass
    # the kernel tells user and system time in whole ticks, each rounded down
    assert cpu_seconds(parent.pid) >= 0.3 - 2 / os.sysconf("SC_CLK_TCK")


def test_a_pinned_family_stays_on_its_core(parent: subprocess.Popen[bytes]) -> None:
    core = min(os.sched_getaffinity(0))
    pin_family(parent.pid, {core})
    assert os.sched_getaffinity(parent.pid) == {core}


def test_memory_is_what_is_held() -> None:
    assert held_bytes(os.getpid()) > 10_000_000
    assert held_bytes(2**22 + 1) == 0


def test_a_ratio_is_taken_within_each_round_so_that_a_busy_machine_does_not_show() -> None:
    told = paired([100, 900, 100], [200, 1800, 200])
    assert (told.median, told.low, told.high) == (0.5, 0.5, 0.5)


def test_no_round_is_cut_from_the_spread() -> None:
    row = against("beside a peer", "us", [1, 1, 5], [2, 2, 2], goal=Goal("at_most", 0.5))
    assert (row.judged.low, row.judged.high, row.is_met) == (0.5, 2.5, True)


def test_a_goal_is_held_against_the_median() -> None:
    assert alone("p99", "ms", [40, 60, 70], goal=Goal("at_most", 50)).is_met is False
    assert alone("rate", "/s", [8, 9, 1], goal=Goal("at_least", 8)).is_met is True
    assert alone("rate", "/s", [8]).is_met is None


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert quantile(range(1, 101), 0.99) == 100
    assert quantile([], 0.99) == 0
