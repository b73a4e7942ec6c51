"""What a coupon code is made of: letters and digits that nobody mistakes, read as people type them.

The first four say which run a code is of and are no secret; the twelve after them hold 60 random
bits.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from hashlib import sha256
from unicodedata import normalize

from loyalty.sealing import Sealer

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
PREFIX = 4
SECRET = 12
GROUP = 4
DIGEST_BYTES = 16
LONGEST_TYPED = 60
CODE = re.compile(f"[{ALPHABET}]{{{PREFIX + SECRET}}}")
WORD = re.compile("[A-Z0-9]{4,20}")

_OF_BYTE = bytes(ALPHABET[one % len(ALPHABET)].encode()[0] for one in range(256))
_DRESS = frozenset(" -‐‑–—·.\u3000")


def prefix() -> str:
    """Return the four letters that a run's codes begin with."""
    return _letters(PREFIX)


def codes(prefix: str, count: int) -> list[str]:
    """Return so many random codes of a run."""
    letters = _letters(SECRET * count)
    return [prefix + letters[place : place + SECRET] for place in range(0, len(letters), SECRET)]


def _letters(count: int) -> str:
    """Return random letters: 32 of them, so that each byte gives five even bits."""
    return secrets.token_bytes(count).translate(_OF_BYTE).decode()


def read(told: str) -> str:
    """Return what was typed or scanned as codes are kept, in any width and case; else nothing."""
    folded = normal(told[:LONGEST_TYPED])
    bare = "".join(one for one in folded if not one.isspace() and one not in _DRESS)
    return bare if WORD.fullmatch(bare) else ""


def normal(told: str) -> str:
    """Return a text in one width and case."""
    return normalize("NFKC", told).upper()


def is_code(told: str) -> bool:
    """Say whether a text looks like a code of a run, whole."""
    return CODE.fullmatch(read(told)) is not None


def is_word(told: str) -> bool:
    """Say whether a text may be a public word: one of letters and digits (COFFEE26).

    One of letters only looks like any other word.
    """
    word = normal(told.strip()[:LONGEST_TYPED])
    return bool(WORD.fullmatch(word)) and not (word.isalpha() or word.isdecimal())


def grouped(code: str) -> str:
    """Return a code as it is printed: ABCD-EFGH-JKLM-NPQR."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def key_of(sealer: Sealer) -> bytes:
    """Return the key that codes are looked up under."""
    return sealer.derived_key("coupon_code")


def digests(found: Sequence[str], key: bytes) -> list[bytes]:
    """Return what codes are known by."""
    return [hmac.digest(key, one.encode(), sha256)[:DIGEST_BYTES] for one in found]
