"""Make codes: staff ask for a run of them, workers fill it, sheet by sheet."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.coupon_codes import letters
from loyalty.coupons import batch
from loyalty.coupons.deeds import Deed, note
from loyalty.errors import Conflict, NotFound, Refused
from loyalty.sealing import Sealer
from models import CouponCodeRun, CouponDeedKind, db

MOST = 100_000
SHEET = 1_000
SHEETS_AT_ONCE = 10
PURPOSE = "coupon_code_sheet"

_ADD = """
INSERT INTO coupon_code_run (uuid, slot, prefix, word, wanted, made, ends_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id
"""
# Codes of a batch that has an end stand for coupons that there will be.
_PROMISED = """
SELECT coalesce((SELECT sum(wanted) FROM coupon_code_run
                 WHERE slot = $1 AND word IS NULL AND void_at IS NULL AND ends_at > $2), 0)
       ::bigint AS codes
"""
_NEXT = """
SELECT id, prefix, wanted, made FROM coupon_code_run
WHERE made < wanted AND void_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class CodeWish:
    """Codes of a batch, to be claimed before ``ends_at``; ``uuid`` is the name of the form."""

    uuid: UUID
    slot: str
    ends_at: datetime
    reason: str
    staff_member_id: int


async def make(wish: CodeWish, count: int, *, at: datetime) -> int:
    """Ask for codes and return their run; workers make them. The same form again is the same run.

    Raises:
        NotFound: ``no_such_coupon_batch``.
        Refused: ``code_count_out_of_range``, ``code_end_is_past``, ``codes_beyond_stock``,
            ``reason_missing``.
        Conflict: ``key_reused``: the form was sent for something else.
    """
    if not 1 <= count <= MOST:
        raise Refused("code_count_out_of_range", most=MOST)

    async def added() -> int:
        known = await CouponCodeRun.get_or_none(uuid=wish.uuid)
        if known is not None:
            return _same(known, wish, word=None, count=count)
        stock = await _stock(wish, at=at)
        await db.fetch("SELECT pg_advisory_xact_lock(hashtext($1))", wish.slot)
        (row,) = await db.fetch(_PROMISED, wish.slot, at)
        if stock is not None and row["codes"] + count > stock:
            raise Refused("codes_beyond_stock", stock=stock, left=max(0, stock - row["codes"]))
        run_id = await _add(wish, None, count, at=at)
        await _note(run_id, wish, at=at)
        return run_id

    return await in_transaction(added)  # a collision: the form, or a prefix, is there already


async def make_word(wish: CodeWish, told: str, *, at: datetime) -> int:
    """Let a public word be a code for all, once a member, and return its run.

    Raises:
        NotFound: ``no_such_coupon_batch``.
        Refused: ``code_word_out_of_shape``, ``code_word_taken``, ``code_end_is_past``.
        Conflict: ``key_reused``: the form was sent for something else.
    """
    word = letters.read(told)
    if not word or letters.CODE.fullmatch(word) or word.isdecimal():
        raise Refused("code_word_out_of_shape")

    async def added() -> int:
        known = await CouponCodeRun.get_or_none(uuid=wish.uuid)
        if known is not None:
            return _same(known, wish, word=word, count=1)
        await _stock(wish, at=at)
        if await CouponCodeRun.exists(word=word):
            raise Refused("code_word_taken", word=word)
        run_id = await _add(wish, word, 1, at=at)
        await _note(run_id, wish, at=at)
        return run_id

    return await in_transaction(added)


def _same(known: CouponCodeRun, wish: CodeWish, *, word: str | None, count: int) -> int:
    if (known.slot, known.word, known.wanted) != (wish.slot, word, count):
        raise Conflict("key_reused", key=wish.uuid)
    return int(known.id)


async def _stock(wish: CodeWish, *, at: datetime) -> int | None:
    """Return the most coupons that the batch may have."""
    rule = batch(await programme.load(), wish.slot, at=at)
    if rule is None:
        raise NotFound("no_such_coupon_batch", slot=wish.slot)
    if wish.ends_at <= at:
        raise Refused("code_end_is_past")
    stock: int | None = rule.body.stock
    return stock


async def _add(wish: CodeWish, word: str | None, count: int, *, at: datetime) -> int:
    prefix = None if word else letters.prefix()
    made = 1 if word else 0
    rows = await db.fetch(_ADD, wish.uuid, wish.slot, prefix, word, count, made, wish.ends_at, at)
    run_id: int = rows[0]["id"]
    return run_id


async def _note(run_id: int, wish: CodeWish, *, at: datetime) -> None:
    deed = Deed(
        CouponDeedKind.CODES_MADE, wish.slot, wish.reason, wish.staff_member_id, run_id=run_id
    )
    await note([deed], at=at)


async def fill(sealer: Sealer) -> int:
    """Make the next codes that were asked for, at most 10,000, and return how many; safe anywhere.

    What was committed stays whoever dies; another goes on from there.
    """
    async with db.transaction():
        rows = await db.fetch(_NEXT)
        if not rows:
            return 0
        run = rows[0]
        count: int = min(run["wanted"] - run["made"], SHEET * SHEETS_AT_ONCE)
        found = letters.codes(run["prefix"], count)
        known_by = letters.digests(found, letters.key_of(sealer))
        await db.copy(
            "coupon_code", ("digest", "run_id"), [(digest, run["id"]) for digest in known_by]
        )
        await db.copy(
            "coupon_code_sheet", ("run_id", "number", "sealed"), _sheets(run, found, sealer)
        )
        await db.fetch(
            "UPDATE coupon_code_run SET made = made + $2 WHERE id = $1", run["id"], count
        )
        return count


def _sheets(run: db.Row, found: list[str], sealer: Sealer) -> list[tuple[int, int, bytes]]:
    """Return the codes sealed, a thousand a sheet; numbers count the codes before."""
    return [
        (
            run["id"],
            run["made"] + place,
            sealer.seal("\n".join(found[place : place + SHEET]).encode(), purpose=PURPOSE),
        )
        for place in range(0, len(found), SHEET)
    ]
