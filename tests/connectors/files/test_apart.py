"""A reading parsed in a process of its own tells what it tells here, and its end is noticed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import apart, command, importing, plan
from connectors.files.faults import FileFault
from connectors.files.taking import Reading, Taken
from models import ImportedFile, Purchase
from tests.connectors.files.conftest import NOW, Import
from tests.connectors.files.test_import import child, hurry, money, moved_past, taking_time, till
from tests.connectors.files.test_mapping import FIRST


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def opened(table: Path, mapping: Path, stack: ExitStack) -> Reading:
    [reading] = plan.by_mapping([table], mapping, stack)
    reading.survey()
    return reading


def told(one: Taken) -> tuple[object, ...]:
    fault = one.fault and (one.fault.code, one.fault.column, one.fault.row, one.fault.figures)
    return one.number, one.row_count, one.order, one.skipped, fault, one.remarks, one.rows()


def as_parquet(table: Path) -> Path:
    """Write a table's rows as texts into a Parquet file beside it."""
    names, *rows = (line.split(",") for line in table.read_text("utf-8").splitlines())
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), table.with_suffix(".parquet"))  # type: ignore[no-untyped-call]
    return table.with_suffix(".parquet")


@pytest.mark.parametrize("parquet", [False, True])
def test_another_process_tells_the_same_orders_faults_and_rows(
    tmp_path: Path, stack: ExitStack, parquet: bool
) -> None:
    table, mapping = till(tmp_path, 9_000, bad=700)
    void = FIRST.replace("0105,1,", "0105,x,").replace(",ok,", ",void,")
    table.write_text(table.read_text("utf-8") + void + FIRST.replace("0105", "0106"), "utf-8")
    if parquet:
        table = as_parquet(table)
    reading = opened(table, mapping, stack)
    here = [told(one) for one in reading.taken(skip=5, shift_days=3, at=NOW)]
    beside = apart.Apart(reading)
    there = [told(one) for one in beside.taken(skip=5, shift_days=3, at=NOW)]
    assert len(here) == 8_997
    assert there == here
    assert beside.missed() == reading.missed() == {"goods": 1}


def test_what_stood_before_a_break_comes_before_it(tmp_path: Path, stack: ExitStack) -> None:
    table, mapping = till(tmp_path, 30)
    table.write_text(table.read_text("utf-8") + FIRST[:20], "utf-8")
    taken = apart.Apart(opened(table, mapping, stack)).taken(skip=0, shift_days=0, at=NOW)
    found = []
    with pytest.raises(FileFault, match="cut_in_the_middle"):
        found.extend(taken)
    assert 0 < len(found) <= 30


def test_a_reader_that_is_killed_is_a_fault_and_one_that_is_left_ends(
    tmp_path: Path, stack: ExitStack
) -> None:
    others = set(children())  # of other tests: a browser, servers
    table, mapping = till(tmp_path, 9_000)
    reading = opened(table, mapping, stack)
    taken = apart.Apart(reading).taken(skip=0, shift_days=0, at=NOW)
    next(taken)
    [pid] = set(children()) - others
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(FileFault, match="reader_ended"):
        list(taken)
    with closing(apart.Apart(reading).taken(skip=0, shift_days=0, at=NOW)) as left:
        next(left)
        assert len(set(children()) - others) == 1
    assert not set(children()) - others


def children(pid: int | None = None) -> list[int]:
    own = pid or os.getpid()
    told = Path(f"/proc/{own}/task/{own}/children").read_text()
    return [int(one) for one in told.split()]


@pytest.fixture
async def running(
    jifen_import: Import, database_url: str, tmp_path: Path
) -> AsyncIterator[tuple[int, Path, Path]]:
    """Give the process id of an import that has recorded something, with its files."""
    table, mapping = till(tmp_path, 9_000)
    async with taking_time():
        process = child(database_url, table, "--mapping", mapping, "--batch", 200)
        await moved_past(0)
        yield process.pid, table, mapping
        process.kill()
        process.wait()


async def test_a_killed_reader_stops_the_import_which_goes_on_when_called_again(
    running: tuple[int, Path, Path], jifen_import: Import
) -> None:
    pid, table, mapping = running
    [reader] = children(pid)
    os.kill(reader, signal.SIGKILL)
    ended, status = await asyncio.to_thread(os.waitpid, pid, 0)
    assert (ended, os.waitstatus_to_exitcode(status)) == (pid, 1)
    known = await ImportedFile.get()
    assert known.finished_at is None
    assert await Purchase.all().count() == known.orders_read < 9_000
    await hurry()
    said = await jifen_import(table, "--mapping", mapping)
    assert said.status == 0
    assert await money() == (9_000, 18_000, 9_000 * 2000, 9_000 * 1800)


async def test_a_killed_import_leaves_no_reader_behind(running: tuple[int, Path, Path]) -> None:
    pid, _, _ = running
    [reader] = children(pid)
    os.kill(pid, signal.SIGKILL)
    for _ in range(600):
        if not is_alive(reader):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the reader outlives the import")


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_buyers_orders_stay_in_one_lane_and_buyers_are_shared_out(
    tmp_path: Path, stack: ExitStack
) -> None:
    table, mapping = till(tmp_path, 200)
    lanes: dict[str, set[int]] = {}
    for one in opened(table, mapping, stack).taken(skip=0, shift_days=0, at=NOW):
        assert one.order is not None
        buyer = one.order.buyer[0].value
        lanes.setdefault(buyer, set()).add(importing._lane_of(one, importing.LANES))
    assert {len(found) for found in lanes.values()} == {1}
    assert set.union(*lanes.values()) == set(range(importing.LANES))


async def test_points_are_the_same_however_often_an_import_was_cut_off(
    jifen_import: Import, database_url: str, tmp_path: Path
) -> None:
    table, mapping = till(tmp_path, 1_000)
    async with taking_time():
        for _ in range(2):
            stands = sum([one.orders_read for one in await ImportedFile.all()])
            process = child(database_url, table, "--mapping", mapping, "--batch", 30)
            await moved_past(stands)
            process.send_signal(signal.SIGINT)
            await asyncio.to_thread(process.wait)
    said = await jifen_import(table, "--mapping", mapping, "--batch", 70)
    assert said.status == command.DONE
    assert "recorded 1,000 orders with 2,000 lines" in said.text
    assert (await ImportedFile.get()).orders_read == 1_000
    assert await money() == (1_000, 2_000, 1_000 * 2000, 1_000 * 1800)
