"""Members and points brought in or tried out, with what became of each row."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from connectors.balances.reading import BalancesRead, Told
from connectors.files.faults import CellFault
from connectors.files.taking import RowRead
from loyalty import customers, openings
from loyalty.customers import SealedPhone
from loyalty.imports import RowParked
from loyalty.openings import Opening
from loyalty.orders import IdentityRef
from loyalty.outcomes import Fate, Outcome
from loyalty.sealing import Sealer
from models import IdentityKind

AT_ONCE = 1_000

Verb = Callable[..., Awaitable[list[Outcome[int]]]]


class Row(Struct, frozen=True):
    """What rows of one member that lapse together bring, and the numbers to keep with it."""

    rows: list[RowRead]
    opening: Opening
    phone: SealedPhone | None


@dataclass(slots=True)
class FileTaken:
    """What a file did, or would do. Points are whole."""

    row_count: int
    unknown: Sequence[str]
    has_points: bool
    refused: list[RowParked]
    brought: int = 0
    points: int = 0
    known: int = 0


async def bring_in(read: BalancesRead, *, source: str, sealer: Sealer, at: datetime) -> FileTaken:
    """Bring in what a file tells; batch by batch, so that what broke off is done by once more."""
    return await _taken(read, openings.bring_in, source=source, sealer=sealer, at=at)


async def try_out(read: BalancesRead, *, source: str, sealer: Sealer, at: datetime) -> FileTaken:
    """Return what bringing in a file would do; nothing is written."""
    return await _taken(read, openings.try_out, source=source, sealer=sealer, at=at)


async def _taken(
    read: BalancesRead, verb: Verb, *, source: str, sealer: Sealer, at: datetime
) -> FileTaken:
    brought = _brought(read, source=source, sealer=sealer)
    taken = FileTaken(
        row_count=read.row_count,
        unknown=read.unknown,
        has_points="points" in read.headings,
        refused=read.refused,
    )
    for place in range(0, len(brought), AT_ONCE):
        batch = brought[place : place + AT_ONCE]
        outcomes = await verb([one.opening for one in batch], source=source, at=at)
        for one, outcome in zip(batch, outcomes, strict=True):
            _count(taken, read, one, outcome)
        if verb is openings.bring_in:
            await customers.keep_phones([one.phone for one in batch if one.phone])
    taken.refused.sort(key=lambda one: one.row_number)
    return taken


def _count(taken: FileTaken, read: BalancesRead, one: Row, outcome: Outcome[int]) -> None:
    if outcome.refusal is not None:
        for row in one.rows:
            read.refuse_for(row, outcome.refusal)
    elif outcome.fate is Fate.ALREADY_DONE:
        taken.known += 1
    else:
        taken.brought += 1
        taken.points += one.opening.points


def _brought(read: BalancesRead, *, source: str, sealer: Sealer) -> list[Row]:
    """Return what each member brings, of rows that lapse together the sum."""
    groups: dict[tuple[str, object], list[tuple[RowRead, Told]]] = {}
    phones: dict[str, SealedPhone] = {}
    for row, told in read.told:
        if told.mobile and told.mobile not in phones:
            phones[told.mobile] = customers.seal_phone(told.mobile, sealer=sealer)
        name = _name(told, phones)
        groups.setdefault((name, told.expires_on), []).append((row, told))
    found = []
    for (name, _), rows in groups.items():
        first = rows[0][1]
        buyer = _buyer(first, phones, source=source)
        if any(_buyer(told, phones, source=source) != buyer for _, told in rows):
            for row, _ in rows:
                read.refuse(row, CellFault("names_differ"))
            continue
        opening = Opening(
            name=name,
            buyer=buyer,
            points=sum(told.points for _, told in rows),
            expires_at=first.expires_on,
            joined_at=min((told.joined_on for _, told in rows if told.joined_on), default=None),
        )
        found.append(Row([row for row, _ in rows], opening, phones.get(first.mobile)))
    return found


def _name(told: Told, phones: dict[str, SealedPhone]) -> str:
    """Return what names a member for good: never a phone number itself."""
    if told.name:
        return f"number:{told.name}"
    if told.mobile:
        return f"mobile:{phones[told.mobile].digest[:32]}"
    return f"unionid:{told.unionid}" if told.unionid else f"openid:{told.app_id}:{told.openid}"


def _buyer(told: Told, phones: dict[str, SealedPhone], *, source: str) -> tuple[IdentityRef, ...]:
    names = (
        (IdentityKind.CUSTOMER_KEY, source, told.name),
        (IdentityKind.MOBILE, "", phones[told.mobile].digest if told.mobile else ""),
        (IdentityKind.UNIONID, "", told.unionid),
        (IdentityKind.OPENID, told.app_id, told.openid),
    )
    return tuple(IdentityRef(kind, scope, value) for kind, scope, value in names if value)
