"""The ledger as one would write it without a database: the yardstick of the state machine.

Written from the product's lines (B1, B2) and the movements' docstrings, as plainly as possible.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from loyalty.ledger import (
    Adjust,
    Cancel,
    ClawBack,
    Earn,
    Expire,
    Move,
    Movement,
    OnShortfall,
    Restore,
    Settle,
    Spend,
)

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
MOST = 10**12


class No(Exception):
    """A refusal's code."""


@dataclass(eq=False)
class PlainLot:
    """What was earned together; ``lapsed`` expired and was not yet held against a claw-back."""

    points: int
    left: int
    settled: bool
    own_expiry: datetime | None
    lapsed: int = 0
    taken_back: int = 0


@dataclass
class PlainMember:
    """One member."""

    lots: list[PlainLot] = field(default_factory=list)
    debt: int = 0
    idle: datetime | None = None

    def lapses(self, lot: PlainLot) -> datetime:
        return lot.own_expiry or self.idle or FOREVER

    def good(self, at: datetime) -> list[PlainLot]:
        """Spendable lots, soonest expiry first, then first come."""
        lots = [lot for lot in self.lots if lot.settled and self.lapses(lot) > at]
        return sorted(lots, key=self.lapses)

    def totals(self) -> tuple[int, int, int]:
        available = sum(lot.left for lot in self.lots if lot.settled)
        return available, sum(lot.left for lot in self.lots) - available, self.debt

    def spendable(self, at: datetime) -> int:
        return sum(lot.left for lot in self.good(at))

    def sweep(self, at: datetime) -> int:
        """Expire what is due and return how much that was."""
        gone = 0
        for lot in self.lots:
            if lot.settled and self.lapses(lot) <= at:
                gone, lot.lapsed, lot.left = gone + lot.left, lot.lapsed + lot.left, 0
        return gone

    def active(self, at: datetime, idle: datetime | None) -> None:
        """Put off the lapse, without reviving what lapsed already."""
        if idle and (self.idle is None or idle > self.idle):
            if self.idle and self.idle <= at:
                self.sweep(at)
            self.idle = idle

    def pay(self, at: datetime, lots: list[PlainLot]) -> None:
        for lot in lots:
            if lot.settled and self.lapses(lot) > at:
                paid = min(self.debt, lot.left)
                lot.left -= paid
                self.debt -= paid


Answer = tuple[int, int, int, int]
"""What changed: available, pending, debt; and the shortfall."""


class PlainLedger:
    """All members, and what was answered under each key."""

    def __init__(self, member_ids: list[int]) -> None:
        self.members = {member_id: PlainMember() for member_id in member_ids}
        self.earned: dict[str, tuple[int, PlainLot]] = {}
        self.spent: dict[str, tuple[int, list[tuple[PlainLot, int]]]] = {}
        self.answers: dict[str, tuple[object, Answer]] = {}

    def ask(self, movement: Movement) -> tuple[str, Answer | None]:
        """Return a fate or a refusal's code, and the answer."""
        content = (type(movement), movement.member_id, movement.cause, *movement.content())
        if movement.key in self.answers:
            known, answer = self.answers[movement.key]
            return ("already_done", answer) if known == content else ("key_reused", None)
        if any(member_id not in self.members for member_id in movement.members()):
            return "no_such_member", None
        try:
            answer = self._apply(movement)
        except No as code:
            return str(code), None
        self.answers[movement.key] = (content, answer)
        return "done", answer

    def _apply(self, movement: Movement) -> Answer:
        member = self.members[movement.member_id]
        match movement:
            case Earn():
                return self._earn(member, movement)
            case Settle():
                return self._settle(member, movement)
            case Cancel():
                lot = self._lot(movement)
                if lot.settled:
                    raise No("already_settled")
                return self._cancel(lot, lot.left if movement.points is None else movement.points)
            case Spend():
                return self._spend(member, movement)
            case Restore():
                return self._restore(member, movement)
            case ClawBack():
                return self._claw_back(member, movement)
            case Expire():
                gone = member.sweep(movement.at)
                if not gone:
                    raise No("nothing_due")
                return -gone, 0, 0, 0
            case Adjust():
                return self._adjust(member, movement)
            case Move():
                return self._move(member, movement)
        raise AssertionError(movement)

    def _lot(self, movement: Settle | Cancel | ClawBack) -> PlainLot:
        member_id, lot = self.earned.get(movement.earn_key, (None, None))
        if lot is None or member_id != movement.member_id:
            raise No("no_such_entry")
        return lot

    def _earn(self, member: PlainMember, asked: Earn) -> Answer:
        member.active(asked.at, asked.idle_expires_at)
        settled = asked.settles_at is not None and asked.settles_at <= asked.at
        lot = PlainLot(asked.points, asked.points, settled, asked.expires_at)
        member.lots.append(lot)
        self.earned[asked.key] = (asked.member_id, lot)
        member.pay(asked.at, [lot])
        return (asked.points, 0, 0, 0) if settled else (0, asked.points, 0, 0)

    def _settle(self, member: PlainMember, asked: Settle) -> Answer:
        lot = self._lot(asked)
        if lot.settled:
            raise No("already_settled")
        if not lot.left:
            raise No("already_cancelled")
        lot.settled, points = True, lot.left
        member.pay(asked.at, [lot])
        return points, -points, 0, 0

    def _cancel(self, lot: PlainLot, points: int) -> Answer:
        if not 0 < points <= lot.left:
            raise No("not_enough_pending")
        lot.left -= points
        lot.taken_back += points
        return 0, -points, 0, 0

    def _spend(self, member: PlainMember, asked: Spend) -> Answer:
        if member.spendable(asked.at) < asked.points:
            raise No("not_enough_points")
        taken = self._take(member.good(asked.at), asked.points)
        member.active(asked.at, asked.idle_expires_at)
        self.spent[asked.key] = (asked.member_id, taken)
        return -asked.points, 0, 0, 0

    def _take(self, lots: list[PlainLot], points: int) -> list[tuple[PlainLot, int]]:
        taken = []
        for lot in lots:
            part = min(points, lot.left)
            if part:
                lot.left -= part
                points -= part
                taken.append((lot, part))
        return taken

    def _restore(self, member: PlainMember, asked: Restore) -> Answer:
        member_id, taken = self.spent.get(asked.spend_key, (None, []))
        if member_id != asked.member_id:
            raise No("no_such_entry")
        total = sum(part for _, part in taken)
        points = total if asked.points is None else asked.points
        if not 0 < points <= total:
            raise No("more_than_spent")
        given, left = points, []
        order = [lot for lot in member.lots if lot in [lot for lot, _ in taken]]
        parts = {id(lot): part for lot, part in taken}
        for lot in sorted(order, key=member.lapses)[::-1]:
            back = min(given, parts[id(lot)])
            lot.left += back
            given -= back
            left.append((lot, parts[id(lot)] - back))
        self.spent[asked.spend_key] = (asked.member_id, left)
        member.pay(asked.at, sorted(order, key=member.lapses))
        return points, 0, 0, 0

    def _claw_back(self, member: PlainMember, asked: ClawBack) -> Answer:
        lot = self._lot(asked)
        if not lot.settled:
            return self._cancel(lot, asked.points)
        if asked.points > lot.points - lot.taken_back:
            raise No("more_than_earned")
        lot.taken_back += asked.points
        own = min(lot.left, asked.points)
        lot.left -= own
        let_off = min(lot.lapsed, asked.points - own)
        lot.lapsed -= let_off
        missing = asked.points - own - let_off
        others = sum(part for _, part in self._take(member.good(asked.at), missing))
        missing -= others
        if asked.on_shortfall is OnShortfall.DEBT:
            member.debt += missing
            return -own - others, 0, missing, 0
        return -own - others, 0, 0, missing

    def _adjust(self, member: PlainMember, asked: Adjust) -> Answer:
        if asked.points < 0:
            if member.spendable(asked.at) < -asked.points:
                raise No("not_enough_points")
            self._take(member.good(asked.at), -asked.points)
        else:
            lot = PlainLot(asked.points, asked.points, True, asked.expires_at)
            member.lots.append(lot)
            member.pay(asked.at, [lot])
        return asked.points, 0, 0, 0

    def _move(self, member: PlainMember, asked: Move) -> Answer:
        target = self.members[asked.to_member_id]
        if target is member:
            raise No("same_member")
        if member.spendable(asked.at) < asked.points:
            raise No("not_enough_points")
        new = []
        for lot, part in self._take(member.good(asked.at), asked.points):
            new.append(PlainLot(part, part, True, lot.own_expiry or member.idle))
        target.lots += new
        target.pay(asked.at, new)
        return -asked.points, 0, 0, 0
