"""Two identities turn out to be one human's: their customers are merged, unless they are two."""

from datetime import datetime

from loyalty.again import in_transaction
from loyalty.customers.identifying import find, join
from loyalty.customers.merging import merge
from loyalty.errors import NotFound, Refused
from loyalty.orders import IdentityRef
from loyalty.roots import ids_of
from models import db

_ONE, _ANOTHER = ids_of("$1::bigint"), ids_of("$2::bigint")

# One human has one openid an app, one unionid, and one number that a platform vouches for. Whom
# staff parted, who saw more than a platform does, only they make one again.
_TWO_PEOPLE = f"""
SELECT EXISTS (SELECT FROM identity AS hers JOIN identity AS another USING (kind, scope)
               WHERE hers.customer_id = $1 AND another.customer_id = $2
                 AND kind IN ('openid', 'unionid', 'mobile') AND hers.value <> another.value)
    OR EXISTS (SELECT FROM merge
               WHERE undone_at IS NOT NULL
                 AND (root_id = ANY({_ONE}) AND other_id = ANY({_ANOTHER})
                      OR root_id = ANY({_ANOTHER}) AND other_id = ANY({_ONE})))
    AS are_two
"""


async def link(known: IdentityRef, other: IdentityRef, *, at: datetime, by: str = "link") -> int:
    """Let the customer whom ``other`` names be ``known``'s, by a merge, and return that one's id.

    Linking what is linked changes nothing.

    Raises:
        NotFound: ``known_identity_unknown`` or ``other_identity_unknown``.
        Refused: ``already_linked``: both are followers of one account, or have different phone
            numbers or unionids, or staff undid a merge of the two: two people.
    """
    return await in_transaction(lambda: _link(known, other, at=at, by=by))


async def _link(known: IdentityRef, other: IdentityRef, *, at: datetime, by: str) -> int:
    found = await find([known, other])
    if known not in found:
        raise NotFound("known_identity_unknown", **_named(known))
    if other not in found:
        raise NotFound("other_identity_unknown", **_named(other))
    target, source = found[known], found[other]
    if target == source:
        await join([target], at=at, through="link")
        return target
    if await are_two_people(source, target):
        raise Refused("already_linked", customer_id=target)
    evidence = f"{known.kind.value}, {other.kind.value}"
    await merge(target, source, evidence=evidence, by=by, at=at)
    return target


async def are_two_people(customer_id: int, another_id: int) -> bool:
    """Say whether what platforms vouch for speaks against one human; their members are locked."""
    await db.fetch(
        "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        [customer_id, another_id],
    )
    (row,) = await db.fetch(_TWO_PEOPLE, customer_id, another_id)
    found: bool = row["are_two"]
    return found


def _named(reference: IdentityRef) -> dict[str, object]:
    return {"kind": reference.kind.value, "scope": reference.scope, "value": reference.value}
