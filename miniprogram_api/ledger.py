"""The movements of her points, page by page, newest first; their sums, and the rules behind."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from loyalty import ledger, programme
from loyalty.ledger import Flow, HistoryLine
from loyalty.point_rules import point_rules
from models import EntryKind
from web.context import Context
from web.movements import Told, told_of
from web.session import Shopper
from web.typed import Moment

PAGE = 20


class LedgerQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Which page; ``flow`` asks only for what brought points, or took them."""

    before: (
        Annotated[int, Meta(ge=1, le=2**31 - 1, description="`next_before` of the page before")]
        | None
    ) = None
    flow: Flow | None = None
    limit: Annotated[int, Meta(ge=1, le=100, description="At most so many lines")] = PAGE


class LedgerOrder(Struct, frozen=True):
    """The purchase that a movement belongs to; ``order`` where it was one of the own store."""

    purchase: UUID
    order: UUID | None
    number: str


class LedgerLine(Struct, frozen=True):
    """One movement.

    ``points`` is what it changed of the points that can be spent, or, where it left those alone,
    of the pending ones; else what she owes more, with a minus. ``available``, ``pending`` and
    ``debt`` are all that it changed; ``balance`` are the points that could be spent after it.
    ``order`` and ``redemption`` are what it belongs to, where that is mine.
    """

    number: int
    kind: EntryKind
    points: int
    at: Moment
    text: str
    available: int
    pending: int
    debt: int
    balance: int
    order: LedgerOrder | None
    redemption: UUID | None


class LedgerPage(Struct, frozen=True):
    """Movements, newest first; ``next_before`` asks for the next page, and is null on the last."""

    lines: list[LedgerLine]
    next_before: int | None


class PointRules(Struct, frozen=True):
    """How points come and go by the rules in force, a sentence each, in her language."""

    earning: list[str]
    keeping: list[str]


class LedgerSums(Struct, frozen=True):
    """What became of all my points: ``earned`` less ``spent`` less ``expired`` is what I have.

    What was taken back of an earning is not earned; what came back of a spending is not spent.
    What I gave to friends is spent.
    """

    earned: int
    spent: int
    expired: int


async def read(shopper: Shopper, query: LedgerQuery) -> LedgerPage:
    """Read the movements of my points.

    Newest first. What is new meanwhile shifts no page, since pages are counted by line numbers.
    """
    found = await ledger.history(
        shopper.customer_id, before=query.before, flow=query.flow, limit=query.limit + 1
    )
    shown = found[: query.limit]
    told = await told_of(shopper.customer_id, shown, language=shopper.language)
    lines = [_line(line, one) for line, one in zip(shown, told, strict=True)]
    return LedgerPage(lines, shown[-1].number if len(found) > len(shown) else None)


def _line(line: HistoryLine, told: Told) -> LedgerLine:
    order = told.order
    return LedgerLine(
        number=line.number,
        kind=line.kind,
        points=line.available or line.pending or -line.debt,
        at=line.at,
        text=told.text,
        available=line.available,
        pending=line.pending,
        debt=line.debt,
        balance=line.balance,
        order=LedgerOrder(order.purchase, order.order, order.number) if order else None,
        redemption=told.redemption,
    )


async def read_sums(shopper: Shopper) -> LedgerSums:
    """Read how many points I earned and spent in all, and how many expired."""
    found = await ledger.sums(shopper.customer_id)
    return LedgerSums(found.earned, found.spent, found.expired)


async def read_rules(shopper: Shopper, context: Context) -> PointRules:
    """Read how points are earned, when they can be spent, and when they expire."""
    told = point_rules(await programme.recent(), at=context.clock())
    language = shopper.language
    return PointRules(
        [one.spoken(language) for one in told.earning],
        [one.spoken(language) for one in told.keeping],
    )
