"""A quote as it was shown, signed, so that checkout charges that and nothing else."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from loyalty.errors import Refused
from loyalty.sealing import Sealer

GOOD_FOR = timedelta(minutes=15)
PURPOSE = "quote"


class ShownLine(Struct, frozen=True):
    """One line as it was shown, in fen: ``total_fen`` is what its ``quantity`` costs together."""

    sku: str
    quantity: int
    goods_fen: int
    total_fen: int


class ShownDiscount(Struct, frozen=True):
    """A discount as it was shown, with the rule version that made it."""

    slot: str
    version_id: int
    saved_fen: int


class Shown(Struct, frozen=True):
    """What was shown to a member; good until ``good_until``. ``coupon`` is used by its order."""

    member_id: int
    good_until: datetime
    lines: tuple[ShownLine, ...]
    discounts: tuple[ShownDiscount, ...]
    coupon: UUID | None

    @property
    def goods_fen(self) -> int:
        """Return what the lines cost before any discount."""
        return sum(line.goods_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        """Return what is to be paid."""
        return sum(line.total_fen for line in self.lines)


def signed(shown: Shown, grounds: bytes, *, sealer: Sealer) -> str:
    """Return the token of a quote: what it shows is readable by anybody, and made by nobody else.

    Its ``grounds``, what decided the price, are readable by nobody.
    """
    sealed = sealer.seal(grounds, purpose=PURPOSE)
    told = f"{_text(msgspec.json.encode(shown))}.{_text(sealed)}"
    return f"{told}.{_text(_digest(told.encode(), sealer))}"


def read(token: str, sealer: Sealer) -> Shown:
    """Return what a token shows, good or not.

    Raises:
        Refused: ``quote_forged``: not made by us, or changed.
    """
    told, _, signature = token.rpartition(".")
    try:
        genuine = hmac.compare_digest(
            _text(_digest(told.encode(), sealer)).encode(), signature.encode()
        )
    except ValueError:
        genuine = False
    if not genuine:
        raise Refused("quote_forged")
    return msgspec.json.decode(urlsafe_b64decode(told.partition(".")[0]), type=Shown)


def grounds_in(token: str, sealer: Sealer) -> bytes:
    """Return the grounds in a token that was read."""
    return sealer.unseal(urlsafe_b64decode(token.split(".")[1]), purpose=PURPOSE)


def check_good(shown: Shown, *, at: datetime) -> None:
    """Let through what is still good.

    Raises:
        Refused: ``quote_expired``.
    """
    if at >= shown.good_until:
        raise Refused("quote_expired")


def _digest(told: bytes, sealer: Sealer) -> bytes:
    return hmac.digest(sealer.derived_key(PURPOSE), told, "sha256")


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode()
