"""How often codes may be tried that are none: by a member, from an address, at one run.

Each try is counted before the code is looked at, in a statement of its own, so that no number of
callers at once gets more looks than one after another would; a right code is taken off again.
PostgreSQL alone decides.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from loyalty.errors import Throttled
from models import db

WINDOW = timedelta(minutes=10)
# Phones of one carrier share an address; whoever knows a run's first letters tries at it.
MOST = {"member": 10, "address": 100, "run": 1000}
_COUNTED_TO = 1_000_000

_COUNT = """
INSERT INTO coupon_code_tries AS tries (scope, began_at, wrong)
SELECT scope, $2, 1 FROM unnest($1::text[]) AS wanted (scope) ORDER BY scope
ON CONFLICT (scope) DO UPDATE
SET began_at = CASE WHEN tries.began_at > $3 THEN tries.began_at ELSE $2 END,
    wrong = CASE WHEN tries.began_at > $3 THEN least(tries.wrong + 1, $4) ELSE 1 END
RETURNING scope, began_at, wrong
"""
_FORGIVE = """
UPDATE coupon_code_tries SET wrong = wrong - 1
WHERE scope IN (SELECT scope FROM coupon_code_tries WHERE scope = ANY($1::text[]) AND wrong > 0
                ORDER BY scope FOR UPDATE)
"""
_FORGET = """
DELETE FROM coupon_code_tries WHERE scope = ANY(ARRAY(
    SELECT scope FROM coupon_code_tries WHERE began_at <= $1 ORDER BY began_at LIMIT $2
    FOR UPDATE SKIP LOCKED))
RETURNING scope
"""


def address_scope(address: str, key: bytes) -> str:
    """Return the name that tries from an address are counted under; it does not tell which."""
    return f"address:{hmac.digest(key, address.encode(), 'sha256').hex()[:32]}"


async def count(scopes: Sequence[str], *, at: datetime) -> None:
    """Count a try as a wrong one until it is forgiven; outside of any transaction.

    Raises:
        Throttled: ``too_many_code_tries``: too many were wrong lately.
    """
    assert not db.in_caller_transaction(), "what is rolled back was not counted"
    rows = await db.fetch(_COUNT, list(scopes), at, at - WINDOW, _COUNTED_TO)
    over = [row for row in rows if row["wrong"] > MOST[row["scope"].partition(":")[0]]]
    if over:
        wait = max(row["began_at"] for row in over) + WINDOW - at
        seconds = max(1, -int(-wait.total_seconds() // 1))
        raise Throttled("too_many_code_tries", after_seconds=seconds)


async def forgive(scopes: Sequence[str]) -> None:
    """Take a try off again: its code was right."""
    await db.fetch(_FORGIVE, list(scopes))


async def forget(*, at: datetime, limit: int) -> int:
    """Remove counts whose time is over, at most so many, and return how many."""
    return len(await db.fetch(_FORGET, at - WINDOW, limit))
