"""The seal of a placed order: nobody changes what was shown, or what decided it, unseen."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from loyalty.orders import OrderLine
from loyalty.quotes import Grounds, Shown
from loyalty.sealing import Sealer

PURPOSE = "kept price"


def kept(shown: Shown, grounds: Grounds, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """Return what an order keeps of its price, as it is stored."""
    told: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode({"quote": shown, "grounds": grounds, "lines": lines})
    )
    return told


def seal(told: Mapping[str, Any], sealer: Sealer) -> bytes:
    """Return the seal of what is kept: the same for the same, in whatever sequence its names."""
    written = msgspec.json.encode(told, order="deterministic")
    return hmac.digest(sealer.derived_key(PURPOSE), written, "sha256")
