"""Codes that people show, scan, read out and type; none can be guessed or counted up."""

import re
import secrets
from base64 import b32encode
from unicodedata import normalize

DIGITS = 12
GROUP = 4
LONGEST = 100
COUPON_CODE_BYTES = 10
LETTERS = 16
_DRESS = frozenset(" -‐‑–—·.")


_DIGITS = re.compile("[0-9]+")


def digits() -> str:
    """Return 12 random digits: what staff type. Whoever takes them limits how often one tries."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def letters() -> str:
    """Return 16 random letters and digits, 80 bits, without 0 and 1."""
    return b32encode(secrets.token_bytes(COUPON_CODE_BYTES)).decode()


def plain(told: str) -> str:
    """Return letters and digits that were typed or scanned as they are kept, in any dress."""
    folded = normalize("NFKC", told[:LONGEST]).upper()
    return "".join(one for one in folded if not one.isspace() and one not in _DRESS)


def grouped(code: str) -> str:
    """Return a code in groups of four, as it is read: 1234 5678 9012."""
    return " ".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def typed(told: str, digits: int = DIGITS) -> str | None:
    """Return so many digits that were typed or scanned, in any width, with spaces and hyphens.

    None where they are none.
    """
    folded = normalize("NFKC", told[:LONGEST])
    bare = "".join(one for one in folded if not one.isspace() and one not in _DRESS)
    return bare if len(bare) == digits and _DIGITS.fullmatch(bare) else None
