"""What a batch works on: locked accounts, known entries, and what is to be written."""

from dataclasses import dataclass, field
from operator import attrgetter

from loyalty.errors import Conflict, NotFound
from loyalty.ledger.accounts import Account, EntryState, LotState
from loyalty.ledger.movements import Movement
from models import EntryKind


@dataclass
class Book:
    """The accounts and entries of a batch.

    ``restored`` says what of a spending went back, by its key and lot number, ``spent`` the lots
    of one that a merged customer made. ``earned`` are the lots that earnings opened, by key. Of a
    lot that was earned, by (member id, number) and wherever it moved: ``taken_back`` says what was
    cancelled or clawed back, ``expired`` what expired and was not yet let off a claw-back. ``kin``
    are (one, another) members who were merged at some time.
    """

    accounts: dict[int, Account]
    entries: dict[str, EntryState]
    restored: dict[str, dict[int, int]] = field(default_factory=dict)
    spent: dict[str, dict[int, LotState]] = field(default_factory=dict)
    earned: dict[str, LotState] = field(default_factory=dict)
    kin: set[tuple[int, int]] = field(default_factory=set)
    taken_back: dict[tuple[int, int], int] = field(default_factory=dict)
    expired: dict[tuple[int, int], int] = field(default_factory=dict)
    written: list[EntryState] = field(default_factory=list)

    def account(self, member_id: int) -> Account:
        """Return a locked account.

        Raises:
            NotFound: no such member.
        """
        account = self.accounts.get(member_id)
        if account is None:
            raise NotFound("no_such_member", member_id=member_id)
        return account

    def own_account(self, member_id: int) -> Account:
        """Return the locked account of a member who has points of her own.

        Raises:
            NotFound: no such member.
            Conflict: ``member_was_merged``: her points are another's now. ``member_was_deleted``.
        """
        account = self.account(member_id)
        if account.deleted_at is not None:
            raise Conflict("member_was_deleted", member_id=member_id)
        if account.merged_into_id is not None:
            raise Conflict("member_was_merged", member_id=member_id)
        return account

    def entry(self, key: str, kind: EntryKind, member_id: int) -> EntryState:
        """Return the entry of that key and kind, the member's or that of one merged with her.

        Raises:
            NotFound: there is none.
        """
        entry = self.entries.get(key)
        is_hers = entry is not None and (
            entry.member_id == member_id or (member_id, entry.member_id) in self.kin
        )
        if entry is None or entry.kind is not kind or not is_hers:
            raise NotFound("no_such_entry", key=key, kind=kind.value)
        return entry

    def earned_lot(self, key: str, member_id: int) -> LotState:
        """Return the lot that the earning of that key opened, whoever holds its points now.

        Raises:
            NotFound: no such member, or no such earning.
        """
        self.own_account(member_id)
        entry = self.entry(key, EntryKind.EARN, member_id)
        lot = self.earned.get(key)
        if lot is None:
            lot = self.account(entry.member_id).opened_by(entry.number)
        assert lot is not None, "an earning entry has its lot"
        return lot

    def held_of(self, lot: LotState, member_id: int) -> list[LotState]:
        """Return the lots of a member that hold what was earned with a lot, by number."""
        lots = self.account(member_id).lots.values()
        found = [one for one in lots if one.home == (lot.member_id, lot.number)]
        return sorted(found, key=attrgetter("number"))

    def begin(
        self,
        account: Account,
        movement: Movement,
        *,
        kind: EntryKind | None = None,
        key: str | None = None,
        undoes: str | None = None,
    ) -> EntryState:
        """Open an entry for a movement whose figures are checked; under its kind and key."""
        account.entry_count += 1
        return EntryState(
            account.member_id,
            account.entry_count,
            kind or movement.kind,
            key or movement.key,
            movement.digest(),
            movement.at,
            cause=movement.cause,
            undoes=undoes,
        )

    def close(self, account: Account, entry: EntryState) -> EntryState:
        """Finish an entry."""
        account.close(entry)
        self.entries[entry.key] = entry
        self.written.append(entry)
        return entry


def answered(book: Book, movement: Movement) -> EntryState | None:
    """Return the entry that a movement made before, None when its key is new.

    Raises:
        Conflict: the key stands for another movement.
    """
    entry = book.entries.get(movement.key)
    if entry is not None and entry.digest != movement.digest():
        raise Conflict("key_reused", key=movement.key)
    return entry
