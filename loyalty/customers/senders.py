"""Who writes to us: the customer behind a name, and what an answer to her needs to know."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from loyalty.boosts import reading as boosts
from loyalty.boosts.reading import Boosted
from loyalty.ledger.reading import BALANCE, SOON, Balance
from models import IdentityKind, db


class Sender(Struct, frozen=True):
    """A customer who writes to us: her language, her points and her boost.

    ``with_agent_until`` is until when a person of customer service talks with her.
    """

    customer_id: int
    language: str
    with_agent_until: datetime | None
    balance: Balance
    boost: Boosted | None = None


_SENDERS = f"""
SELECT asked.place, member.id AS customer_id, customer.language, identity.with_agent_until,
       boosted.times_percent, boosted.ends_at, {BALANCE.columns}
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS asked (scope, name, place)
JOIN identity ON identity.kind = $5::text AND identity.scope = asked.scope
     AND identity.value = asked.name
JOIN customer ON customer.id = identity.customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
{BALANCE.join}
LEFT JOIN LATERAL ({boosts.now("member.id", "$1")}) AS boosted ON true
"""


async def senders(
    names: Sequence[tuple[str, str]],
    *,
    at: datetime,
    kind: IdentityKind = IdentityKind.OPENID,
) -> list[Sender | None]:
    """Return who writes under each scope and name of a kind; None where she is no member yet.

    That is: app id and openid, or corp id and external user id.
    """
    scopes, values = [scope for scope, _ in names], [name for _, name in names]
    rows = await db.fetch(_SENDERS, at, at + SOON, scopes, values, kind)
    found: list[Sender | None] = [None] * len(names)
    for row in rows:
        place, customer_id, language, with_agent_until, times_percent, ends_at = row[:6]
        boost = Boosted(times_percent, ends_at) if ends_at else None
        balance = Balance(*row[6:])
        found[place - 1] = Sender(customer_id, language, with_agent_until, balance, boost)
    return found
