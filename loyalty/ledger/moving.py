"""How points change hands: a part as a gift, or a whole account where two customers are one."""

from datetime import datetime
from operator import attrgetter

from loyalty.errors import Refused
from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.book import Book
from loyalty.ledger.movements import Move
from loyalty.ledger.steps import check_enough, check_points, keep_alive, pay_debt


def move(book: Book, movement: Move) -> EntryState:
    """Hand points over and return the giver's entry.

    Raises:
        Refused: ``same_member``, ``not_enough_points``, ``points_out_of_range``.
    """
    source, target = book.account(movement.member_id), book.account(movement.to_member_id)
    if source is target:
        raise Refused("same_member", member_id=movement.member_id)
    if movement.points is None:
        return _move_all(book, movement, source=source, target=target)
    check_points(movement.points)
    lots = source.spendable(movement.at)
    check_enough(movement.points, lots)
    out = book.begin(source, movement)
    into = book.begin(target, movement, key=f"{movement.key}:in")
    points = movement.points
    for lot in lots:
        given = min(points, lot.remaining)
        if given:
            source.draw(out, lot, given)
            _receive(target, into, lot, points=given, idle_expires_at=source.idle_expires_at)
            points -= given
    book.close(source, out)
    book.close(target, into)
    pay_debt(book, movement, target, lots=into.opened)
    return out


def _move_all(book: Book, movement: Move, *, source: Account, target: Account) -> EntryState:
    """Hand over all that is settled, due or not, and what is owed."""
    keep_alive(book, movement, target, idle_expires_at=source.idle_expires_at)
    lots = [lot for lot in source.lots.values() if lot.remaining and lot.settled_at is not None]
    out = book.begin(source, movement)
    into = book.begin(target, movement, key=f"{movement.key}:in")
    out.debt, into.debt = -source.debt, source.debt
    lapsed_at = source.idle_expires_at
    if lapsed_at is not None and lapsed_at > movement.at:
        lapsed_at = None
    for lot in sorted(lots, key=attrgetter("number")):
        _receive(target, into, lot, points=lot.remaining, idle_expires_at=lapsed_at)
        source.draw(out, lot, lot.remaining)
    book.close(source, out)
    book.close(target, into)
    pay_debt(book, movement, target, lots=target.spendable(movement.at))
    return out


def _receive(
    target: Account,
    entry: EntryState,
    lot: LotState,
    *,
    points: int,
    idle_expires_at: datetime | None,
) -> None:
    target.open_lot(
        entry,
        points,
        earned_at=lot.earned_at,
        settles_at=lot.settles_at,
        settled_at=lot.settled_at,
        expires_at=lot.expires_at or idle_expires_at,
    )
    entry.available += points
