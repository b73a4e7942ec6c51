"""The hashes that a platform makes of phone numbers, kept for each number that we hold.

A hash of eleven digits is undone by trying them all, so what is kept is a keyed digest of it.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from functools import partial

from loyalty import customers
from loyalty.again import in_transaction
from loyalty.customers.linking import are_two_people
from loyalty.customers.phones import PURPOSE
from loyalty.member_pass.binding import EVIDENCE
from loyalty.sealing import Sealer
from models import db

AT_ONCE = 500
# Numbers are stored by several processes: some a little behind the newest may not be mixed yet.
BEHIND = 10_000

_UNMIXED = """
SELECT identity.id, customer_id, value, sealed_value FROM identity
WHERE kind = 'mobile' AND sealed_value IS NOT NULL
  AND identity.id > coalesce((SELECT identity_id FROM mixed_phone
                              JOIN identity AS mixed ON mixed.id = identity_id
                              WHERE connection_id = $1 AND mixed.kind = 'mobile'
                              ORDER BY identity_id DESC LIMIT 1), 0) - $3
  AND NOT EXISTS (SELECT FROM mixed_phone
                  WHERE connection_id = $1 AND identity_id = identity.id)
ORDER BY identity.id LIMIT $2
"""
_KEEP = """
INSERT INTO mixed_phone (connection_id, digest, identity_id)
SELECT $1, * FROM unnest($2::text[], $3::bigint[]) ON CONFLICT DO NOTHING
RETURNING identity_id
"""
_HELD = """
SELECT mixed_phone.digest, identity.customer_id, identity.kind FROM mixed_phone
JOIN identity ON identity.id = identity_id
WHERE connection_id = $1 AND digest = ANY($2::text[])
"""
_TAKE = "UPDATE mixed_phone SET identity_id = $3 WHERE connection_id = $1 AND digest = $2"


def mixed_digest(hashed: str, *, sealer: Sealer) -> str:
    """Return what is kept of a platform's hash."""
    return hmac.digest(sealer.derived_key("mixed_phone"), hashed.encode(), "sha256").hex()


async def mix(
    connection_id: int, hashing: Callable[[str], str], *, sealer: Sealer, at: datetime
) -> int:
    """Keep the hashes of numbers that have none yet; return how many.

    ``hashing`` makes the platform's hash of a number such as +8613800138000. Whoever registered on
    the platform with the same number before is the same customer from now on.
    """
    rows = await db.fetch(_UNMIXED, connection_id, AT_ONCE, BEHIND)
    digests = {}
    for row in rows:
        number = sealer.unseal(row["sealed_value"], purpose=f"{PURPOSE}:{row['value']}").decode()
        digests[row["id"]] = mixed_digest(hashing(number), sealer=sealer)
    if not digests:
        return 0
    kept = await db.fetch(_KEEP, connection_id, list(digests.values()), list(digests))
    new = {row["identity_id"] for row in kept}
    others = {row["id"]: row["customer_id"] for row in rows if row["id"] not in new}
    held = await db.fetch(_HELD, connection_id, [digests[one] for one in others])
    by_digest = {row["digest"]: row for row in held}
    told = 0
    for identity_id, customer_id in others.items():
        digest = digests[identity_id]
        registered = by_digest.get(digest)
        if registered is not None and registered["kind"] != "mobile":
            one = partial(_one, customer_id, registered["customer_id"], at=at)
            if await in_transaction(one):
                await db.fetch(_TAKE, connection_id, digest, identity_id)
                told += 1
    return len(new) + told


async def _one(customer_id: int, other_id: int, *, at: datetime) -> bool:
    """Let whoever registered with a number be its customer, where nothing speaks against it."""
    if other_id == customer_id:
        return True
    if await are_two_people(customer_id, other_id):
        return False
    await customers.merge(customer_id, other_id, evidence=EVIDENCE, by=EVIDENCE, at=at)
    return True
