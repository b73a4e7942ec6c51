"""How each movement changes an account: one function a movement, all figures checked first."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from loyalty.errors import NotFound, Refused
from loyalty.ledger.accounts import EntryState, LotState, canonical
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
    OnShortfall,
    Receive,
    Restore,
    Settle,
    Spend,
)
from loyalty.ledger.moving import move, move_all, receive, receive_spent
from loyalty.ledger.parting import move_back
from loyalty.ledger.steps import check_enough, check_points, keep_alive, pay_debt, take_away
from models import EntryKind


def post(book: Book, movement: Movement) -> EntryState:
    """Apply one movement whose key is new, and return its entry.

    Raises:
        NotFound: the member or the entry it builds on does not exist.
        Refused: the rules say no; nothing has changed.
    """
    movement.check()
    return _POSTINGS[type(movement)](book, movement)


def _earn(book: Book, movement: Earn) -> EntryState:
    check_points(movement.points)
    account = book.own_account(movement.member_id)
    keep_alive(book, movement, account, idle_expires_at=movement.idle_expires_at)
    at_once = movement.settles_at is not None and movement.settles_at <= movement.at
    entry = book.begin(account, movement)
    entry.rule_version_id = movement.rule_version_id
    entry.breakdown = _canonical(movement.breakdown)
    lot = account.open_lot(
        entry,
        movement.points,
        settles_at=movement.settles_at,
        settled_at=movement.at if at_once else None,
        expires_at=movement.expires_at,
    )
    if at_once:
        entry.available += movement.points
    else:
        entry.pending += movement.points
    book.close(account, entry)
    pay_debt(book, movement, account, lots=[lot] if at_once else [])
    return entry


def _canonical(breakdown: msgspec.Raw | None) -> str | None:
    return None if breakdown is None else canonical(msgspec.json.decode(breakdown))


def _settle(book: Book, movement: Settle) -> EntryState:
    account = book.own_account(movement.member_id)
    lot = _pending_lot(book, movement)
    if not lot.remaining:
        raise Refused("already_cancelled", earn_key=movement.earn_key)
    entry = book.begin(account, movement)
    entry.pending -= lot.remaining
    entry.available += lot.remaining
    lot.settled_at = movement.at
    lot.is_changed = True
    book.close(account, entry)
    pay_debt(book, movement, account, lots=[lot])
    return entry


def _cancel(book: Book, movement: Cancel) -> EntryState:
    lot = _pending_lot(book, movement)
    if movement.points is not None:
        check_points(movement.points)
    points = lot.remaining if movement.points is None else movement.points
    return _drop(book, movement, lot, points=points)


def _pending_lot(book: Book, movement: Settle | Cancel) -> LotState:
    """Return the lot that holds what is pending of an earning; spent up, where nothing is.

    Raises:
        Refused: ``already_settled``. NotFound: ``no_such_entry``: it waits with another member.
    """
    earned = book.earned_lot(movement.earn_key, movement.member_id)
    lots = book.held_of(earned, movement.member_id)
    if any(lot.settled_at is not None for lot in lots):
        raise Refused("already_settled", earn_key=movement.earn_key)
    return _waiting(movement, earned, lots)


def _waiting(
    movement: Settle | Cancel | ClawBack, earned: LotState, held: list[LotState]
) -> LotState:
    """Return the lot of a member's own that waits; one that is spent up, where none does.

    Raises:
        NotFound: ``no_such_entry``: it went to another member since the caller looked.
    """
    lot = next((one for one in held if one.remaining), earned)
    if lot.remaining and lot.member_id != movement.member_id:
        raise NotFound("no_such_entry", key=movement.earn_key, kind=EntryKind.EARN.value)
    return lot


def _drop(book: Book, movement: Cancel | ClawBack, lot: LotState, *, points: int) -> EntryState:
    if not 0 < points <= lot.remaining:
        raise Refused("not_enough_pending", wanted=points, pending=lot.remaining)
    account = book.account(movement.member_id)
    entry = book.begin(account, movement, kind=EntryKind.CANCEL, undoes=movement.earn_key)
    account.draw(entry, lot, points)
    _note_taken_back(book, lot, points)
    return book.close(account, entry)


def _note_taken_back(book: Book, lot: LotState, points: int) -> None:
    book.taken_back[lot.home] = book.taken_back.get(lot.home, 0) + points


def _spend(book: Book, movement: Spend) -> EntryState:
    check_points(movement.points)
    account = book.own_account(movement.member_id)
    lots = account.spendable(movement.at)
    check_enough(movement.points, lots)
    keep_alive(book, movement, account, idle_expires_at=movement.idle_expires_at)
    entry = book.begin(account, movement)
    account.take(entry, lots, movement.points)
    return book.close(account, entry)


def _restore(book: Book, movement: Restore) -> EntryState:
    account = book.own_account(movement.member_id)
    spent = book.entry(movement.spend_key, EntryKind.SPEND, movement.member_id)
    if movement.points is not None:
        check_points(movement.points)
    restored = book.restored.setdefault(movement.spend_key, {})
    left = {lot: points - restored.get(lot, 0) for lot, points in spent.draws.items()}
    total = sum(left.values())
    points = total if movement.points is None else movement.points
    if not 0 < points <= total:
        raise Refused("more_than_spent", wanted=points, left=total)
    entry = book.begin(account, movement, undoes=movement.spend_key)
    is_own = spent.member_id == account.member_id
    lots = sorted(
        ((account.lots if is_own else book.spent[movement.spend_key])[number] for number in left),
        key=lambda lot: (account.expiry(lot), lot.number),
        reverse=True,
    )
    for lot in lots:
        given = min(points, left[lot.number])
        if given:
            if is_own:
                account.draw(entry, lot, -given)
            else:
                receive(account, entry, lot, points=given, origin=lot.home)
            restored[lot.number] = restored.get(lot.number, 0) + given
            points -= given
    book.close(account, entry)
    pay_debt(book, movement, account, lots=lots[::-1] if is_own else entry.opened[::-1])
    return entry


def _claw_back(book: Book, movement: ClawBack) -> EntryState:
    check_points(movement.points)
    account = book.own_account(movement.member_id)
    lot = book.earned_lot(movement.earn_key, movement.member_id)
    lots = book.held_of(lot, movement.member_id)
    if all(one.settled_at is None for one in lots or [lot]):
        return _drop(book, movement, _waiting(movement, lot, lots), points=movement.points)
    left = lot.points - book.taken_back.get(lot.home, 0)
    if movement.points > left:
        raise Refused("more_than_earned", wanted=movement.points, left=left)
    entry = book.begin(account, movement, undoes=movement.earn_key)
    missing = account.take(entry, [one for one in lots if one.settled_at], movement.points)
    missing -= _let_off(book, entry, lot, missing)
    missing = account.take(entry, account.spendable(movement.at), missing)
    if movement.on_shortfall is OnShortfall.DEBT:
        entry.debt += missing
    else:
        entry.shortfall += missing
    _note_taken_back(book, lot, movement.points)
    return book.close(account, entry)


def _let_off(book: Book, entry: EntryState, lot: LotState, missing: int) -> int:
    """Return how much of ``missing`` expired in its lot; each expired point counts once."""
    points = min(missing, book.expired.get(lot.home, 0))
    if points:
        book.expired[lot.home] -= points
        entry.breakdown = canonical({"expired": points})
    return points


def _expire(book: Book, movement: Expire) -> EntryState:
    account = book.own_account(movement.member_id)
    lots = account.due(movement.at)
    if not lots:
        raise Refused("nothing_due", member_id=movement.member_id)
    return take_away(book, account, book.begin(account, movement), lots=lots)


def _forfeit(book: Book, movement: Forfeit) -> EntryState:
    account = book.own_account(movement.member_id)
    entry = book.begin(account, movement)
    for lot in sorted(account.lots.values(), key=attrgetter("number")):
        if lot.remaining:
            account.draw(entry, lot, lot.remaining)
    entry.debt = -account.debt
    account.idle_expires_at = None
    return book.close(account, entry)


def _adjust(book: Book, movement: Adjust) -> EntryState:
    check_points(-movement.points if movement.points < 0 else movement.points)
    account = book.own_account(movement.member_id)
    if movement.points < 0:
        lots = account.spendable(movement.at)
        check_enough(-movement.points, lots)
        entry = book.begin(account, movement)
        account.take(entry, lots, -movement.points)
        return book.close(account, entry)
    entry = book.begin(account, movement)
    lot = account.open_lot(
        entry, movement.points, settled_at=movement.at, expires_at=movement.expires_at
    )
    entry.available += movement.points
    book.close(account, entry)
    pay_debt(book, movement, account, lots=[lot])
    return entry


_POSTINGS: dict[type[Movement], Callable[[Book, Any], EntryState]] = {
    Earn: _earn,
    Settle: _settle,
    Cancel: _cancel,
    Spend: _spend,
    Restore: _restore,
    ClawBack: _claw_back,
    Expire: _expire,
    Adjust: _adjust,
    Forfeit: _forfeit,
    Move: move,
    Receive: receive_spent,
    MoveAll: move_all,
    MoveBack: move_back,
}
