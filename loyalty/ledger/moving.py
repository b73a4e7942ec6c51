"""How points change hands: a part as a gift, or a whole account where two customers are one."""

from datetime import datetime
from operator import attrgetter

from loyalty.errors import NotFound, Refused
from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.book import Book
from loyalty.ledger.movements import Move, MoveAll, MoveBack, Receive
from loyalty.ledger.steps import check_enough, check_points, lapse, pay_debt
from models import EntryKind

AnyMove = Move | MoveAll | MoveBack


def move(book: Book, movement: Move) -> EntryState:
    """Hand points over and return the giver's entry.

    Raises:
        Refused: ``same_member``, ``not_enough_points``, ``points_out_of_range``.
    """
    source, target = pair(book, movement)
    check_points(movement.points)
    lots = source.spendable(movement.at)
    check_enough(movement.points, lots)
    out, into = begin(book, movement, key=movement.key)
    give(source, out, target, into, lots=lots, points=movement.points)
    book.close(source, out)
    book.close(target, into)
    pay_debt(book, movement, target, lots=into.opened)
    return out


def receive_spent(book: Book, movement: Receive) -> EntryState:
    """Open for a member all that another spent on her, lot by lot, and return the entry.

    Raises:
        NotFound: ``no_such_entry``: there is no such spending.
        Refused: ``more_than_spent``: some of it went back, or to another, already.
        Conflict: ``member_was_merged``.
    """
    key = movement.spend_key
    account, giver = book.own_account(movement.member_id), book.account(movement.from_member_id)
    spent = book.entries.get(key)
    if spent is None or spent.kind is not EntryKind.SPEND:
        raise NotFound("no_such_entry", key=key, kind=EntryKind.SPEND.value)
    restored = book.restored.setdefault(key, {})
    wanted, gone = sum(spent.draws.values()), sum(restored.values())
    if gone or not wanted:
        raise Refused("more_than_spent", wanted=wanted, left=wanted - gone)
    entry = book.begin(account, movement, undoes=key)
    for number, points in sorted(spent.draws.items()):
        lot = book.spent[key][number]
        receive(account, entry, lot, points=points, expires_at=giver.idle_expires_at)
        restored[number] = points
    book.close(account, entry)
    pay_debt(book, movement, account, lots=entry.opened)
    return entry


def pair(book: Book, movement: AnyMove) -> tuple[Account, Account]:
    """Return giver and receiver.

    Raises:
        Refused: ``same_member``. Conflict: ``member_was_merged``.
    """
    source = book.own_account(movement.member_id)
    target = book.own_account(movement.to_member_id)
    if source is target:
        raise Refused("same_member", member_id=movement.member_id)
    return source, target


def begin(book: Book, movement: AnyMove, *, key: str) -> tuple[EntryState, EntryState]:
    """Open the giver's and the receiver's entry."""
    source, target = pair(book, movement)
    return (
        book.begin(source, movement, key=key),
        book.begin(target, movement, key=f"{key}:in"),
    )


def give(
    source: Account,
    out: EntryState,
    target: Account,
    into: EntryState,
    *,
    lots: list[LotState],
    points: int,
) -> int:
    """Hand over up to so many points of lots, theirs from now on; return what was not there."""
    for lot in lots:
        given = min(points, lot.remaining)
        if given:
            source.draw(out, lot, given)
            receive(target, into, lot, points=given, expires_at=source.idle_expires_at)
            points -= given
    return points


def move_all(book: Book, movement: MoveAll) -> EntryState:
    """Hand over all that lives, and what is owed; return the giver's entry of what is settled.

    Raises:
        Refused: ``same_member``.
    """
    source, target = pair(book, movement)
    lapse(book, movement, source, key=f"{movement.key}:lapsed")
    lapse(book, movement, target, key=f"{movement.key}:in:lapsed")
    moments = [one for one in (source.idle_expires_at, target.idle_expires_at) if one]
    target.idle_expires_at = max(moments, default=None)
    lots = [lot for lot in source.lots.values() if lot.remaining]
    pending = [lot for lot in lots if lot.settled_at is None]
    if pending:
        waiting, to_wait = begin(book, movement, key=f"{movement.key}:pending")
        _hand_over(source, waiting, target, to_wait, pending)
        book.close(source, waiting)
        book.close(target, to_wait)
    out, into = begin(book, movement, key=movement.key)
    out.debt, into.debt = -source.debt, source.debt
    settled = [lot for lot in lots if lot.settled_at is not None]
    _hand_over(source, out, target, into, settled)
    book.close(source, out)
    book.close(target, into)
    pay_debt(book, movement, target, lots=target.spendable(movement.at))
    return out


def _hand_over(
    source: Account, out: EntryState, target: Account, into: EntryState, lots: list[LotState]
) -> None:
    for lot in sorted(lots, key=attrgetter("number")):
        points = lot.remaining
        source.draw(out, lot, points)
        receive(target, into, lot, points=points, origin=lot.home)


def receive(
    target: Account,
    entry: EntryState,
    lot: LotState,
    *,
    points: int,
    expires_at: datetime | None = None,
    origin: tuple[int, int] | tuple[None, None] = (None, None),
) -> None:
    """Open a lot of what came from another's; ``expires_at`` where that had none of its own."""
    target.open_lot(
        entry,
        points,
        earned_at=lot.earned_at,
        settles_at=lot.settles_at,
        settled_at=lot.settled_at,
        expires_at=lot.expires_at or expires_at,
        origin=origin,
    )
    if lot.settled_at is None:
        entry.pending += points
    else:
        entry.available += points
