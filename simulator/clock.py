"""The platform's clock, which a test may move: token expiry, windows, quotas run on it."""

import datetime as dt
import time

import msgspec

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


class ClockState(msgspec.Struct):
    """How far the platform's clock is ahead of the real one."""

    offset_seconds: int = 0


class Clock:
    """Platform time. Signatures and the wire log use real time instead."""

    def __init__(self, state: ClockState) -> None:
        self.state = state

    def now(self) -> int:
        """Unix seconds of platform time."""
        return int(time.time()) + self.state.offset_seconds

    def at(self) -> str:
        """Platform time as ISO 8601 with milliseconds, UTC."""
        moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.state.offset_seconds)
        return iso(moment)

    def day(self) -> str:
        """Today in Shanghai, `2026-11-22`: the day that quotas are counted by."""
        return dt.datetime.fromtimestamp(self.now(), SHANGHAI).date().isoformat()

    def month(self) -> str:
        """This month in Shanghai, `2026-11`."""
        return self.day()[:7]


def iso(moment: dt.datetime) -> str:
    """`2026-11-22T02:53:43.123Z` of an aware UTC moment."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wire_time() -> str:
    """Real time as ISO 8601 with milliseconds, UTC."""
    return iso(dt.datetime.now(dt.UTC))
