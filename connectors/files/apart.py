"""A reading parsed in a process of its own, while this one records.

Only for a reading whose file nothing else reads: parent and child share its place in the file.
"""

import ctypes
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from multiprocessing.connection import Connection
from typing import Any

from connectors.files.faults import FileFault
from connectors.files.packing import packed, unpacked
from connectors.files.taking import Reading, RowRead, Taken

ROWS_A_MESSAGE = 15_000
PR_SET_PDEATHSIG = 1


class Apart:
    """A reading whose ``taken`` comes from a child process; the rest is the reading's own."""

    joins_purchases = False

    def __init__(self, reading: Reading) -> None:
        assert not reading.joins_purchases, "what is joined is read in several places"
        self._reading = reading
        self._missed: dict[str, int] = {}
        self.digest = reading.digest
        self.name = reading.name
        self.family = reading.family
        self.shop = reading.shop

    def survey(self) -> tuple[int, int]:
        """Look through the file once, here, and return (rows, orders)."""
        return self._reading.survey()

    def latest(self) -> datetime | None:
        """Return the latest moment found by the survey, where dates are to be shifted by it."""
        return self._reading.latest()

    def missed(self) -> dict[str, int]:
        """Return how many keys each lookup table lacked, after reading."""
        return self._missed

    def taken(self, *, skip: int, shift_days: int, at: datetime) -> Iterator[Taken]:
        """Yield each order after the first ``skip`` ones, always in the same sequence.

        The child runs from the call on, a message or two ahead of what is taken.
        """
        context: Any = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe(duplex=False)
        wanted = partial(self._reading.taken, skip=skip, shift_days=shift_days, at=at)
        arguments = (os.getpid(), ours, theirs, wanted, self._reading.missed)
        child = context.Process(target=_read, args=arguments, daemon=True)
        child.start()
        theirs.close()
        return self._received(ours, child)

    def _received(self, ours: Connection, child: Any) -> Iterator[Taken]:
        try:
            while True:
                orders, (ends, rows, broken, missed) = unpacked(ours.recv_bytes())
                kept = _Rows(rows)
                for i, (number, row_count, *end) in enumerate(ends):
                    yield Taken(number, row_count, partial(kept.of, i), orders[i], None, *end)
                if broken:
                    raise broken
                if missed is not None:
                    self._missed = missed
                    return
        except (EOFError, OSError) as error:  # between two messages, or within one
            raise FileFault("reader_ended") from error
        finally:
            child.kill()
            child.join()
            ours.close()


class _Rows:
    """The rows of a message's orders, unpacked only where some are to be parked."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @cached_property
    def _rows(self) -> list[Any]:
        found: list[Any] = pickle.loads(self._packed)
        return found

    def of(self, i: int) -> list[RowRead]:
        """Return the rows of the message's order ``i``."""
        found: list[RowRead] = self._rows[i]()
        return found


def _read(parent: int, ours: Connection, theirs: Connection, wanted: Any, missed: Any) -> None:
    """Be the child: read, and tell; end when the parent does, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    ours.close()
    found: list[Taken] = []
    row_count = 0
    broken: FileFault | None = None
    try:
        for one in wanted():
            found.append(one)
            row_count += one.row_count
            if row_count >= ROWS_A_MESSAGE:
                theirs.send_bytes(_message(found, None, None))
                found, row_count = [], 0
    except FileFault as fault:
        broken = fault
    theirs.send_bytes(_message(found, broken, missed()))


def _message(
    taken: Sequence[Taken], broken: FileFault | None, missed: dict[str, int] | None
) -> bytes:
    """Pack orders, and at the end what broke the file off and what the lookups lacked."""
    ends = [(one.number, one.row_count, one.skipped, one.fault, one.remarks) for one in taken]
    rows = pickle.dumps([one.rows for one in taken], pickle.HIGHEST_PROTOCOL)
    return packed([one.order for one in taken], ends, rows, broken, missed)


def apart(reading: Reading) -> Reading:
    """Return the reading parsed in a process of its own, where it can be."""
    return reading if reading.joins_purchases or sys.platform != "linux" else Apart(reading)
