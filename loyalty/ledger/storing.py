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
    Forfeit,
    Move,
    MoveAll,
    MoveBack,
    Movement,
    Receive,
    Restore,
    Settle,
    Spend,
    is_writable,
)
from models import EntryKind, db

_LOCK = """
SELECT id, points_available, points_pending, points_debt, idle_expires_at, entry_count, lot_count,
       chain, merged_into_id, deleted_at
FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE
"""

_ENTRIES = """
SELECT member_id, number, kind, key, digest, at, available, pending, debt, shortfall
FROM entry WHERE key = ANY($1::text[])
"""

_LOT = """lot.member_id, lot.number, lot.entry_number, lot.points, lot.remaining, lot.earned_at,
       lot.settles_at, lot.settled_at, lot.expires_at, lot.origin_member_id, lot.origin_number"""

_OPEN_LOTS = f"""
SELECT {_LOT} FROM lot WHERE member_id = ANY($1::bigint[]) AND remaining > 0
"""

_NAMED_LOTS = f"""
SELECT {_LOT}
FROM unnest($1::bigint[], $2::integer[]) AS wanted (member_id, number)
JOIN lot USING (member_id, number)
"""

# The lot that an earning opened, and then those into which it moved.
_EARNED_LOTS = f"""
SELECT {_LOT},
       (SELECT coalesce(sum(draw.points), 0)::bigint
        FROM draw JOIN entry ON entry.member_id = draw.member_id
                            AND entry.number = draw.entry_number
        WHERE draw.member_id = lot.member_id AND draw.lot_number = lot.number
          AND entry.kind = 'expire') AS expired,
       (SELECT coalesce(sum(debt + shortfall - available - pending
                            + coalesce((breakdown ->> 'expired')::bigint, 0)), 0)::bigint
        FROM entry AS undoing WHERE undoing.undoes = earning.key) AS taken_back,
       (SELECT coalesce(sum((breakdown ->> 'expired')::bigint), 0)::bigint
        FROM entry AS undoing WHERE undoing.undoes = earning.key) AS let_off,
       earning.key
FROM entry AS earning
JOIN lot AS earned ON earned.member_id = earning.member_id
                  AND earned.entry_number = earning.number
CROSS JOIN LATERAL (
    SELECT * FROM lot WHERE lot.member_id = earned.member_id AND lot.number = earned.number
    UNION ALL
    SELECT * FROM lot WHERE origin_member_id = earned.member_id AND origin_number = earned.number
) AS lot
WHERE earning.key = ANY($1::text[]) AND earning.kind = 'earn'
ORDER BY lot.origin_member_id IS NOT NULL
"""

# A spending's draws; what its restores gave back to its lots, or opened anew from them elsewhere;
# and the lots of whoever received it.
_SPENT_DRAWS = f"""
SELECT coalesce(entry.undoes, entry.key) AS spend_key, entry.kind, draw.points AS drawn, {_LOT}
FROM entry JOIN draw ON draw.member_id = entry.member_id AND draw.entry_number = entry.number
           JOIN lot ON lot.member_id = draw.member_id AND lot.number = draw.lot_number
WHERE entry.key = ANY($1::text[]) OR (entry.undoes = ANY($1::text[]) AND entry.kind = 'restore')
UNION ALL
SELECT entry.undoes, entry.kind, -lot.points AS drawn, {_LOT}
FROM entry JOIN lot ON lot.member_id = entry.member_id AND lot.entry_number = entry.number
WHERE entry.undoes = ANY($1::text[]) AND entry.kind IN ('restore', 'move')
"""

# Who was merged with whom at some time, over any number of hands.
_KIN = """
WITH RECURSIVE kin AS (
    SELECT DISTINCT id AS member_id, id AS other_id FROM unnest($1::bigint[]) AS asked (id)
    UNION
    SELECT member_id, CASE WHEN root_id = kin.other_id THEN merge.other_id ELSE root_id END
    FROM kin JOIN merge ON kin.other_id IN (merge.other_id, root_id)
)
SELECT member_id, other_id FROM kin WHERE member_id <> other_id
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

_LOT_WIDTH, _ENTRY_WIDTH, _TOTALS_WIDTH = 11, 15, 8
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
    book = await locked(member for movement in movements for member in movement.members())
    book.entries = await entries(movements) if known is None else dict(known)
    await _load_lots(book, movements)
    return book


async def locked(member_ids: Iterable[int]) -> Book:
    """Lock members in id order and return what a batch works on, with nothing but their totals."""
    rows = await db.fetch(_LOCK, sorted(set(member_ids)))
    return Book(accounts={row[0]: Account(*row) for row in rows}, entries={})


async def load_open_lots(book: Book, member_ids: Iterable[int]) -> None:
    """Load all lots from which locked members could still spend."""
    drawing = book.accounts.keys() & set(member_ids)
    if drawing:
        for row in await db.fetch(_OPEN_LOTS, list(drawing)):
            book.accounts[row[0]].hold(LotState(*row))


async def _load_lots(book: Book, movements: Sequence[Movement]) -> None:
    await load_open_lots(book, {member for m in movements if _draws(m) for member in m.members()})
    named = [place for movement in movements for place in movement.lots()]
    if named:
        for row in await db.fetch(_NAMED_LOTS, *map(list, zip(*named, strict=True))):
            _hold(book, LotState(*row))
    if not book.entries:
        return
    await _load_kin(book, movements)
    earn_keys = _known(book, movements, (Settle, Cancel, ClawBack))
    if earn_keys:
        for row in await db.fetch(_EARNED_LOTS, earn_keys):
            _note_earned(book, row)
    spend_keys = _known(book, movements, (Restore, Receive))
    if spend_keys:
        rows = await db.fetch(_SPENT_DRAWS, spend_keys)
        for row in sorted(rows, key=lambda row: row["kind"] != EntryKind.SPEND.value):
            _note_spent(book, row)


async def _load_kin(book: Book, movements: Sequence[Movement]) -> None:
    """Look up who was merged with whom, where a movement builds on another member's entry."""
    strangers = {
        movement.member_id
        for movement in movements
        for key in movement.references()
        if key in book.entries and book.entries[key].member_id != movement.member_id
    }
    if strangers:
        rows = await db.fetch(_KIN, sorted(strangers))
        book.kin.update((row["member_id"], row["other_id"]) for row in rows)


def _note_earned(book: Book, row: db.Row) -> None:
    lot = _hold(book, LotState(*row[:-4]))
    book.earned.setdefault(row["key"], lot)
    book.taken_back[lot.home] = row["taken_back"]
    let_off = row["let_off"] if lot.origin_member_id is None else 0
    book.expired[lot.home] = book.expired.get(lot.home, 0) + row["expired"] - let_off


def _draws(movement: Movement) -> bool:
    if isinstance(movement, Earn):
        return movement.idle_expires_at is not None
    return isinstance(
        movement, Spend | ClawBack | Expire | Forfeit | Move | MoveAll | MoveBack | Adjust
    )


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


def _hold(book: Book, lot: LotState) -> LotState:
    """Take a lot into its account, if that is locked, and return it as it stands there."""
    account = book.accounts.get(lot.member_id)
    if account is None:
        return lot
    if lot.number not in account.lots:
        account.hold(lot)
    return account.lots[lot.number]


def _note_spent(book: Book, row: db.Row) -> None:
    key, spent = row["spend_key"], book.entries[row["spend_key"]]
    lot = _hold(book, LotState(*row[3:]))
    if row["kind"] == EntryKind.SPEND.value:
        spent.draws[lot.number] = row["drawn"]
        book.spent.setdefault(key, {})[lot.number] = lot
        return
    restored = book.restored.setdefault(key, {})
    if row["kind"] == EntryKind.MOVE.value:
        restored.update(spent.draws)
        return
    if lot.member_id == spent.member_id:
        restored[lot.number] = restored.get(lot.number, 0) - row["drawn"]
        return
    # opened by a restore elsewhere: it stands for the lots drawn from that have the same home
    left = lot.points
    for number, drawn_from in book.spent[key].items():
        back = min(left, spent.draws[number] - restored.get(number, 0))
        if back and drawn_from.home == lot.home:
            restored[number] = restored.get(number, 0) + back
            left -= back


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
