"""Steps that several movements share: figures checked, debt paid, lapsed lots taken away."""

from datetime import datetime

from loyalty.errors import Refused
from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.book import Book
from loyalty.ledger.movements import POINTS_LIMIT, Movement
from models import EntryKind


def check_points(points: int) -> None:
    """Refuse what is no whole number from 1 to ``POINTS_LIMIT``.

    Raises:
        Refused: ``points_out_of_range``.
    """
    if type(points) is not int or not 0 < points <= POINTS_LIMIT:
        raise Refused("points_out_of_range", points=points, most=POINTS_LIMIT)


def check_enough(points: int, lots: list[LotState]) -> None:
    """Refuse more than these lots hold.

    Raises:
        Refused: ``not_enough_points``.
    """
    available = sum(lot.remaining for lot in lots)
    if available < points:
        raise Refused("not_enough_points", wanted=points, available=available)


def pay_debt(book: Book, movement: Movement, account: Account, *, lots: list[LotState]) -> None:
    """Let points that just became available pay what is owed, as an entry of its own."""
    if not account.debt:
        return
    spendable = [lot for lot in lots if lot.remaining and account.expiry(lot) > movement.at]
    if not spendable:
        return
    paying = book.begin(account, movement, kind=EntryKind.CLAW_BACK, key=f"{movement.key}:debt")
    unpaid = account.take(paying, spendable, account.debt)
    paying.debt = unpaid - account.debt
    book.close(account, paying)


def lapse(book: Book, movement: Movement, account: Account, *, key: str) -> None:
    """Take away what is due, as an entry of its own."""
    lots = account.due(movement.at)
    if lots:
        entry = book.begin(account, movement, kind=EntryKind.EXPIRE, key=key)
        take_away(book, account, entry, lots=lots)


def keep_alive(
    book: Book, movement: Movement, account: Account, *, idle_expires_at: datetime | None
) -> None:
    """Put off the member's inactivity; what lapsed by it already is taken away, not revived."""
    before = account.idle_expires_at
    if idle_expires_at is None or (before is not None and idle_expires_at <= before):
        return
    if before is not None and before <= movement.at:
        lapse(book, movement, account, key=f"{movement.key}:lapsed")
    account.idle_expires_at = idle_expires_at


def take_away(
    book: Book, account: Account, entry: EntryState, *, lots: list[LotState]
) -> EntryState:
    """Expire all that is left of these lots, and finish the entry."""
    for lot in lots:
        book.expired[lot.home] = book.expired.get(lot.home, 0) + lot.remaining
        account.draw(entry, lot, lot.remaining)
    return book.close(account, entry)
