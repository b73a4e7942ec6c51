"""How an account that was two becomes two again: what is hers goes back, the sum stays."""

from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.book import Book
from loyalty.ledger.movements import MoveBack
from loyalty.ledger.moving import begin, give, pair, receive


def move_back(book: Book, movement: MoveBack) -> EntryState:
    """Hand back what is the other's; return the giver's entry of what is settled.

    Raises:
        Refused: ``same_member``.
    """
    source, target = pair(book, movement)
    homes = {number: target.lots[home] for number, home in movement.own if home is not None}
    own = [source.lots[number] for number, _ in movement.own]
    _pending(book, movement, [lot for lot in own if lot.settled_at is None], homes)
    out, into = begin(book, movement, key=movement.key)
    hers = sorted(
        (lot for lot in own if lot.settled_at is not None),
        key=lambda lot: (source.expiry(lot), lot.number),
        reverse=True,
    )
    if movement.net < 0:
        _owe(source, out, into, movement)
    else:
        _share(source, out, target, into, movement=movement, hers=hers, homes=homes)
    book.close(source, out)
    book.close(target, into)
    return out


def _pending(
    book: Book, movement: MoveBack, lots: list[LotState], homes: dict[int, LotState]
) -> None:
    waiting = [lot for lot in lots if lot.remaining]
    if not waiting:
        return
    source, target = pair(book, movement)
    out, into = begin(book, movement, key=f"{movement.key}:pending")
    for lot in waiting:
        _return(source, out, target, into, lot=lot, points=lot.remaining, homes=homes)
    book.close(source, out)
    book.close(target, into)


def _owe(source: Account, out: EntryState, into: EntryState, movement: MoveBack) -> None:
    """Let her owe what she owes; who paid it for her gets it back."""
    owed = min(-movement.net, source.debt)
    back = -movement.net - owed
    back -= _pay_back(source, out, movement, back)
    out.debt -= owed
    into.debt += owed + back


def _share(
    source: Account,
    out: EntryState,
    target: Account,
    into: EntryState,
    *,
    movement: MoveBack,
    hers: list[LotState],
    homes: dict[int, LotState],
) -> None:
    """Give her lots back, others' for what of hers was spent; what hers paid is owed again."""
    others = [lot for lot in source.spendable(movement.at) if lot not in hers]
    there = sum(lot.remaining for lot in (*hers, *others))
    missing = max(0, movement.net - there)
    unpaid = _pay_back(source, out, movement, missing)
    out.debt += missing - unpaid
    left = movement.net - unpaid
    for lot in hers:
        points = min(left, lot.remaining)
        if points:
            _return(source, out, target, into, lot=lot, points=points, homes=homes)
            left -= points
    give(source, out, target, into, lots=others, points=left)


def _pay_back(source: Account, out: EntryState, movement: MoveBack, points: int) -> int:
    """Give points back to the lots that paid debts; return what found no place."""
    for number, paid in movement.paid:
        lot = source.lots[number]
        back = min(points, paid, lot.points - lot.remaining)
        if back:
            source.draw(out, lot, -back)
            points -= back
    return points


def _return(
    source: Account,
    out: EntryState,
    target: Account,
    into: EntryState,
    *,
    lot: LotState,
    points: int,
    homes: dict[int, LotState],
) -> None:
    """Let points go home to the lot they came from; to a new one where that stands otherwise."""
    source.draw(out, lot, points)
    home = homes.get(lot.number)
    is_open = home is not None and (home.settled_at is None) == (lot.settled_at is None)
    if home is None or not is_open or home.remaining + points > home.points:
        receive(target, into, lot, points=points, origin=lot.home)
        return
    target.draw(into, home, -points)
