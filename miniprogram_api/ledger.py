"""The movements of her points, page by page, newest first."""

from typing import Annotated

from msgspec import Meta, Struct

from loyalty.ledger import history
from models import EntryKind
from web.movements import texts_of
from web.session import Shopper
from web.typed import Moment

PAGE = 20


class LedgerQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page."""

    before: (
        Annotated[int, Meta(ge=1, le=2**31 - 1, description="`next_before` of the page before")]
        | None
    ) = None
    limit: Annotated[int, Meta(ge=1, le=100, description="At most so many lines")] = PAGE


class LedgerLine(Struct, frozen=True):
    """One movement.

    ``points`` is what it changed of the points that can be spent, or, where it left those alone,
    of the pending ones; else what she owes more, with a minus. ``available``, ``pending`` and
    ``debt`` are all that it changed.
    """

    number: int
    kind: EntryKind
    points: int
    at: Moment
    text: str
    available: int
    pending: int
    debt: int


class LedgerPage(Struct, frozen=True):
    """Movements, newest first; ``next_before`` asks for the next page, and is null on the last."""

    lines: list[LedgerLine]
    next_before: int | None


async def read(shopper: Shopper, query: LedgerQuery) -> LedgerPage:
    """Read the movements of my points.

    Newest first. What is new meanwhile shifts no page, since pages are counted by line numbers.
    """
    found = await history(shopper.customer_id, before=query.before, limit=query.limit + 1)
    shown = found[: query.limit]
    texts = await texts_of(shopper.customer_id, shown, language=shopper.language)
    lines = [
        LedgerLine(
            number=line.number,
            kind=line.kind,
            points=line.available or line.pending or -line.debt,
            at=line.at,
            text=told,
            available=line.available,
            pending=line.pending,
            debt=line.debt,
        )
        for line, told in zip(shown, texts, strict=True)
    ]
    return LedgerPage(lines, shown[-1].number if len(found) > len(shown) else None)
