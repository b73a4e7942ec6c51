"""Codes on a staff member's phone that turn every 30 seconds and are signed: of a shop, an event.

Nothing is stored when one is shown. Its time is the wire's, which no demo moves.
"""

import hmac
import re
import struct
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from loyalty import codes
from loyalty.sealing import Sealer

TURN = timedelta(seconds=30)
LETTERS = 26
# A code is taken while it is shown, and for one turn more: a phone opens a page in a few seconds.
TURNS_TAKEN = 2

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_CONTENT = struct.Struct(">II")
_SIGNATURE_BYTES = 8
_LINK = re.compile(r"^https?://[^/?#]+(/[a-z]/)([^/?#]*)", re.IGNORECASE)
_CODE = re.compile(f"[A-Z2-7]{{{LETTERS}}}")


class TurningCode(Struct, frozen=True):
    """A code as a staff member's phone shows it, until the next one at ``renews_at``."""

    letters: str
    turn: int
    renews_at: datetime


class Shown(Struct, frozen=True):
    """What a code says: the number of what it was shown for, and in which turn."""

    number: int
    turn: int

    def is_taken(self, at: datetime) -> bool:
        """Say whether it is taken at a moment of the wire."""
        return 0 <= _turn_of(at) - self.turn < TURNS_TAKEN


@dataclass(frozen=True, slots=True)
class TurningCodes:
    """The codes of one purpose; ``page`` begins the links that their QR codes hold."""

    purpose: str
    page: str

    def code_of(self, number: int, *, sealer: Sealer, at: datetime) -> TurningCode:
        """Return the code that is shown for a number, below 2**32, at a moment of the wire."""
        turn = _turn_of(at)
        content = _CONTENT.pack(number, turn)
        letters = b32encode(content + self._signature(content, sealer)).decode().rstrip("=")
        return TurningCode(letters, turn, _BEGINNING + (turn + 1) * TURN)

    def read(self, letters: str, *, sealer: Sealer) -> Shown | None:
        """Return what a code says; None where nobody of ours made it for this purpose."""
        told = b32decode(letters + "=" * (-len(letters) % 8))
        content, signature = told[: _CONTENT.size], told[_CONTENT.size :]
        if not hmac.compare_digest(signature, self._signature(content, sealer)):
            return None
        # the last letter holds two bits that say nothing: one code has one dress
        if b32encode(told).decode().rstrip("=") != letters:
            return None
        return Shown(*_CONTENT.unpack(content))

    def bare(self, told: str) -> str:
        """Return what was scanned without its dress: of a link of this page, the code in it."""
        scanned = told.strip()
        link = _LINK.match(scanned)
        return codes.plain(link[2] if link and link[1].lower() == self.page else scanned)

    def typed(self, told: str) -> str | None:
        """Return the code in what was scanned; None where it can be none."""
        found = self.bare(told)
        return found if is_one(found) else None

    def _signature(self, content: bytes, sealer: Sealer) -> bytes:
        return hmac.digest(sealer.derived_key(self.purpose), content, "sha256")[:_SIGNATURE_BYTES]


def is_one(bare: str) -> bool:
    """Say whether letters have the form of a code that turns."""
    return _CODE.fullmatch(bare) is not None


def _turn_of(at: datetime) -> int:
    return (at - _BEGINNING) // TURN
