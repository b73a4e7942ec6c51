"""What every comparison is told: how long, on which cores, with which servers it measures."""

from collections.abc import Callable

from msgspec import Struct

from benchmarks.measuring import Cores
from jifen.embedded import Addresses


class Setting(Struct, frozen=True):
    """``is_short`` shows that a comparison runs; its figures are worth nothing."""

    is_short: bool
    cores: Cores
    reached: Addresses
    tell: Callable[[str], None]
