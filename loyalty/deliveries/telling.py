"""Tell customers something in the official account that they follow, if they follow any."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty.deliveries.messages import Text
from loyalty.deliveries.planning import Planned, plan
from loyalty.wording import Worded
from models import db

SAID_WITHIN = timedelta(days=2)
LEAST = timedelta(minutes=5)  # so long any message may take

# The account that she followed last, of those that she follows.
_ADDRESSES = """
SELECT DISTINCT ON (customer.id) customer.id AS customer_id, customer.language, identity.scope,
       identity.value
FROM customer JOIN identity ON identity.customer_id = customer.id AND identity.kind = 'openid'
                           AND identity.following_since IS NOT NULL
WHERE customer.id = ANY($1::bigint[])
ORDER BY customer.id, identity.following_since DESC, identity.id DESC
"""


class Words(Struct, frozen=True):
    """What one customer is told, in the language that we write to her in; ``key`` names it."""

    key: str
    customer_id: int
    worded: Worded


async def tell_followers(
    words: Sequence[Words], *, at: datetime, until: datetime | None = None
) -> None:
    """Plan customer messages for two days; who follows no account of ours is told nothing.

    After ``until`` they say nothing any more, and are not sent.

    Joins the caller's transaction, and says nothing twice.
    """
    if not words:
        return
    rows = await db.fetch(_ADDRESSES, sorted({one.customer_id for one in words}))
    addresses = {row["customer_id"]: row for row in rows}
    await plan(
        [
            _planned(one, addresses[one.customer_id], at=at, until=until)
            for one in words
            if one.customer_id in addresses
        ],
        at=at,
    )


def _planned(one: Words, address: db.Row, *, at: datetime, until: datetime | None) -> Planned:
    latest = at + SAID_WITHIN
    return Planned(
        key=one.key,
        customer_id=one.customer_id,
        channel="official_account",
        scope=address["scope"],
        address=address["value"],
        message=Text(one.worded.spoken(address["language"])),
        not_before=at,
        lapses_at=latest if until is None else max(at + LEAST, min(latest, until)),
    )
