"""Points spent in memory while their members are locked, and written at the end in one statement.

For who must know of each spending whether it is possible before she decides on the next one, and
cannot take it back: a batch of redemptions.
"""

from collections.abc import Iterable

from loyalty.ledger import storing
from loyalty.ledger.book import Book
from loyalty.ledger.movements import Spend
from loyalty.ledger.posting import post


class Purses:
    """The points of members who stay locked to the end of the caller's transaction."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @classmethod
    async def locked(cls, member_ids: Iterable[int]) -> "Purses":
        """Lock members in the order of their ids; ``fill`` comes before the first spending."""
        return cls(await storing.locked(member_ids))

    async def fill(self, member_ids: Iterable[int]) -> None:
        """Look up what these members can spend."""
        await storing.load_open_lots(self._book, member_ids)

    def require(self, member_id: int) -> None:
        """Require a member who has points of her own.

        Raises:
            NotFound: ``no_such_member``. Conflict: ``member_was_merged``.
        """
        self._book.own_account(member_id)

    def spend(self, spend: Spend) -> None:
        """Spend under a key that is new; a key that another has taken collides when it is written.

        Raises:
            LoyaltyError: ``not_enough_points`` and whatever else ``record`` refuses; nothing has
                changed.
        """
        post(self._book, spend)

    async def write(self) -> None:
        """Write all that was spent.

        Raises:
            db.Collision: a key is taken.
        """
        await storing.write(self._book)
