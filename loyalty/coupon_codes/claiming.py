"""Claim a coupon by its code: once ever, by one member; by a public word once each."""

from datetime import datetime
from uuid import UUID

from loyalty import coupons
from loyalty.again import in_transaction
from loyalty.coupon_codes import letters, tries
from loyalty.coupons import Held, Issue, Reason
from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.roots import HER_IDS
from loyalty.sealing import Sealer
from models import db

REASON = Reason(code="coupon_by_code")
# A right code that brings nothing now is no guess.
NO_GUESSES = frozenset({"coupon_limit_reached", "coupons_all_gone", "coupon_code_ended"})

# What a friend gave her of a word is no claim of hers.
_HERS = f"""
SELECT uuid FROM coupon WHERE member_id = ANY({HER_IDS})
AND (key = $2 OR coalesce(issued_to, member_id) = ANY({HER_IDS}) AND EXISTS (
    SELECT FROM coupon_word_claim AS claim JOIN coupon_code_run AS run ON run.id = claim.run_id
    WHERE claim.coupon_id = coupon.id AND run.word = $3))
"""
_CODE = """
SELECT run.id, run.slot, run.word, run.ends_at, run.void_at, coupon_code.coupon_id
FROM coupon_code JOIN coupon_code_run AS run ON run.id = coupon_code.run_id
WHERE digest = $1 FOR UPDATE OF coupon_code FOR SHARE OF run
"""
_WORD = """
SELECT id, slot, word, ends_at, void_at, NULL AS coupon_id FROM coupon_code_run
WHERE word = $1 FOR SHARE
"""

_WORD_CLAIMED = """
WITH noted AS (INSERT INTO coupon_word_claim (coupon_id, run_id) VALUES ($1, $2))
SELECT uuid FROM coupon WHERE id = $1
"""
_CODE_CLAIMED = """
WITH noted AS (UPDATE coupon_code SET coupon_id = $1 WHERE digest = $2)
SELECT uuid FROM coupon WHERE id = $1
"""


async def claim(
    member_id: int, told: str, *, sealer: Sealer, at: datetime, address: str | None = None
) -> Held:
    """Give a member the coupon of a code and return it; outside of any transaction.

    A code that she claimed before is answered as before. Wrong ones are counted, by her, by the
    ``address`` she asks from, and by run; beyond the most, no code is looked at for a while, and
    a right one is lost no more than a wrong one.

    Raises:
        NotFound: ``no_such_coupon_code``, ``no_such_member``.
        Refused: ``coupon_code_used`` (another's), ``coupon_code_void``, ``coupon_code_ended``,
            ``coupon_limit_reached``, ``coupons_all_gone``.
        Throttled: ``too_many_code_tries``.
    """
    code = letters.read(told)
    if not code:  # no code of ours looks so: nothing is looked up, nothing counted
        raise NotFound("no_such_coupon_code")
    key = letters.key_of(sealer)
    (digest,) = letters.digests([code], key)
    hers = await _hers(member_id, code, digest)
    if hers is not None:
        return await coupons.find(hers, member_id=member_id, at=at)
    scopes = [f"member:{member_id}", *await _run_scope(code)]
    if address is not None:
        scopes.append(tries.address_scope(address, key))
    await tries.count(scopes, at=at)
    try:
        uuid = await in_transaction(lambda: _claim(member_id, code, digest, at=at))
    except LoyaltyError as refused:
        if refused.code in NO_GUESSES:
            await tries.forgive(scopes)
        raise
    await tries.forgive(scopes)
    return await coupons.find(uuid, member_id=member_id, at=at)


async def _hers(member_id: int, code: str, digest: bytes) -> UUID | None:
    rows = await db.fetch(_HERS, member_id, _key(digest), code)
    return rows[0]["uuid"] if rows else None


async def _run_scope(code: str) -> list[str]:
    if not letters.CODE.fullmatch(code):
        return []
    rows = await db.fetch(
        "SELECT id FROM coupon_code_run WHERE prefix = $1", code[: letters.PREFIX]
    )
    return [f"run:{row['id']}" for row in rows]


def _key(digest: bytes) -> str:
    return f"code:{digest.hex()}"


async def _claim(member_id: int, code: str, digest: bytes, *, at: datetime) -> UUID:
    await db.fetch("SELECT FROM member WHERE id = $1 FOR NO KEY UPDATE", member_id)
    hers = await _hers(member_id, code, digest)  # she may have tapped twice
    if hers is not None:
        return hers
    rows = await db.fetch(_CODE, digest) or await db.fetch(_WORD, code)
    if not rows:
        raise NotFound("no_such_coupon_code")
    run = rows[0]
    if refusal := _refusal(run, at):
        raise refusal
    key = f"word:{run['id']}:{member_id}" if run["word"] else _key(digest)
    (issued,) = await coupons.issue([Issue(key, member_id, run["slot"], REASON)], at=at)
    if issued.refusal and issued.refusal.code == "no_such_coupon_batch":
        raise Refused("coupon_code_ended")
    if issued.refusal and issued.refusal.code == "key_reused":  # she gave it to a friend since
        raise Refused("coupon_code_used")
    return await _note(run, digest, issued.unwrap())


def _refusal(run: db.Row, at: datetime) -> Refused | None:
    if run["coupon_id"] is not None:
        return Refused("coupon_code_used")
    if run["void_at"] is not None:
        return Refused("coupon_code_void")
    return Refused("coupon_code_ended") if run["ends_at"] <= at else None


async def _note(run: db.Row, digest: bytes, coupon_id: int) -> UUID:
    """Note by which code a coupon came, and return its name."""
    if run["word"]:
        rows = await db.fetch(_WORD_CLAIMED, coupon_id, run["id"])
    else:
        rows = await db.fetch(_CODE_CLAIMED, coupon_id, digest)
    uuid: UUID = rows[0]["uuid"]
    return uuid
