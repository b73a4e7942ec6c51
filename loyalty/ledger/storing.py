"""The ledger's statements: load what a batch needs, write what it made."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from msgspec.structs import astuple

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

# The rows are the tables' own, and ``member_totals``: the states begin with their columns.
_WRITE = """
WITH new_lots AS (
    INSERT INTO lot SELECT * FROM unnest($1::lot[])
), changed_lots AS (
    UPDATE lot SET remaining = changed.remaining, settled_at = changed.settled_at
    FROM unnest($2::lot[]) AS changed
    WHERE lot.member_id = changed.member_id AND lot.number = changed.number
), new_entries AS (
    INSERT INTO entry (member_id, number, kind, key, digest, at, available, pending, debt,
                       shortfall, cause, undoes, rule_version_id, breakdown, hash)
    SELECT member_id, number, kind, key, digest, at, available, pending, debt,
           shortfall, cause, undoes, rule_version_id, breakdown, hash
    FROM unnest($3::entry[])
), new_draws AS (
    INSERT INTO draw SELECT * FROM unnest($4::draw[])
)
UPDATE member
SET points_available = totals.available, points_pending = totals.pending,
    points_debt = totals.debt, idle_expires_at = totals.idle_expires_at,
    entry_count = totals.entry_count, lot_count = totals.lot_count, chain = totals.chain
FROM unnest($5::member_totals[]) AS totals
WHERE member.id = totals.member_id
"""

_LOT_WIDTH, _ENTRY_WIDTH, _TOTALS_WIDTH = 9, 15, 8
_PLACE = itemgetter(0, 1)
_KINDS = {kind.value: kind for kind in EntryKind}


async def entries(movements: Sequence[Movement]) -> dict[str, EntryState]:
    """Return, by key, the entries that movements made already and those that they build on."""
    keys = [movement.key for movement in movements]
    keys += [key for movement in movements for key in movement.references()]
    found = await db.fetch(_ENTRIES, [key for key in keys if is_writable(key)])
    return {
        key: EntryState(member_id, number, _KINDS[kind], key, *more)
        for member_id, number, kind, key, *more in found
    }


async def load(movements: Sequence[Movement], known: dict[str, EntryState] | None) -> Book:
    """Lock the members of a batch in id order and load what its movements build on.

    ``known`` are the entries that a look before the lock found; None: look now.
    """
    member_ids = sorted({member for movement in movements for member in movement.members()})
    accounts = {row[0]: Account(*row) for row in await db.fetch(_LOCK, member_ids)}
    found = await entries(movements) if known is None else dict(known)
    book = Book(accounts=accounts, entries=found)
    await _load_lots(book, movements)
    return book


async def _load_lots(book: Book, movements: Sequence[Movement]) -> None:
    drawing = {member for m in movements if _draws(m) for member in m.members()}
    drawing &= book.accounts.keys()
    if drawing:
        for row in await db.fetch(_OPEN_LOTS, list(drawing)):
            book.accounts[row["member_id"]].hold(LotState(*row))
    if not book.entries:
        return
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
    """Write what a batch made in one statement, member by member."""
    if not book.written:
        return
    members = {entry.member_id for entry in book.written}
    touched = [account for account in book.accounts.values() if account.member_id in members]
    lots = [lot for account in touched for lot in account.lots.values()]
    entries = [(*astuple(entry)[:_ENTRY_WIDTH], None) for entry in book.written]
    draws = [
        (entry.member_id, entry.number, lot_number, points)
        for entry in book.written
        for lot_number, points in entry.draws.items()
    ]
    await db.fetch(
        _WRITE,
        [astuple(lot)[:_LOT_WIDTH] for lot in lots if lot.is_new],
        [astuple(lot)[:_LOT_WIDTH] for lot in lots if lot.is_changed and not lot.is_new],
        sorted(entries, key=_PLACE),
        draws,
        [astuple(account)[:_TOTALS_WIDTH] for account in touched],
    )
