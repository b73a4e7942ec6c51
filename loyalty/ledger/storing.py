"""The ledger's statements: load what a batch needs, write what it made."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.book import Book
from loyalty.ledger.movements import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    Restore,
    Settle,
    Spend,
    is_writable,
)
from models import EntryKind, db

_LOCK = """
SELECT id, points_available, points_pending, points_debt, idle_expires_at, entry_count, lot_count,
       chain
FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
"""

_ENTRIES = """
SELECT member_id, number, kind, key, digest, at, available, pending, debt, shortfall
FROM entry WHERE key = ANY($1::text[])
"""

_OPEN_LOTS = """
SELECT member_id, number, entry_number, points, remaining, earned_at, settles_at, settled_at,
       expires_at
FROM lot WHERE member_id = ANY($1::bigint[]) AND remaining > 0
"""

_EARNED_LOTS = """
SELECT lot.member_id, lot.number, lot.entry_number, lot.points, lot.remaining, lot.earned_at,
       lot.settles_at, lot.settled_at, lot.expires_at,
       (SELECT coalesce(sum(draw.points), 0)::bigint
        FROM draw JOIN entry ON entry.member_id = draw.member_id
                            AND entry.number = draw.entry_number
        WHERE draw.member_id = lot.member_id AND draw.lot_number = lot.number
          AND entry.kind = 'expire') AS expired,
       (SELECT coalesce(sum(debt + shortfall - available - pending
                            + coalesce((breakdown ->> 'expired')::bigint, 0)), 0)::bigint
        FROM entry AS undoing WHERE undoing.undoes = entry.key) AS taken_back,
       (SELECT coalesce(sum((breakdown ->> 'expired')::bigint), 0)::bigint
        FROM entry AS undoing WHERE undoing.undoes = entry.key) AS let_off
FROM entry JOIN lot ON lot.member_id = entry.member_id AND lot.entry_number = entry.number
WHERE entry.key = ANY($1::text[])
"""

_SPENT_DRAWS = """
SELECT coalesce(entry.undoes, entry.key) AS spend_key, entry.kind, draw.points AS drawn,
       lot.member_id, lot.number, lot.entry_number, lot.points, lot.remaining, lot.earned_at,
       lot.settles_at, lot.settled_at, lot.expires_at
FROM entry JOIN draw ON draw.member_id = entry.member_id AND draw.entry_number = entry.number
           JOIN lot ON lot.member_id = draw.member_id AND lot.number = draw.lot_number
WHERE entry.key = ANY($1::text[]) OR (entry.undoes = ANY($1::text[]) AND entry.kind = 'restore')
"""

_WRITE = """
WITH new_lots AS (
    INSERT INTO lot (member_id, number, entry_number, points, remaining, earned_at, settles_at,
                     settled_at, expires_at)
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::bigint[], $5::bigint[],
                         $6::timestamptz[], $7::timestamptz[], $8::timestamptz[],
                         $9::timestamptz[])
), changed_lots AS (
    UPDATE lot SET remaining = changed.remaining, settled_at = changed.settled_at
    FROM unnest($10::bigint[], $11::int[], $12::bigint[], $13::timestamptz[])
         AS changed (member_id, number, remaining, settled_at)
    WHERE lot.member_id = changed.member_id AND lot.number = changed.number
), new_entries AS (
    INSERT INTO entry (member_id, number, kind, key, digest, at, available, pending, debt,
                       shortfall, cause, undoes, rule_version_id, breakdown, hash)
    SELECT * FROM unnest($14::bigint[], $15::int[], $16::text[], $17::text[], $18::bytea[],
                         $19::timestamptz[], $20::bigint[], $21::bigint[], $22::bigint[],
                         $23::bigint[], $24::text[], $25::text[], $26::bigint[], $27::jsonb[],
                         $28::bytea[])
), new_draws AS (
    INSERT INTO draw (member_id, entry_number, lot_number, points)
    SELECT * FROM unnest($29::bigint[], $30::int[], $31::int[], $32::bigint[])
)
UPDATE member
SET points_available = total.available, points_pending = total.pending,
    points_debt = total.debt, idle_expires_at = total.idle_expires_at,
    entry_count = total.entry_count, lot_count = total.lot_count, chain = total.chain
FROM unnest($33::bigint[], $34::bigint[], $35::bigint[], $36::bigint[], $37::timestamptz[],
            $38::int[], $39::int[], $40::bytea[])
     AS total (id, available, pending, debt, idle_expires_at, entry_count, lot_count, chain)
WHERE member.id = total.id
"""

_LOT_FIELDS = (
    "member_id",
    "number",
    "entry_number",
    "points",
    "remaining",
    "earned_at",
    "settles_at",
    "settled_at",
    "expires_at",
)
_ENTRY_FIELDS = (
    "member_id",
    "number",
    "kind",
    "key",
    "digest",
    "at",
    "available",
    "pending",
    "debt",
    "shortfall",
    "cause",
    "undoes",
    "rule_version_id",
    "breakdown",
    "hash",
)
_TOTAL_FIELDS = (
    "member_id",
    "available",
    "pending",
    "debt",
    "idle_expires_at",
    "entry_count",
    "lot_count",
    "chain",
)

_CHANGE_FIELDS = ("member_id", "number", "remaining", "settled_at")
_DRAW_FIELDS = ("member_id", "entry_number", "lot_number", "points")
_BREAKDOWN = _ENTRY_FIELDS.index("breakdown")
_LOT_ROW = attrgetter(*_LOT_FIELDS)
_CHANGE_ROW = attrgetter(*_CHANGE_FIELDS)
_ENTRY_ROW = attrgetter(*_ENTRY_FIELDS)
_TOTAL_ROW = attrgetter(*_TOTAL_FIELDS)

# Below, the round trips of COPY cost more than it saves.
COPY_FROM = 200


async def entries(keys: Sequence[str]) -> dict[str, EntryState]:
    """Return the entries that exist under these keys."""
    return {
        row["key"]: EntryState(
            row["member_id"],
            row["number"],
            EntryKind(row["kind"]),
            row["key"],
            row["digest"],
            row["at"],
            row["available"],
            row["pending"],
            row["debt"],
            row["shortfall"],
        )
        for row in await db.fetch(_ENTRIES, [key for key in keys if is_writable(key)])
    }


async def load(movements: Sequence[Movement]) -> Book:
    """Lock the members of a batch in id order and load what its movements build on."""
    member_ids = sorted({member for movement in movements for member in movement.members()})
    accounts = {
        row["id"]: Account(row["id"], *row[1:]) for row in await db.fetch(_LOCK, member_ids)
    }
    keys = [movement.key for movement in movements]
    keys += [key for movement in movements for key in movement.references()]
    book = Book(accounts=accounts, entries=await entries(keys))
    await _load_lots(book, movements)
    return book


async def _load_lots(book: Book, movements: Sequence[Movement]) -> None:
    drawing = {member for m in movements if _draws(m) for member in m.members()}
    drawing &= book.accounts.keys()
    if drawing:
        for row in await db.fetch(_OPEN_LOTS, list(drawing)):
            book.accounts[row["member_id"]].hold(LotState(*row))
    earn_keys = _known(book, movements, (Settle, Cancel, ClawBack))
    if earn_keys:
        for row in await db.fetch(_EARNED_LOTS, earn_keys):
            _hold(book, LotState(*row[:-3]))
            place = (row["member_id"], row["number"])
            book.taken_back[place] = row["taken_back"]
            book.expired[place] = row["expired"] - row["let_off"]
    spend_keys = _known(book, movements, (Restore,))
    if spend_keys:
        for row in await db.fetch(_SPENT_DRAWS, spend_keys):
            _hold(book, LotState(*row[3:]))
            _note_spent(book, row)


def _draws(movement: Movement) -> bool:
    if isinstance(movement, Earn):
        return movement.idle_expires_at is not None
    return isinstance(movement, Spend | ClawBack | Expire | Move | Adjust)


def _known(
    book: Book, movements: Iterable[Movement], kinds: tuple[type[Movement], ...]
) -> list[str]:
    return [
        key
        for movement in movements
        if isinstance(movement, kinds)
        for key in movement.references()
        if key in book.entries
    ]


def _hold(book: Book, lot: LotState) -> None:
    account = book.accounts.get(lot.member_id)
    if account is not None and lot.number not in account.lots:
        account.hold(lot)


def _note_spent(book: Book, row: db.Row) -> None:
    key, lot, drawn = row["spend_key"], row["number"], row["drawn"]
    if row["kind"] == EntryKind.SPEND.value:
        book.entries[key].draws[lot] = drawn
    else:
        restored = book.restored.setdefault(key, {})
        restored[lot] = restored.get(lot, 0) - drawn


async def write(book: Book) -> None:
    """Write what a batch made: in one statement, or its new rows by COPY where they are many."""
    if not book.written:
        return
    touched = {entry.member_id for entry in book.written}
    lots = [lot for member in touched for lot in book.accounts[member].lots.values()]
    changed = [lot for lot in lots if lot.is_changed and not lot.is_new]
    new_lots = [_LOT_ROW(lot) for lot in lots if lot.is_new]
    fresh = [_entry_row(entry) for entry in book.written]
    draws = [
        (entry.member_id, entry.number, lot_number, points)
        for entry in book.written
        for lot_number, points in entry.draws.items()
    ]
    if len(fresh) >= COPY_FROM:
        await db.copy("lot", _LOT_FIELDS, new_lots)
        await db.copy("entry", _ENTRY_FIELDS, fresh)
        await db.copy("draw", _DRAW_FIELDS, draws)
        new_lots, fresh, draws = [], [], []
    await db.fetch(
        _WRITE,
        *_columns(new_lots, len(_LOT_FIELDS)),
        *_columns([_CHANGE_ROW(lot) for lot in changed], len(_CHANGE_FIELDS)),
        *_columns(fresh, len(_ENTRY_FIELDS)),
        *_columns(draws, len(_DRAW_FIELDS)),
        *_columns(
            [_TOTAL_ROW(book.accounts[member]) for member in sorted(touched)], len(_TOTAL_FIELDS)
        ),
    )


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _entry_row(entry: EntryState) -> tuple[object, ...]:
    row: tuple[object, ...] = _ENTRY_ROW(entry)
    if entry.breakdown is None:
        return row
    return (*row[:_BREAKDOWN], entry.breakdown.decode(), *row[_BREAKDOWN + 1 :])
