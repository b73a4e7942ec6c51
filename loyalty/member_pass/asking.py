"""Whom to ask a platform about that says nothing by itself when somebody joins or leaves it."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.orders import IdentityRef
from models import IdentityKind, db

_TO_ASK = """
SELECT value FROM identity
WHERE kind = $2 AND scope = $3 AND (looked_up_at IS NULL OR looked_up_at < $4)
  AND (EXISTS (SELECT FROM pass_binding
               WHERE connection_id = $1 AND pass_binding.value = identity.value
                 AND ended_at IS NULL)
       OR EXISTS (SELECT FROM purchase
                  WHERE purchase.customer_id IN (identity.customer_id, identity.before_merge_id)
                    AND paid_at > $5))
ORDER BY looked_up_at NULLS FIRST, identity.id LIMIT $6
"""
_ASKED = """
UPDATE identity SET looked_up_at = $4 WHERE kind = $1 AND scope = $2 AND value = ANY($3::text[])
"""


async def to_ask(
    connection_id: int,
    kind: IdentityKind,
    scope: str,
    *,
    asked_before: datetime,
    bought_after: datetime,
    limit: int,
) -> list[IdentityRef]:
    """Return names of a kind of which their platform was not asked since, longest first.

    Of whoever is bound under hers, or bought lately.
    """
    rows = await db.fetch(
        _TO_ASK, connection_id, kind.value, scope, asked_before, bought_after, limit
    )
    return [IdentityRef(kind, scope, row["value"]) for row in rows]


async def asked(names: Sequence[IdentityRef], *, at: datetime) -> None:
    """Note that their platform was asked about names of one kind and scope."""
    if names:
        values = [name.value for name in names]
        await db.fetch(_ASKED, names[0].kind.value, names[0].scope, values, at)
