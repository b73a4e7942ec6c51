"""What can be asked of the ledger. Whoever asks names the movement by its ``key``.

A key asked again with the same content is answered as before; with other content it is refused.
Content is what moves and why, not when: a retry an hour later is still the same movement.
"""

import re
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar

from msgspec import Raw, Struct

from loyalty.errors import Refused
from models import EntryKind

POINTS_LIMIT = 10**12
KEY_LIMIT = 240

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_ENDINGS_OF_OURS = (":in", ":debt", ":lapsed", ":pending")


class OnShortfall(StrEnum):
    """What a claw-back does when the points are spent already.

    ``DEBT``: the rest is owed and the next points pay it. ``CLAMP``: it is written off, recorded.
    ``DEDUCT``: it is recorded, and the caller takes its worth from the money given back.
    """

    DEBT = "debt"
    CLAMP = "clamp"
    DEDUCT = "deduct"


def is_writable(text: str) -> bool:
    """Say whether the database can hold this text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or not _HALF_PAIR.search(text))


class Movement(Struct, frozen=True, kw_only=True):
    """One movement of one member's points at a moment."""

    kind: ClassVar[EntryKind]
    moments: ClassVar[tuple[str, ...]] = ("at",)
    member_id: int
    key: str
    at: datetime
    cause: str = ""

    def __post_init__(self) -> None:
        for name in self.moments:
            moment = getattr(self, name)
            assert moment is None or moment.tzinfo is not None, f"{name} knows no zone"

    def check(self) -> None:
        """Refuse names that cannot be written, or that end like the entries we name ourselves.

        Raises:
            Refused: ``key_out_of_range``, ``cause_out_of_range``.
        """
        key = self.key
        fits = 0 < len(key) <= KEY_LIMIT and is_writable(key)
        if not fits or key.endswith(_ENDINGS_OF_OURS):
            raise Refused("key_out_of_range", key=ascii(key[:KEY_LIMIT]))
        if not is_writable(self.cause):
            raise Refused("cause_out_of_range", cause=ascii(self.cause[:KEY_LIMIT]))

    def content(self) -> tuple[object, ...]:
        """Return what a retry must repeat to be the same movement."""
        raise NotImplementedError

    def digest(self) -> bytes:
        """Return 16 bytes that stand for the content."""
        told = repr((self.kind.value, self.member_id, self.cause, *self.content()))
        return blake2b(told.encode(), digest_size=16).digest()

    def references(self) -> tuple[str, ...]:
        """Return the keys of the entries that this movement builds on."""
        return ()

    def members(self) -> tuple[int, ...]:
        """Return the ids of all members whose points it moves."""
        return (self.member_id,)

    def lots(self) -> tuple[tuple[int, int], ...]:
        """Return (member id, number) of the lots that it names."""
        return ()


class Earn(Movement, frozen=True, kw_only=True):
    """Open a lot: pending until settled, or at once where ``settles_at`` is not after ``at``.

    ``idle_expires_at`` is the new moment at which the member's points without an expiry of their
    own lapse, where the programme expires by inactivity. What is due by then is taken away first,
    by an entry ``key:lapsed``. Points that become available pay debt, by an entry ``key:debt``.
    """

    kind = EntryKind.EARN
    moments = ("at", "settles_at", "expires_at", "idle_expires_at")
    points: int
    settles_at: datetime | None = None
    expires_at: datetime | None = None
    idle_expires_at: datetime | None = None
    rule_version_id: int | None = None
    breakdown: Raw | None = None

    def content(self) -> tuple[object, ...]:
        return (self.points,)


class Settle(Movement, frozen=True, kw_only=True):
    """Make what is still pending of an earned lot available."""

    kind = EntryKind.SETTLE
    earn_key: str

    def content(self) -> tuple[object, ...]:
        return (self.earn_key,)

    def references(self) -> tuple[str, ...]:
        return (self.earn_key,)


class Cancel(Movement, frozen=True, kw_only=True):
    """Drop ``points`` of a lot before it settles; all that is pending when None."""

    kind = EntryKind.CANCEL
    earn_key: str
    points: int | None = None

    def content(self) -> tuple[object, ...]:
        return (self.earn_key, self.points)

    def references(self) -> tuple[str, ...]:
        return (self.earn_key,)


class Spend(Movement, frozen=True, kw_only=True):
    """Take points from the lots that expire soonest; what is due is never taken."""

    kind = EntryKind.SPEND
    moments = ("at", "idle_expires_at")
    points: int
    idle_expires_at: datetime | None = None

    def content(self) -> tuple[object, ...]:
        return (self.points,)


class Restore(Movement, frozen=True, kw_only=True):
    """Return spent points to the lots they came from, with their old expiry.

    A part goes back to the lots that expire last first; all that is left when ``points`` is None.
    """

    kind = EntryKind.RESTORE
    spend_key: str
    points: int | None = None

    def content(self) -> tuple[object, ...]:
        return (self.spend_key, self.points)

    def references(self) -> tuple[str, ...]:
        return (self.spend_key,)


class ClawBack(Movement, frozen=True, kw_only=True):
    """Take earned points back: from their own lot, then from the others, soonest expiry first.

    Points of that lot that expired are gone already and are not asked for twice: a breakdown
    ``{"expired": points}`` says how many were let off. No more than was earned is ever taken back.
    A lot that is still pending is cancelled instead.
    """

    kind = EntryKind.CLAW_BACK
    points: int
    earn_key: str
    on_shortfall: OnShortfall = OnShortfall.DEBT

    def content(self) -> tuple[object, ...]:
        return (self.points, self.earn_key, self.on_shortfall.value)

    def references(self) -> tuple[str, ...]:
        return (self.earn_key,)


class Expire(Movement, frozen=True, kw_only=True):
    """Take away what is due at ``at``."""

    kind = EntryKind.EXPIRE

    def content(self) -> tuple[object, ...]:
        return ()


class Forfeit(Movement, frozen=True, kw_only=True):
    """Give up all points where an account is deleted, pending ones too; what is owed is let off."""

    kind = EntryKind.FORFEIT

    def content(self) -> tuple[object, ...]:
        return ()


class Adjust(Movement, frozen=True, kw_only=True):
    """Add a settled lot, or take points soonest expiry first, for a stated cause."""

    kind = EntryKind.ADJUST
    moments = ("at", "expires_at")
    points: int
    expires_at: datetime | None = None

    def content(self) -> tuple[object, ...]:
        return (self.points,)


class Move(Movement, frozen=True, kw_only=True):
    """Hand points to another member with their expiry: two entries, ``key`` and ``key:in``.

    They lapse when they would have lapsed with the giver.
    """

    kind = EntryKind.MOVE
    to_member_id: int
    points: int

    def content(self) -> tuple[object, ...]:
        return (self.to_member_id, self.points)

    def members(self) -> tuple[int, ...]:
        return (self.member_id, self.to_member_id)


class Receive(Movement, frozen=True, kw_only=True):
    """Open for a member what another one spent on her, with the expiry that it had there.

    ``spend_key`` names the spending, all of it and once. What has no expiry of its own lapses when
    it would have lapsed with ``from_member_id``, who has the giver's account now.
    """

    kind = EntryKind.MOVE
    from_member_id: int
    spend_key: str

    def content(self) -> tuple[object, ...]:
        return (self.spend_key,)

    def references(self) -> tuple[str, ...]:
        return (self.spend_key,)

    def members(self) -> tuple[int, ...]:
        return (self.member_id, self.from_member_id)


class MoveAll(Movement, frozen=True, kw_only=True):
    """Hand all points to another member where two are one, and what is owed.

    Lots keep when they expire and settle, and which lot was earned, so that it settles, is
    cancelled and clawed back there; what is pending goes as such, by entries ``key:pending``. What
    is due is taken away before, and both go on with the later inactivity.
    """

    kind = EntryKind.MOVE
    to_member_id: int

    def content(self) -> tuple[object, ...]:
        return (self.to_member_id,)

    def members(self) -> tuple[int, ...]:
        return (self.member_id, self.to_member_id)


class MoveBack(Movement, frozen=True, kw_only=True):
    """Hand a part of an account back where one member is two again.

    ``net`` is what the other has in the end, owed points less than none. It is taken from the
    lots of ``own`` (number, number of the lot at home to return to), then from the soonest to
    expire; where debts were paid meanwhile that are not the payer's, ``paid`` (number, points)
    says from which lots, and they get it back. Pending lots of her own go as such.
    """

    kind = EntryKind.MOVE
    to_member_id: int
    net: int
    own: tuple[tuple[int, int | None], ...]
    paid: tuple[tuple[int, int], ...]

    def content(self) -> tuple[object, ...]:
        return (self.to_member_id, self.net, self.own, self.paid)

    def members(self) -> tuple[int, ...]:
        return (self.member_id, self.to_member_id)

    def lots(self) -> tuple[tuple[int, int], ...]:
        own = [(self.member_id, number) for number, _ in self.own]
        homes = [(self.to_member_id, home) for _, home in self.own if home is not None]
        return (*own, *homes, *((self.member_id, number) for number, _ in self.paid))
