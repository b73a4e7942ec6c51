"""The servers as the program sees them: its own, or those of another process."""

from types import TracebackType
from typing import Self

from jifen.embedded.errors import NotOwner
from jifen.embedded.keep import Addresses, Keep
from jifen.embedded.pair import Pair


class Embedded:
    """Our own servers: those that we started (`is_owner`), or those of another process."""

    def __init__(self, addresses: Addresses, keep: Keep, *, pair: Pair | None = None) -> None:
        self.addresses = addresses
        self._keep = keep
        self._pair = pair

    @property
    def is_owner(self) -> bool:
        return self._pair is not None

    def dead(self) -> list[str]:
        """The names of the servers that have ended without being told to."""
        if self._pair:
            return self._pair.dead()
        return [] if self._keep.is_held() else ["PostgreSQL", "Valkey"]

    def restart_dead(self) -> list[str]:
        """Start the dead ones again, at the same addresses, and return their names.

        Raises:
            NotOwner: another process started them. ServerFailed, NoSpace: one does not start.
        """
        if not self._pair:
            raise NotOwner("The servers belong to another process; start jifen again.")
        return self._pair.restart_dead()

    def stop(self) -> None:
        """Stop the servers if they are ours; a second time is nothing."""
        if self._pair:
            self._pair.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
