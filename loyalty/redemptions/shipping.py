"""Gifts that are sent: to a sealed address, shipped by staff, received by her or by the clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from loyalty.again import in_transaction
from loyalty.errors import NotFound, Refused
from loyalty.giving_back import give_back
from loyalty.outcomes import Fate, Outcome
from loyalty.redemptions.reading import Redeemed, find
from loyalty.roots import HER_IDS
from loyalty.sealing import Sealer
from loyalty.wording import Worded
from models import RedemptionState, db

MOBILE_OR_LANDLINE = r"^(?:(?:\+?86)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8})$"
# PostgreSQL keeps no NUL, and a label has no lines of its own.
PRINTED = r"^[^\x00-\x1f\x7f]+$"
Phone = Annotated[str, Meta(pattern=MOBILE_OR_LANDLINE, max_length=16, examples=["13800138000"])]
Part = Annotated[str, Meta(pattern=PRINTED, min_length=1, max_length=40)]
Detail = Annotated[str, Meta(pattern=PRINTED, min_length=1, max_length=120)]


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """Where and to whom: as ``wx.chooseAddress`` gives it. Some cities have no districts."""

    name: Part
    phone: Phone
    province: Part
    city: Part
    detail: Detail
    district: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=40)] = ""

    def __repr__(self) -> str:
        return "Address(...)"


class Destination(Struct, frozen=True):
    """An address with what seals it."""

    address: Address
    sealer: Sealer


class ToShip(Struct, frozen=True):
    """A gift that staff are to ship, with its address; ``member_id`` is whose it is."""

    uuid: UUID
    name: Worded
    address: Address
    redeemed_at: datetime


class Sent(Struct, frozen=True):
    """What staff shipped: which redemption, by whom, under which number."""

    uuid: UUID
    carrier: str
    tracking_number: str


def _purpose(uuid: UUID) -> str:
    return f"address:{uuid}"


async def keep(destinations: Sequence[tuple[UUID, Destination]]) -> None:
    """Keep where redemptions of the open transaction go, by their names."""
    await db.fetch(
        "INSERT INTO shipment (redemption_id, sealed_address)"
        " SELECT id, sealed FROM unnest($1::uuid[], $2::bytea[]) AS kept (uuid, sealed)"
        " JOIN redemption USING (uuid)",
        [uuid for uuid, _ in destinations],
        [_sealed(uuid, destination) for uuid, destination in destinations],
    )


def _sealed(uuid: UUID, destination: Destination) -> bytes:
    told = msgspec.json.encode(destination.address)
    return destination.sealer.seal(told, purpose=_purpose(uuid))


async def address_of(uuid: UUID, sealer: Sealer) -> Address | None:
    """Return where a redemption goes; None where it is not sent, or the address is deleted."""
    found = await sealed_addresses([uuid])
    return opened(uuid, found[uuid], sealer) if found else None


async def sealed_addresses(uuids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return where redemptions go, sealed; those not sent, or deleted, are left out."""
    rows = await db.fetch(
        "SELECT uuid, sealed_address FROM shipment"
        " JOIN redemption ON redemption.id = redemption_id WHERE uuid = ANY($1::uuid[])",
        list(uuids),
    )
    return {row["uuid"]: row["sealed_address"] for row in rows if row["sealed_address"]}


def opened(uuid: UUID, sealed: bytes, sealer: Sealer) -> Address:
    """Return an address that was sealed for a redemption."""
    told = sealer.unseal(bytes(sealed), purpose=_purpose(uuid))
    return msgspec.json.decode(told, type=Address)


async def to_ship(sealer: Sealer, *, limit: int) -> list[ToShip]:
    """Return what staff are to ship, the longest waiting first, with the addresses."""
    rows = await db.fetch(
        "SELECT redemption.uuid, sealed_address, redeemed_at,"
        "  body ->> 'name_zh' AS zh, body ->> 'name_en' AS en"
        " FROM redemption JOIN shipment ON redemption_id = redemption.id"
        " JOIN rule_version ON rule_version.id = rule_version_id"
        " WHERE state = 'to_ship' ORDER BY redeemed_at, redemption.id LIMIT $1",
        limit,
    )
    return [
        ToShip(
            row["uuid"],
            Worded(row["zh"], row["en"]),
            opened(row["uuid"], row["sealed_address"], sealer),
            row["redeemed_at"],
        )
        for row in rows
    ]


# What was shipped already may be told another number: a mistake put right.
_SHIP = """
WITH told AS (
    SELECT DISTINCT ON (uuid) * FROM unnest($1::uuid[], $2::text[], $3::text[])
        AS told (uuid, carrier, tracking_number)
), moved AS (
    UPDATE redemption SET state = 'shipped', expires_at = CASE
        WHEN redemption.state = 'to_ship' THEN $5::timestamptz + make_interval(
            days => (rule_version.body ->> 'received_after_days')::integer)
        ELSE redemption.expires_at END
    FROM told, rule_version
    WHERE redemption.uuid = told.uuid AND rule_version.id = redemption.rule_version_id
      AND redemption.state IN ('to_ship', 'shipped')
    RETURNING redemption.id, told.*
)
UPDATE shipment SET carrier = moved.carrier, tracking_number = moved.tracking_number,
    shipped_at = coalesce(shipped_at, $5), shipped_by = $4
FROM moved WHERE redemption_id = moved.id
RETURNING moved.uuid
"""
_KNOWN = """
SELECT uuid, state, carrier, tracking_number FROM redemption
JOIN shipment ON redemption_id = redemption.id
WHERE uuid = ANY($1::uuid[]) ORDER BY redemption.id FOR UPDATE OF redemption
"""


async def ship(sent: Sequence[Sent], *, staff_member_id: int, at: datetime) -> list[Outcome[Sent]]:
    """Let gifts be on their way, a batch in one transaction.

    Already done: shipped so before. Refused: ``no_such_shipment``, and ``not_to_ship`` where it
    was cancelled, has arrived, or is not paid.
    """

    async def act() -> list[Outcome[Sent]]:
        rows = await db.fetch(_KNOWN, [one.uuid for one in sent])
        known = {row["uuid"]: row for row in rows}
        outcomes = [_outcome(one, known.get(one.uuid)) for one in sent]
        going = [
            one for one, outcome in zip(sent, outcomes, strict=True) if outcome.fate is Fate.DONE
        ]
        await db.fetch(
            _SHIP,
            [one.uuid for one in going],
            [one.carrier for one in going],
            [one.tracking_number for one in going],
            staff_member_id,
            at,
        )
        return outcomes

    return await in_transaction(act)


def _outcome(sent: Sent, row: db.Row | None) -> Outcome[Sent]:
    if row is None:
        return Outcome(Fate.REFUSED, refusal=NotFound("no_such_shipment"))
    if row["state"] not in ("to_ship", "shipped"):
        return Outcome(Fate.REFUSED, refusal=Refused("not_to_ship"))
    is_same = (row["carrier"], row["tracking_number"]) == (sent.carrier, sent.tracking_number)
    return Outcome(Fate.ALREADY_DONE if is_same else Fate.DONE, sent)


async def receive(member_id: int, uuid: UUID, *, at: datetime) -> Redeemed:
    """Let her say that it has come; saying it again changes nothing.

    Raises:
        NotFound: ``no_such_redemption``. Refused: ``not_shipped``.
    """
    await db.fetch(
        "UPDATE redemption SET state = 'received', ended_at = $3"
        f" WHERE uuid = $2 AND member_id = ANY({HER_IDS}) AND state = 'shipped'",
        member_id,
        uuid,
        at,
    )
    found = await find(uuid, member_id=member_id, at=at)
    if found.state is not RedemptionState.RECEIVED:
        raise Refused("not_shipped")
    return found


async def receive_by_time(*, at: datetime, limit: int) -> int:
    """Count as received what was shipped long enough ago, at most so many; return how many."""
    rows = await db.fetch(
        "WITH due AS (SELECT id FROM redemption WHERE state = 'shipped' AND expires_at <= $1"
        "  ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)"
        " UPDATE redemption SET state = 'received', ended_at = expires_at FROM due"
        " WHERE redemption.id = due.id RETURNING redemption.id",
        at,
        limit,
    )
    return len(rows)


_RETURN = """
UPDATE redemption SET state = 'returned', ended_at = $2, ended_why = 'parcel_returned'
WHERE uuid = $1 AND state IN ('shipped', 'received')
RETURNING uuid, $3::bigint AS member_id, slot, points, cash_fen, with_coupon_id
"""


async def take_back(uuid: UUID, *, at: datetime) -> None:
    """Let a parcel have come back: points, piece and money are given back, once.

    Raises:
        NotFound: ``no_such_shipment``. Refused: ``not_shipped``.
    """

    async def act() -> None:
        rows = await db.fetch(
            "SELECT coalesce(merged_into_id, customer.id) AS member_id FROM redemption"
            " JOIN shipment ON redemption_id = redemption.id"
            " JOIN customer ON customer.id = member_id WHERE redemption.uuid = $1",
            uuid,
        )
        if not rows:
            raise NotFound("no_such_shipment")
        member_id = rows[0]["member_id"]
        await db.fetch("SELECT FROM member WHERE id = $1 FOR UPDATE", member_id)
        ended = await db.fetch(_RETURN, uuid, at, member_id)
        await give_back(ended, why="returned", at=at)
        if not ended and not await _is_back(uuid):
            raise Refused("not_shipped")

    await in_transaction(act)


async def _is_back(uuid: UUID) -> bool:
    rows = await db.fetch("SELECT FROM redemption WHERE uuid = $1 AND state = 'returned'", uuid)
    return bool(rows)
