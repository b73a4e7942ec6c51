"""The codes of a shop: one that turns on a staff member's phone, and a poster's.

A poster's code is random letters and stands in the database.
"""

import re
from datetime import datetime

from loyalty import codes, turning_codes
from loyalty.sealing import Sealer
from loyalty.turning_codes import Shown, TurningCode, TurningCodes

PAGE = "/v/"

_TURNING = TurningCodes("shop_code", PAGE)
_POSTER = re.compile(f"[A-Z2-7]{{{codes.LETTERS}}}")


def code_of(shop_id: int, *, sealer: Sealer, at: datetime) -> TurningCode:
    """Return the code that a shop shows at a moment of the wire."""
    return _TURNING.code_of(shop_id, sealer=sealer, at=at)


def read(letters: str, *, sealer: Sealer) -> Shown | None:
    """Return what a staff member's code says, the shop's id and the turn; None where it is none."""
    return _TURNING.read(letters, sealer=sealer)


def typed(told: str) -> str | None:
    """Return the code in what was scanned: the code itself, or the link that a QR code holds.

    None where it can be none.
    """
    found = _TURNING.bare(told)
    return found if is_of_staff(found) or _POSTER.fullmatch(found) else None


def is_of_staff(code: str) -> bool:
    """Say whether a code has the form of one that turns."""
    return turning_codes.is_one(code)
