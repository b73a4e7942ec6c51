"""The code on a member's phone: digits that change every minute and name her, and do nothing else.

A code is which identity she showed it by, and in which minute, put through a keyed permutation of
58 bits: whoever has no key sees digits without any order, and of all digits one in thirty million
falls into a minute that counts. Nothing is written when one is shown, so that a million phones may
look at theirs, and a till that was offline may tell hours later by which code it knew a buyer.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from loyalty import codes
from loyalty.errors import NotFound, Refused
from loyalty.orders import IdentityRef
from loyalty.sealing import Sealer
from models import IdentityKind, db

DIGITS = 18
TURN = timedelta(minutes=1)
# Before and after it is paid for, a code may have been scanned.
SCANNED_BEFORE = timedelta(minutes=15)
SCANNED_AFTER = timedelta(minutes=5)

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_PURPOSE = "member_code"
_HALF_BITS = 29
_HALF = (1 << _HALF_BITS) - 1
_TURN_BITS = 25
_ROUNDS = 8


class MemberCode(Struct, frozen=True):
    """A code as it is shown from ``shown_at`` until the next one at ``renews_at``."""

    digits: str
    shown_at: datetime
    renews_at: datetime


class ShownCode(Struct, frozen=True):
    """What a code says: by which identity it was shown, and in which minute."""

    identity_id: int
    turn: int

    @property
    def shown_at(self) -> datetime:
        """Return when it was first shown."""
        return _BEGINNING + self.turn * TURN

    def fits(self, paid_at: datetime) -> bool:
        """Say whether it was on her phone about when an order was paid."""
        return paid_at - SCANNED_BEFORE - TURN <= self.shown_at <= paid_at + SCANNED_AFTER


# What digits say that no phone can have shown: no identity has this number.
NOBODYS = ShownCode(0, 0)


class CodeUse(Struct, frozen=True):
    """A code that names the buyer of an order; ``number`` is the store's, of ``connection_id``."""

    code: ShownCode
    connection_id: int
    number: str


def typed(told: str) -> str | None:
    """Return the 18 digits that were typed or scanned; None where they are none."""
    return codes.typed(told, DIGITS)


def code_of(identity_id: int, *, sealer: Sealer, at: datetime) -> MemberCode:
    """Return the code that an identity shows at a moment."""
    turn = (at - _BEGINNING) // TURN
    plain = identity_id << _TURN_BITS | turn
    assert plain >> 2 * _HALF_BITS == 0 <= turn < 1 << _TURN_BITS, "the digits have run out"
    shown = ShownCode(identity_id, turn)
    digits = f"{_permuted(plain, sealer.derived_key(_PURPOSE)):0{DIGITS}}"
    return MemberCode(digits, shown.shown_at, shown.shown_at + TURN)


def read(digits: str, *, sealer: Sealer) -> ShownCode:
    """Return what 18 digits say, whether or not anybody ever showed them."""
    number = int(digits)
    if number >> 2 * _HALF_BITS:
        return NOBODYS
    plain = _restored(number, sealer.derived_key(_PURPOSE))
    return ShownCode(plain >> _TURN_BITS, plain & (1 << _TURN_BITS) - 1)


async def member_of(digits: str, *, sealer: Sealer, at: datetime) -> UUID:
    """Return the member who shows this code now, or did a minute ago.

    Raises:
        NotFound: ``no_such_member_code``. Refused: ``member_code_over``: she shows another now.
    """
    shown = read(digits, sealer=sealer)
    age = (at - shown.shown_at) // TURN
    rows = await db.fetch(
        "SELECT uuid FROM customer JOIN member ON member.id = customer.id"
        " WHERE customer.id = (SELECT customer_id FROM identity WHERE id = $1)",
        shown.identity_id,
    )
    if not rows or not 0 <= age < timedelta(days=1) // TURN:
        raise NotFound("no_such_member_code")
    if age > 1:
        raise Refused("member_code_over")
    found: UUID = rows[0]["uuid"]
    return found


_USE = """
WITH told AS (
    SELECT told.*, kind, scope, value
    FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[])
         AS told (identity_id, turn, connection_id, number)
    JOIN identity ON identity.id = identity_id
), new AS (
    INSERT INTO member_code_use (identity_id, turn, connection_id, number, used_at)
    SELECT identity_id, turn, connection_id, number, $5 FROM told
    ORDER BY identity_id, turn, connection_id, number
    ON CONFLICT DO NOTHING
    RETURNING identity_id, turn, connection_id, number
), held AS (
    SELECT * FROM new UNION ALL
    SELECT identity_id, turn, connection_id, number FROM member_code_use
    WHERE (identity_id, turn) IN (SELECT identity_id, turn FROM told)
)
SELECT DISTINCT identity_id, turn, connection_id, number, kind, scope, value,
       EXISTS (SELECT FROM held WHERE (held.identity_id, held.turn, held.connection_id, held.number)
                 = (told.identity_id, told.turn, told.connection_id, told.number)) AS is_hers
FROM told
"""


async def use(uses: Sequence[CodeUse], *, at: datetime) -> dict[CodeUse, IdentityRef]:
    """Let each code name the buyer of one order; return by which identity she is known.

    The same order may be told again. What is missing in the answer names nobody: the code names the
    buyer of another order, or nobody shows it. One statement, in the caller's transaction.
    """
    rows = await db.fetch(
        _USE,
        [one.code.identity_id for one in uses],
        [one.code.turn for one in uses],
        [one.connection_id for one in uses],
        [one.number for one in uses],
        at,
    )
    return {
        CodeUse(
            ShownCode(row["identity_id"], row["turn"]), row["connection_id"], row["number"]
        ): IdentityRef(IdentityKind(row["kind"]), row["scope"], row["value"])
        for row in rows
        if row["is_hers"]
    }


async def forget(*, before: datetime, limit: int) -> int:
    """Forget which orders codes named before a moment, at most ``limit``, and return how many."""
    rows = await db.fetch(
        "DELETE FROM member_code_use WHERE (identity_id, turn) IN (SELECT identity_id, turn"
        " FROM member_code_use WHERE used_at < $1 ORDER BY used_at LIMIT $2) RETURNING turn",
        before,
        limit,
    )
    return len(rows)


def _permuted(number: int, key: bytes) -> int:
    """Return a number below 2^58 as another one: a Feistel network over two halves."""
    left, right = number >> _HALF_BITS, number & _HALF
    for place in range(_ROUNDS):
        left, right = right, left ^ _mixed(right, place, key)
    return left << _HALF_BITS | right


def _restored(number: int, key: bytes) -> int:
    left, right = number >> _HALF_BITS, number & _HALF
    for place in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(left, place, key), left
    return left << _HALF_BITS | right


def _mixed(half: int, place: int, key: bytes) -> int:
    digest = hmac.digest(key, bytes([place]) + half.to_bytes(4), "sha256")
    return int.from_bytes(digest[:4]) & _HALF
