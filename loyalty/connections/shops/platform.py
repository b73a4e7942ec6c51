"""What the settings of every shop on a platform have in common."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s?#]+\Z", max_length=255)]


class PlatformShopSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What all shops on platforms are told.

    At first connection the last ``history_days`` are read; afterwards each change since. A call of
    one kind is made at most ``calls_per_second``: the quota of your app is in the console.
    """

    history_days: Annotated[int, Meta(ge=0, le=90)] = 0
    calls_per_second: Annotated[float, Meta(gt=0, le=1000)] = 5.0
