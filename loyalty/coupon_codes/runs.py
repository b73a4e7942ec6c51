"""Runs of codes as staff see and change them: how many are claimed, a file of all, their end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty.again import in_transaction
from loyalty.coupon_codes import letters
from loyalty.coupon_codes.making import MOST, PURPOSE
from loyalty.coupons.deeds import Deed, note
from loyalty.errors import NotFound, Refused
from loyalty.sealing import Sealer
from models import CouponDeedKind, db

__all__ = ["MOST", "CodeRun", "Downloaded", "download", "end_on", "of", "void"]

_RUNS = """
SELECT run.*, CASE WHEN word IS NULL
       THEN (SELECT count(*) FROM coupon_code WHERE run_id = run.id AND coupon_id IS NOT NULL)
       ELSE (SELECT count(*) FROM coupon_word_claim WHERE run_id = run.id) END AS claimed
FROM coupon_code_run AS run WHERE slot = $1 ORDER BY id DESC LIMIT $2
"""
_CLAIMED = """
SELECT digest, issued_at FROM coupon_code JOIN coupon ON coupon.id = coupon_id WHERE run_id = $1
"""


@dataclass(frozen=True, slots=True)
class CodeRun:
    """A run as it stands; of a word, ``claimed`` is by how many members."""

    uuid: UUID
    word: str | None
    wanted: int
    made: int
    claimed: int
    ends_at: datetime
    void_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Downloaded:
    """One code of a file; ``claimed_at`` None where nobody claimed it yet."""

    code: str
    claimed_at: datetime | None


async def of(slot: str, *, limit: int) -> list[CodeRun]:
    """Return the newest runs of a batch."""
    return [
        CodeRun(
            row["uuid"],
            row["word"],
            row["wanted"],
            row["made"],
            row["claimed"],
            row["ends_at"],
            row["void_at"],
            row["created_at"],
        )
        for row in await db.fetch(_RUNS, slot, limit)
    ]


async def download(
    uuid: UUID, *, sealer: Sealer, reason: str, staff_member_id: int, at: datetime
) -> AsyncIterator[list[Downloaded]]:
    """Note that staff take all codes of a run with them, and return its sheets, one by one.

    Raises:
        NotFound: ``no_such_code_run``. Refused: ``codes_not_ready``: they are still being made.
        WrongMasterKey: they were made under another key.
    """
    run = await _run(uuid)
    if run["word"] is not None:
        raise NotFound("no_such_code_run")
    if run["made"] < run["wanted"] and run["void_at"] is None:
        raise Refused("codes_not_ready", made=run["made"], wanted=run["wanted"])
    deed = Deed(
        CouponDeedKind.CODES_DOWNLOADED, run["slot"], reason, staff_member_id, run_id=run["id"]
    )
    await note([deed], at=at)
    return _sheets(run["id"], sealer)


async def _sheets(run_id: int, sealer: Sealer) -> AsyncIterator[list[Downloaded]]:
    key = letters.key_of(sealer)
    claimed = {row["digest"]: row["issued_at"] for row in await db.fetch(_CLAIMED, run_id)}
    after = -1
    while rows := await db.fetch(
        "SELECT number, sealed FROM coupon_code_sheet WHERE run_id = $1 AND number > $2"
        " ORDER BY number LIMIT 1",
        run_id,
        after,
    ):
        after = rows[0]["number"]
        codes = sealer.unseal(rows[0]["sealed"], purpose=PURPOSE).decode().split("\n")
        known_by = letters.digests(codes, key)
        yield [
            Downloaded(letters.grouped(code), claimed.get(digest))
            for code, digest in zip(codes, known_by, strict=True)
        ]


async def void(uuid: UUID, *, reason: str, staff_member_id: int, at: datetime) -> None:
    """Make the codes of a run void that nobody claimed; what is claimed stays. Again is the same.

    Raises:
        NotFound: ``no_such_code_run``. Refused: ``reason_missing``.
    """

    async def done() -> None:
        run = await _run(uuid)
        if run["void_at"] is None:
            await db.fetch("UPDATE coupon_code_run SET void_at = $2 WHERE id = $1", run["id"], at)
            await _note(CouponDeedKind.CODES_VOIDED, run, reason, by=staff_member_id, at=at)

    await in_transaction(done)


async def end_on(
    uuid: UUID, ends_at: datetime, *, reason: str, staff_member_id: int, at: datetime
) -> None:
    """Let the codes of a run be claimed before another moment, earlier or later.

    Raises:
        NotFound: ``no_such_code_run``. Refused: ``reason_missing``, ``code_end_is_past``.
    """
    if ends_at <= at:
        raise Refused("code_end_is_past")

    async def done() -> None:
        run = await _run(uuid)
        if run["ends_at"] != ends_at:
            await db.fetch(
                "UPDATE coupon_code_run SET ends_at = $2 WHERE id = $1", run["id"], ends_at
            )
            await _note(CouponDeedKind.CODES_ENDED, run, reason, by=staff_member_id, at=at)

    await in_transaction(done)


async def _run(uuid: UUID) -> db.Row:
    rows = await db.fetch("SELECT * FROM coupon_code_run WHERE uuid = $1 FOR UPDATE", uuid)
    if not rows:
        raise NotFound("no_such_code_run", uuid=uuid)
    return rows[0]


async def _note(kind: CouponDeedKind, run: db.Row, reason: str, *, by: int, at: datetime) -> None:
    await note([Deed(kind, run["slot"], reason, by, run_id=run["id"])], at=at)
