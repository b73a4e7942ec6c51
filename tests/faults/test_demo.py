"""The demo as its users run it: whatever dies comes back, whatever ends leaves nothing behind."""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.demos import Demo, demo, run, until
from tests.ports import free_port

PARTS = ("web", "worker", "simulator", "valkey", "postgres")
AGAIN_SECONDS = 60.0  # it takes about three, and longer on a busy machine


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Keep one data folder for the runs of this file."""
    folder = Path(tempfile.mkdtemp(prefix="jifen-tests-"))
    folder.chmod(0o711)
    yield folder / "data"
    shutil.rmtree(folder)


def refused(*arguments: str) -> str:
    """Run a demo that must not start, and return what it says."""
    told = run("demo", *arguments)
    assert (told.returncode, told.stdout) == (1, "")
    assert "Traceback" not in told.stderr
    return told.stderr.strip().splitlines()[-1]


def kill(running: Demo, part: str, consumer: str, expected: str) -> float:
    """Kill one part, and return after how many seconds she is answered as before."""
    pid = running.member(part)
    os.kill(pid, signal.SIGKILL)
    until(lambda: running.member_if_there(part) not in (None, pid), what=f"another {part}")
    return until(lambda: running.answers(consumer, expected), seconds=AGAIN_SECONDS, what=part)


@pytest.mark.timeout(300)
def test_each_part_of_the_demo_may_be_killed_and_then_the_whole(data: Path) -> None:
    port = free_port(neighbours=1)
    with demo(data, "--port", str(port)) as running:
        told = running.told
        assert told["page"] == f"http://127.0.0.1:{port}/"
        assert told["server"] == f"http://127.0.0.1:{port + 1}"
        wang = running.consumer("王金")
        running.play(f"consumers/{wang}/follow?wait=1", {})
        expected = running.says(wang, "积分")
        assert expected.startswith("您有 495 积分可用。")

        assert told["page"] in refused("--data", str(data))
        assert str(running.process.pid) in refused("--data", str(data), "--fresh")
        other = data.with_name("other")
        assert "--port" in refused("--data", str(other), "--port", str(port))
        assert running.answers(wang, expected), "nothing of that disturbed the one that runs"

        seconds = {part: kill(running, part, wang, expected) for part in PARTS}
        assert max(seconds.values()) < AGAIN_SECONDS
        verified = run("verify", "--data", str(data))
        assert (verified.returncode, "agrees" in verified.stdout) == (0, True), verified.stdout
        status, _, rest = running.end(signal.SIGKILL)
        assert (status, rest) == (-signal.SIGKILL, b"")
        until(lambda: not running.orphans(), what="the end of its family")

    with demo(data, "--port", str(port)) as again:
        assert again.answers(wang, expected)
        same = {**again.told, "pid": 0} == {**told, "pid": 0}
        assert same, "the same accounts, the same addresses"
        status, _, rest = again.end(signal.SIGTERM)
        assert (status, rest) == (0, b""), "one line on standard output, and no more"
        assert not again.orphans()


@pytest.mark.timeout(300)
def test_fresh_begins_with_nothing_and_ctrl_c_ends_it(data: Path) -> None:
    assert (data / "simulator.json").exists(), "this comes after the test above"
    with demo(data, "--fresh", "--port", str(free_port(neighbours=1))) as running:
        assert json.loads(running.line) == running.told
        consumers = running.play("state")["consumers"]
        assert [one["followed"] for one in consumers] == [False, False, False]
        status, _, rest = running.interrupt()
        assert (status, rest) == (0, b"")
        assert not running.orphans()


def test_a_folder_of_an_earlier_schema_is_refused_in_words(data: Path) -> None:
    schema = data / "schema"
    assert len(schema.read_text()) == 64, "this comes after the test above"
    schema.write_text("of before")
    assert "begin anew with --fresh" in refused("--data", str(data))
    schema.unlink()
    assert "begin anew with --fresh" in refused("--data", str(data))
