"""One member's points in memory, while her row is locked: plain arithmetic, no database."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from operator import attrgetter

import msgspec
from msgspec import Struct

from models import EntryKind

NEVER = datetime.max.replace(tzinfo=UTC)

_told = msgspec.msgpack.Encoder().encode  # moments in UTC, whatever their zone


class LotState(Struct):
    """A lot as it stands; ``is_new`` and ``is_changed`` say what has to be written."""

    member_id: int
    number: int
    entry_number: int
    points: int
    remaining: int
    earned_at: datetime
    settles_at: datetime | None
    settled_at: datetime | None
    expires_at: datetime | None
    origin_member_id: int | None = None
    origin_number: int | None = None
    is_new: bool = False
    is_changed: bool = False

    @property
    def home(self) -> tuple[int, int]:
        """Return (member id, number) of the lot that was earned: its own, or that it moved from."""
        if self.origin_member_id is None or self.origin_number is None:
            return self.member_id, self.number
        return self.origin_member_id, self.origin_number


class EntryState(Struct, gc=False):
    """An entry as it stands or is about to be written.

    With its draws by lot number, and the lots it opened.
    """

    member_id: int
    number: int
    kind: EntryKind
    key: str
    digest: bytes
    at: datetime
    available: int = 0
    pending: int = 0
    debt: int = 0
    shortfall: int = 0
    cause: str = ""
    undoes: str | None = None
    rule_version_id: int | None = None
    breakdown: str | None = None
    hash: bytes = b""
    draws: dict[int, int] = {}
    opened: list[LotState] = []

    def chained(self, previous: bytes) -> bytes:
        """Return the hash that ties this entry, with the lots it opened, to the entry before."""
        told = (
            previous,
            self.member_id,
            self.number,
            self.kind,
            self.key,
            self.digest,
            self.at,
            self.available,
            self.pending,
            self.debt,
            self.shortfall,
            self.cause,
            self.undoes,
            self.rule_version_id,
            self.breakdown,
            sorted(self.draws.items()),
            [self._opening(lot) for lot in self.opened],
        )
        return sha256(_told(told)).digest()

    def _opening(self, lot: LotState) -> tuple[object, ...]:
        settled_at = None if self.pending else lot.settled_at
        told = lot.number, lot.points, lot.earned_at, lot.expires_at, settled_at
        return told if lot.origin_member_id is None else (*told, *lot.home)


class Account(Struct, gc=False):
    """A locked member's totals and the lots that the batch needs."""

    member_id: int
    available: int
    pending: int
    debt: int
    idle_expires_at: datetime | None
    entry_count: int
    lot_count: int
    chain: bytes
    merged_into_id: int | None = None
    deleted_at: datetime | None = None
    lots: dict[int, LotState] = {}
    _lot_by_entry: dict[int, LotState] = {}

    def hold(self, lot: LotState) -> None:
        """Take a lot into the account."""
        self.lots[lot.number] = lot
        self._lot_by_entry[lot.entry_number] = lot

    def expiry(self, lot: LotState) -> datetime:
        """Return when a lot lapses: its own expiry, else the member's inactivity, else never."""
        return lot.expires_at or self.idle_expires_at or NEVER

    def spendable(self, at: datetime) -> list[LotState]:
        """Return the settled lots that are not due, soonest expiry first."""
        usable = [
            lot
            for lot in self.lots.values()
            if lot.remaining and lot.settled_at is not None and self.expiry(lot) > at
        ]
        return sorted(usable, key=lambda lot: (self.expiry(lot), lot.number))

    def due(self, at: datetime) -> list[LotState]:
        """Return the settled lots whose time is over."""
        return [
            lot
            for lot in sorted(self.lots.values(), key=attrgetter("number"))
            if lot.remaining and lot.settled_at is not None and self.expiry(lot) <= at
        ]

    def opened_by(self, entry_number: int) -> LotState | None:
        """Return the lot that an earning entry opened."""
        return self._lot_by_entry.get(entry_number)

    def open_lot(
        self,
        entry: EntryState,
        points: int,
        *,
        earned_at: datetime | None = None,
        settles_at: datetime | None = None,
        settled_at: datetime | None = None,
        expires_at: datetime | None = None,
        origin: tuple[int, int] | tuple[None, None] = (None, None),
    ) -> LotState:
        """Add a lot of points that an entry brought; earned at the entry's moment, if not told."""
        self.lot_count += 1
        lot = LotState(
            self.member_id,
            self.lot_count,
            entry.number,
            points,
            points,
            earned_at or entry.at,
            settles_at,
            settled_at,
            expires_at,
            origin[0],
            origin[1],
            is_new=True,
        )
        self.hold(lot)
        entry.opened.append(lot)
        return lot

    def draw(self, entry: EntryState, lot: LotState, points: int) -> None:
        """Take points from a lot, or give them back where negative."""
        assert lot.member_id == self.member_id, "a lot is drawn from by who has it"
        assert 0 <= lot.remaining - points <= lot.points, "a lot holds what is left of it"
        lot.remaining -= points
        lot.is_changed = True
        drawn = entry.draws.get(lot.number, 0) + points
        if drawn:
            entry.draws[lot.number] = drawn
        else:
            del entry.draws[lot.number]
        if lot.settled_at is None:
            entry.pending -= points
        else:
            entry.available -= points

    def take(self, entry: EntryState, lots: Iterable[LotState], points: int) -> int:
        """Take up to ``points`` from lots in their order; return what could not be taken."""
        for lot in lots:
            if not points:
                break
            taken = min(points, lot.remaining)
            if taken:
                self.draw(entry, lot, taken)
                points -= taken
        return points

    def close(self, entry: EntryState) -> None:
        """Add a finished entry to the totals and to the chain."""
        self.available += entry.available
        self.pending += entry.pending
        self.debt += entry.debt
        assert self.available >= 0 <= self.pending, "totals are never negative"
        assert self.debt >= 0, "totals are never negative"
        entry.hash = self.chain = entry.chained(self.chain)


def canonical(breakdown: object) -> str:
    """Return a breakdown as JSON with sorted keys: the form that is hashed."""
    return msgspec.json.encode(breakdown, order="sorted").decode()
