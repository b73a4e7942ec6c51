"""Codes of WeCom scans: what a web page is sent back with, good once and for five minutes."""

import base64
import os

import msgspec

from simulator.clock import Clock
from simulator.errors import Refused

CODE_SECONDS = 300
KEPT_CODES = 200


class ScanCode(msgspec.Struct):
    """A code that the page was sent back with; good once."""

    user_id: str
    ends_at: int


class ScanCodes:
    """Codes that nobody has traded yet; they do not outlive a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, ScanCode] = {}

    def give(self, user_id: str) -> str:
        """A new code."""
        value = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
        self._codes[value] = ScanCode(user_id, self._clock.now() + CODE_SECONDS)
        if len(self._codes) > KEPT_CODES:
            del self._codes[next(iter(self._codes))]
        return value

    def trade(self, value: str) -> str:
        """Whose it was; it is used up. Raises: Refused 40029."""
        code = self._codes.pop(value, None)
        if code is None or code.ends_at <= self._clock.now():
            raise Refused(40029)
        return code.user_id
