"""What members bring from an earlier programme: their points, with the day that they lapse."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from loyalty import customers, ledger, programme
from loyalty.again import in_transaction
from loyalty.customers import Buyer
from loyalty.errors import LoyaltyError, Refused
from loyalty.ledger import Earn
from loyalty.outcomes import Fate, Outcome
from loyalty.programme import Programme
from models import db

CAUSE = "opening"


class Opening(Struct, frozen=True):
    """Points of one member that lapse together, or a member who brings none.

    ``name`` is what the earlier programme calls her. Where ``expires_at`` is not told the points
    lapse by the programme's rule, as if earned now; None is never. ``joined_at`` is when she joined
    there.
    """

    name: str
    buyer: Buyer
    points: int = 0
    expires_at: datetime | UnsetType | None = UNSET
    joined_at: datetime | None = None


async def bring_in(openings: Sequence[Opening], *, source: str, at: datetime) -> list[Outcome[int]]:
    """Let members and their points in, a batch in one transaction; return the points of each.

    ``source`` names the earlier programme. Each (source, name, expiry) comes in once. Already done:
    the same points. Refused: ``identities_of_two_customers``, ``opening_differs`` where other
    points came in by this name before, ``expired_already``.
    """
    return await in_transaction(lambda: _bring_in(openings, source=source, at=at))


class _TriedOut(Exception):
    """Ends a transaction that was only tried out."""


async def try_out(openings: Sequence[Opening], *, source: str, at: datetime) -> list[Outcome[int]]:
    """Return what bringing these in would do; nothing is written."""
    outcomes: list[Outcome[int]] = []
    try:
        async with db.transaction():
            outcomes = await _bring_in(openings, source=source, at=at)
            raise _TriedOut
    except _TriedOut:
        return outcomes


async def _bring_in(
    openings: Sequence[Opening], *, source: str, at: datetime
) -> list[Outcome[int]]:
    found = await customers.identify([one.buyer for one in openings], at=at, through=CAUSE)
    outcomes: list[Outcome[int]] = []
    earning: list[tuple[int, Earn]] = []
    rules = await programme.load()
    for place, (opening, member) in enumerate(zip(openings, found, strict=True)):
        if isinstance(member, LoyaltyError):
            outcomes.append(Outcome(Fate.REFUSED, refusal=member))
        elif opening.expires_at and opening.expires_at <= at:
            outcomes.append(Outcome(Fate.REFUSED, refusal=Refused("expired_already")))
        else:
            assert member is not None, "every opening names somebody"
            outcomes.append(Outcome(Fate.DONE, 0))
            if opening.points:
                earning.append((place, _earn(opening, member, rules, source=source, at=at)))
    for place, outcome in await _earned(earning):
        outcomes[place] = outcome
    await _let_join_earlier(openings, found)
    return outcomes


def _earn(opening: Opening, member_id: int, rules: Programme, *, source: str, at: datetime) -> Earn:
    own, lapses = opening.expires_at, rules.expiry(at)
    told = "" if own is UNSET else own.isoformat() if own else "never"
    return Earn(
        member_id=member_id,
        key=f"{CAUSE}:{source}:{opening.name}:{told}",
        at=at,
        cause=CAUSE,
        points=opening.points,
        settles_at=at,
        expires_at=lapses.expires_at(at) if own is UNSET else own,
        idle_expires_at=lapses.idle_expires_at(at),
    )


async def _earned(earning: Sequence[tuple[int, Earn]]) -> list[tuple[int, Outcome[int]]]:
    told = await ledger.record([movement for _, movement in earning])
    outcomes = []
    for (place, movement), outcome in zip(earning, told, strict=True):
        refusal = outcome.refusal
        if refusal is None:
            outcomes.append((place, Outcome(outcome.fate, movement.points)))
        elif refusal.code == "member_was_merged":
            raise db.Outdated
        elif refusal.code == "key_reused":
            differs = Refused("opening_differs", told=movement.points)
            outcomes.append((place, Outcome(Fate.REFUSED, refusal=differs)))
        else:
            outcomes.append((place, Outcome(Fate.REFUSED, refusal=refusal)))
    return outcomes


async def _let_join_earlier(
    openings: Iterable[Opening], found: Iterable[int | LoyaltyError | None]
) -> None:
    """Let members have joined when they joined the earlier programme, never later than we knew."""
    joined = [
        (member, opening.joined_at)
        for opening, member in zip(openings, found, strict=True)
        if isinstance(member, int) and opening.joined_at is not None
    ]
    if joined:
        await db.fetch(
            "UPDATE member SET joined_at = least(member.joined_at, told.joined_at) FROM ("
            " SELECT id, min(joined_at) AS joined_at"
            " FROM unnest($1::bigint[], $2::timestamptz[]) AS told (id, joined_at) GROUP BY id"
            ") AS told WHERE member.id = told.id",
            [member for member, _ in joined],
            [moment for _, moment in joined],
        )
