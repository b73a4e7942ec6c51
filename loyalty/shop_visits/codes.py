"""The code of a shop on a staff member's phone: it turns every 30 seconds and is signed.

Nothing is stored when it is shown. Its time is the wire's, which no demo moves. A poster's code is
random letters and stands in the database.
"""

import hmac
import re
import struct
from base64 import b32decode, b32encode
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from loyalty import codes
from loyalty.sealing import Sealer

TURN = timedelta(seconds=30)
LETTERS = 26
# A code is taken while it is shown, and for one turn more: a phone opens a page in a few seconds.
TURNS_TAKEN = 2
PAGE = "/v/"

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_PURPOSE = "shop_code"
_CONTENT = struct.Struct(">II")
_SIGNATURE_BYTES = 8
_LINK = re.compile(f"^https?://[^/?#]+{PAGE}([^/?#]*)", re.IGNORECASE)
_CODE = re.compile(f"[A-Z2-7]{{{LETTERS}}}|[A-Z2-7]{{{codes.LETTERS}}}")


class ShopCode(Struct, frozen=True):
    """A code as a staff member's phone shows it, until the next one at ``renews_at``."""

    letters: str
    turn: int
    renews_at: datetime


class ShownShop(Struct, frozen=True):
    """What a staff member's code says: which shop showed it, and in which turn."""

    shop_id: int
    turn: int

    def is_taken(self, at: datetime) -> bool:
        """Say whether it is taken at a moment of the wire."""
        return 0 <= _turn_of(at) - self.turn < TURNS_TAKEN


def code_of(shop_id: int, *, sealer: Sealer, at: datetime) -> ShopCode:
    """Return the code that a shop shows at a moment of the wire."""
    turn = _turn_of(at)
    content = _CONTENT.pack(shop_id, turn)
    letters = b32encode(content + _signature(content, sealer)).decode().rstrip("=")
    return ShopCode(letters, turn, _BEGINNING + (turn + 1) * TURN)


def read(letters: str, *, sealer: Sealer) -> ShownShop | None:
    """Return what a staff member's code says; None where nobody of ours made it."""
    told = b32decode(letters + "=" * (-len(letters) % 8))
    content, signature = told[: _CONTENT.size], told[_CONTENT.size :]
    if not hmac.compare_digest(signature, _signature(content, sealer)):
        return None
    # the last letter holds two bits that say nothing: one code has one dress
    if b32encode(told).decode().rstrip("=") != letters:
        return None
    return ShownShop(*_CONTENT.unpack(content))


def typed(told: str) -> str | None:
    """Return the code in what was scanned: the code itself, or the link that a QR code holds.

    None where it can be none.
    """
    bare = told.strip()
    link = _LINK.match(bare)
    found = codes.plain(link[1] if link else bare)
    return found if _CODE.fullmatch(found) else None


def is_of_staff(code: str) -> bool:
    """Say whether a code has the length of one that turns."""
    return len(code) == LETTERS


def _turn_of(at: datetime) -> int:
    return (at - _BEGINNING) // TURN


def _signature(content: bytes, sealer: Sealer) -> bytes:
    return hmac.digest(sealer.derived_key(_PURPOSE), content, "sha256")[:_SIGNATURE_BYTES]
