"""What became of one item of a batch: a refused item never spoils the rest."""

from enum import StrEnum
from typing import Generic, TypeVar

from msgspec import Struct

from loyalty.errors import LoyaltyError

T = TypeVar("T")


class Fate(StrEnum):
    """Done now, done before under the same key, or refused."""

    DONE = "done"
    ALREADY_DONE = "already_done"
    REFUSED = "refused"


class Outcome(Struct, Generic[T], frozen=True):
    """The fate of one item with what it brought, or the refusal that stopped it."""

    fate: Fate
    value: T | None = None
    refusal: LoyaltyError | None = None

    def unwrap(self) -> T:
        """Return what it brought.

        Raises:
            LoyaltyError: the item was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        assert self.value is not None
        return self.value
