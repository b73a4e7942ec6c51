"""What the settings of every shop on a platform have in common."""

from typing import Annotated

from msgspec import Meta

from loyalty.connections.shape import AccountSettings

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s?#]+\Z", max_length=255)]


class PlatformShopSettings(AccountSettings, frozen=True):
    """What all shops on platforms are told.

    At first connection the last ``history_days`` are read; afterwards each change since. A call of
    one kind is made at most ``calls_per_second``: the quota of your app is in the console.
    """

    history_days: Annotated[int, Meta(ge=0, le=90)] = 0
    calls_per_second: Annotated[float, Meta(gt=0, le=1000)] = 5.0

    @property
    def shop_kind(self) -> str:
        """Return the platform."""
        return str(self.__struct_config__.tag)
