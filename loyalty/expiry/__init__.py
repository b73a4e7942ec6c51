"""When points lapse. One file a rule; the docstrings are what staff read.

Points are good to the end of a Shanghai day: they lapse at its last moment's end, half-open.
"""

from datetime import datetime
from typing import Protocol

from loyalty.registry import Registry
from loyalty.wording import Worded


class ExpiryRule(Protocol):
    """What every expiry rule can do."""

    def told(self) -> Worded:
        """Return when points expire, as members read it."""

    def expires_at(self, earned_at: datetime) -> datetime | None:
        """Return when points earned then lapse on their own; None when they have no own expiry."""

    def idle_expires_at(self, active_at: datetime) -> datetime | None:
        """Return when all points without their own expiry lapse if nothing follows; else None."""


EXPIRY: Registry[ExpiryRule] = Registry(__name__)
