"""Write movements: a batch, in a constant number of round trips, however many members it touches.

Keys that are known are answered without a lock. The rest: lock the members in id order, load the
lots that are drawn from, apply the movements in their order in memory, and write entries, lots,
draws and totals. A key that another process took meanwhile collides, and the batch is done again
with a look under the lock.
"""

from collections.abc import Sequence

from msgspec import Struct

from loyalty.errors import LoyaltyError
from loyalty.ledger import storing
from loyalty.ledger.accounts import EntryState
from loyalty.ledger.book import Book, answered
from loyalty.ledger.movements import Movement
from loyalty.ledger.posting import post
from loyalty.outcomes import Fate, Outcome
from models import EntryKind, db

ATTEMPTS = 5


class Posted(Struct, frozen=True):
    """What a movement changed, in whole points. ``shortfall`` could not be taken back."""

    key: str
    kind: EntryKind
    available: int
    pending: int
    debt: int
    shortfall: int


async def record(movements: Sequence[Movement]) -> list[Outcome[Posted]]:
    """Apply movements in their order; one refused does not spoil the rest.

    Joins the caller's transaction; then a ``db.Collision`` with another process is the caller's to
    try again. Outcomes stand in the order of the movements: done, already done under the same key,
    or refused with ``no_such_member``, ``no_such_entry``, ``key_reused``, ``not_enough_points`` and
    the other codes of ``posting``.
    """
    if db.in_caller_transaction():
        return await _post_all(movements)
    known = await storing.entries(movements)
    book = Book(accounts={}, entries=known)
    fresh = [movement for movement in movements if movement.key not in known]
    if len(fresh) == len(movements):
        return await _in_own_transaction(movements, known)
    outcomes = iter(await _in_own_transaction(fresh, known) if fresh else [])
    return [
        _repeated(book, movement) if movement.key in known else next(outcomes)
        for movement in movements
    ]


async def record_one(movement: Movement) -> Posted:
    """Apply one movement.

    Raises:
        LoyaltyError: it was refused.
    """
    (outcome,) = await record([movement])
    return outcome.unwrap()


async def _in_own_transaction(
    movements: Sequence[Movement], known: dict[str, EntryState]
) -> list[Outcome[Posted]]:
    """Try again where another process took one of the keys between our look and our write."""
    for attempt in range(ATTEMPTS):
        try:
            async with db.transaction():
                return await _post_all(movements, None if attempt else known)
        except db.Collision:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


async def _post_all(
    movements: Sequence[Movement], known: dict[str, EntryState] | None = None
) -> list[Outcome[Posted]]:
    """Post a batch; ``known`` is what a look before the lock found, if there was one."""
    book = await storing.load(movements, known)
    outcomes = [_posted(book, movement) for movement in movements]
    if known is not None:
        await _look_again(book, movements, outcomes)
    await storing.write(book)
    return outcomes


async def _look_again(
    book: Book, movements: Sequence[Movement], outcomes: list[Outcome[Posted]]
) -> None:
    """Answer what was refused only because it was done after the look: its points are spent."""
    places = [place for place, outcome in enumerate(outcomes) if outcome.refusal is not None]
    if not places:
        return
    done = await storing.entries([movements[place] for place in places])
    book.entries.update(done)
    for place in places:
        if movements[place].key in done:
            outcomes[place] = _repeated(book, movements[place])


def _posted(book: Book, movement: Movement) -> Outcome[Posted]:
    try:
        if answered(book, movement) is not None:
            return _repeated(book, movement)
        return Outcome(Fate.DONE, _value(post(book, movement)))
    except LoyaltyError as refusal:
        return Outcome(Fate.REFUSED, refusal=refusal)


def _repeated(book: Book, movement: Movement) -> Outcome[Posted]:
    try:
        entry = answered(book, movement)
    except LoyaltyError as refusal:
        return Outcome(Fate.REFUSED, refusal=refusal)
    assert entry is not None
    return Outcome(Fate.ALREADY_DONE, _value(entry))


def _value(entry: EntryState) -> Posted:
    return Posted(
        entry.key, entry.kind, entry.available, entry.pending, entry.debt, entry.shortfall
    )
