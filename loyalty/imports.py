"""Files on their way in: a batch of orders recorded together with how far the file has come."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from loyalty import purchases
from loyalty.errors import Conflict, LoyaltyError
from loyalty.orders import Order
from loyalty.outcomes import Fate
from models import db

ROWS_A_PAGE = 1_000
GIVEN_BACK_SECONDS = 3.0  # after which what a killed process held is free for certain


class RowParked(Struct, frozen=True):
    """A row of an order that cannot be recorded, as it was read, with the reason."""

    place: int
    file: str
    row_number: int
    order_number: str
    cells: list[tuple[str, str]]
    code: str
    column: str = ""
    figures: dict[str, Any] = {}


class Batch(Struct, frozen=True):
    """Orders of one lane of a file. ``rows_of(i, refusal)`` returns the rows to park for order i.

    All orders of the lane among the file's orders in [``begins``, ``ends``) are in it.
    """

    lane: int
    begins: int
    ends: int
    orders: Sequence[Order]
    rows_of: Callable[[int, LoyaltyError], list[RowParked]]
    parked: Sequence[RowParked]
    counts: "Counts"
    numbers: Sequence[str]
    order_count: int
    row_count: int


class Counts(Struct):
    """What became of a file's orders, and the money of those recorded, in minor units."""

    recorded: int = 0
    unchanged: int = 0
    lines: int = 0
    points: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0
    freight_fen: int = 0
    discount_fen: int = 0
    parked_rows: int = 0
    skipped: dict[str, int] = {}
    parked: dict[str, int] = {}
    remarks: dict[str, int] = {}

    def add(self, more: "Counts") -> None:
        """Add another batch's counts to these."""
        for name in self.__struct_fields__:
            mine, other = getattr(self, name), getattr(more, name)
            if isinstance(mine, dict):
                setattr(
                    self, name, {k: mine.get(k, 0) + other.get(k, 0) for k in {**mine, **other}}
                )
            else:
                setattr(self, name, mine + other)


class Imported(Struct, frozen=True):
    """How far a file has come: how many orders and rows are done with, and where each lane stands.

    A lane is a share of the buyers. It is done with all its orders among the first ``lanes[i]``.
    """

    id: int
    lanes: tuple[int, ...]
    shift_days: int
    orders_read: int
    rows_read: int
    counts: Counts
    started_at: datetime
    finished_at: datetime | None


async def find(digest: bytes) -> Imported | None:
    """Return how far a reading has come, or None where it never began."""
    rows = await db.fetch("SELECT * FROM imported_file WHERE digest = $1", digest)
    return _imported(rows[0]) if rows else None


def _imported(row: db.Row) -> Imported:
    return Imported(
        id=row["id"],
        lanes=tuple(row["lanes"]),
        shift_days=row["shift_days"],
        orders_read=row["orders_read"],
        rows_read=row["rows_read"],
        counts=msgspec.json.decode(row["counts"], type=Counts),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )


async def begin(
    digest: bytes, *, name: str, family: str, shop: str, shift_days: int, lanes: int, at: datetime
) -> Imported:
    """Note that a file is being read, or return how far an earlier run of it came."""
    await db.fetch(
        "INSERT INTO imported_file (digest, name, family, shop, shift_days, lanes, counts,"
        " started_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, array_fill(0::bigint, ARRAY[$6::int]), $7::text::jsonb,"
        " $8, $8)"
        " ON CONFLICT (digest) DO NOTHING",
        digest,
        name,
        family,
        shop,
        shift_days,
        lanes,
        msgspec.json.encode(Counts()).decode(),
        at,
    )
    found = await find(digest)
    assert found is not None
    return found


@asynccontextmanager
async def alone(digest: bytes) -> AsyncIterator[None]:
    """Keep other processes from importing a file while the block runs.

    Raises:
        Conflict: ``import_moved_on``: another process imports the same file.
    """
    name = f"import:{digest.hex()}"
    async with db.alone(name, within_seconds=GIVEN_BACK_SECONDS) as is_ours:
        if not is_ours:
            raise Conflict("import_moved_on")
        yield


async def restart(file_id: int, *, at: datetime) -> None:
    """Let a file be read again from its first row; what it parked is judged anew."""
    async with db.transaction():
        await db.fetch(
            "UPDATE imported_file SET orders_read = 0, rows_read = 0, counts = $2::text::jsonb,"
            " lanes = array_fill(0::bigint, ARRAY[cardinality(lanes)]),"
            " updated_at = $3, finished_at = NULL WHERE id = $1",
            file_id,
            msgspec.json.encode(Counts()).decode(),
            at,
        )
        await db.fetch("DELETE FROM parked_row WHERE imported_file_id = $1", file_id)


async def finish(file_id: int, *, orders_read: int, at: datetime) -> None:
    """Note that a file was read to its end."""
    await db.fetch(
        "UPDATE imported_file SET finished_at = $3, updated_at = $3"
        " WHERE id = $1 AND orders_read = $2",
        file_id,
        orders_read,
        at,
    )


async def record_batch(file_id: int, batch: Batch, *, at: datetime) -> Imported:
    """Record a lane's next orders, park what is refused, and move the lane on: all or none.

    Returns how far the file has come with it.

    Raises:
        Conflict: ``import_moved_on``: another process imports the same file.
    """
    async with db.transaction():
        counts = msgspec.convert(msgspec.to_builtins(batch.counts), Counts)
        refused = await _record(batch, counts, at=at)
        await _resolve(file_id, batch.numbers, at=at)
        await _park(file_id, [*batch.parked, *refused], at=at)
        return await _move_on(file_id, batch, counts, at=at)


async def _move_on(file_id: int, batch: Batch, counts: Counts, *, at: datetime) -> Imported:
    """Add a batch to what the file has come to, last of all: lanes wait here for one another."""
    rows = await db.fetch("SELECT * FROM imported_file WHERE id = $1 FOR UPDATE", file_id)
    file = _imported(rows[0])
    if file.lanes[batch.lane] != batch.begins:
        raise Conflict("import_moved_on", orders_read=file.orders_read)
    total = file.counts
    total.add(counts)
    lanes = tuple(
        batch.ends if lane == batch.lane else stands for lane, stands in enumerate(file.lanes)
    )
    moved = msgspec.structs.replace(
        file,
        lanes=lanes,
        orders_read=file.orders_read + batch.order_count,
        rows_read=file.rows_read + batch.row_count,
        counts=total,
    )
    await db.fetch(
        "UPDATE imported_file SET lanes = $2, orders_read = $3, rows_read = $4,"
        " counts = $5::text::jsonb, updated_at = $6 WHERE id = $1",
        file_id,
        list(moved.lanes),
        moved.orders_read,
        moved.rows_read,
        msgspec.json.encode(total).decode(),
        at,
    )
    return moved


async def _record(batch: Batch, counts: Counts, *, at: datetime) -> list[RowParked]:
    """Record the orders, count what became of them, and return the rows of those refused."""
    refused: list[RowParked] = []
    outcomes = await purchases.record(batch.orders, at=at) if batch.orders else []
    for i, (order, outcome) in enumerate(zip(batch.orders, outcomes, strict=True)):
        if outcome.refusal is not None:
            rows = batch.rows_of(i, outcome.refusal)
            code = outcome.refusal.code
            counts.parked[code] = counts.parked.get(code, 0) + 1
            counts.parked_rows += len(rows)
            refused.extend(rows)
        elif outcome.fate is Fate.ALREADY_DONE:
            counts.unchanged += 1
        else:
            _count(counts, order, points=outcome.unwrap().points)
    return refused


def _count(counts: Counts, order: Order, *, points: int) -> None:
    counts.recorded += 1
    counts.lines += len(order.lines)
    counts.points += points
    counts.paid_fen += order.paid_fen
    counts.refunded_fen += order.refunded_fen
    counts.freight_fen += order.freight_fen
    counts.discount_fen += (
        order.discount_shop_fen + order.discount_platform_fen + order.discount_talent_fen
    )


async def _resolve(file_id: int, numbers: Sequence[str], *, at: datetime) -> None:
    """Close what earlier files parked of orders that this file brings again."""
    await db.fetch(
        "UPDATE parked_row SET resolved_at = $3 FROM imported_file earlier, imported_file now"
        " WHERE parked_row.order_number = ANY($2) AND parked_row.resolved_at IS NULL"
        " AND parked_row.imported_file_id = earlier.id AND now.id = $1 AND earlier.id < now.id"
        " AND earlier.family = now.family AND earlier.shop = now.shop",
        file_id,
        list(numbers),
        at,
    )


async def _park(file_id: int, rows: Sequence[RowParked], *, at: datetime) -> None:
    if not rows:
        return
    await db.fetch(
        "INSERT INTO parked_row (imported_file_id, place, file, row_number, column_name, code,"
        " figures, order_number, cells, parked_at)"
        " SELECT $1, place, file, row_number, column_name, code, figures::jsonb, order_number,"
        " cells::jsonb, $10 FROM unnest($2::int[], $3::text[], $4::bigint[], $5::text[],"
        " $6::text[], $7::text[], $8::text[], $9::text[])"
        " AS parked (place, file, row_number, column_name, code, figures, order_number, cells)"
        " ON CONFLICT (imported_file_id, place, row_number) DO NOTHING",
        file_id,
        [row.place for row in rows],
        [row.file for row in rows],
        [row.row_number for row in rows],
        [row.column for row in rows],
        [row.code for row in rows],
        [msgspec.json.encode(row.figures, enc_hook=str).decode() for row in rows],
        [row.order_number for row in rows],
        [msgspec.json.encode(row.cells).decode() for row in rows],
        at,
    )


def parked_row(row: db.Row) -> RowParked:
    """Return a stored parked row as it was parked."""
    return RowParked(
        place=row["place"],
        file=row["file"],
        row_number=row["row_number"],
        order_number=row["order_number"],
        cells=msgspec.json.decode(row["cells"], type=list[tuple[str, str]]),
        code=row["code"],
        column=row["column_name"],
        figures=msgspec.json.decode(row["figures"], type=dict[str, Any]),
    )


async def open_rows(file_ids: Sequence[int] | None) -> AsyncIterator[list[RowParked]]:
    """Yield the unresolved parked rows of these files, or of all, a page at a time."""
    after = 0
    while True:
        page = await db.fetch(
            "SELECT * FROM parked_row WHERE id > $1 AND resolved_at IS NULL"
            " AND ($2::bigint[] IS NULL OR imported_file_id = ANY($2)) ORDER BY id LIMIT $3",
            after,
            None if file_ids is None else list(file_ids),
            ROWS_A_PAGE,
        )
        if not page:
            return
        after = page[-1]["id"]
        yield [parked_row(row) for row in page]
