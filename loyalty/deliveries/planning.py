"""Plan deliveries: in the transaction of what causes them, once a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from loyalty.deliveries.messages import Message
from loyalty.errors import Conflict, LoyaltyError, NotFound, Refused
from loyalty.ledger.movements import is_writable
from loyalty.outcomes import Fate, Outcome
from models import Purpose, db

KEY_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to one customer.

    ``key`` names its reason ("reply:71"). ``scope`` is the account of ours that speaks (app id)
    and ``address`` whom it speaks to (openid). Sent in the half-open [not_before, lapses_at).
    With a ``purpose`` it is sent only while she does not refuse that.
    """

    key: str
    customer_id: int
    channel: str
    scope: str
    address: str
    message: Message
    not_before: datetime
    lapses_at: datetime
    purpose: Purpose | None = None

    def __post_init__(self) -> None:
        assert self.not_before.tzinfo, "moments know their zone"
        assert self.lapses_at.tzinfo, "moments know their zone"

    def content(self) -> tuple[object, ...]:
        """Return what the same key must repeat to be the same delivery."""
        said = msgspec.to_builtins(self.message)
        return (self.customer_id, self.channel, self.scope, self.address, said)


# In the order of keys, so that two batches that share some wait for each other and do not deadlock.
_PLAN = """
WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[],
                         $6::text[], $7::timestamptz[], $8::timestamptz[], $10::text[])
         WITH ORDINALITY AS wanted (key, customer_id, channel, scope, address, message,
                                    not_before, lapses_at, purpose, place)
)
INSERT INTO delivery (key, customer_id, channel, scope, address, message, not_before, lapses_at,
                      purpose, state, planned_at)
SELECT key, customer_id, channel, scope, address, message::jsonb, not_before, lapses_at,
       purpose, 'planned', $9
FROM wanted WHERE EXISTS (SELECT FROM customer WHERE customer.id = wanted.customer_id)
ORDER BY key, place
ON CONFLICT (key) DO NOTHING
RETURNING id, key
"""

_STANDING = """
SELECT id, key, customer_id, channel, scope, address, message FROM delivery
WHERE key = ANY($1::text[])
"""


async def plan(wanted: Sequence[Planned], *, at: datetime) -> list[Outcome[int]]:
    """Plan a batch and return the id of each delivery; joins the caller's transaction.

    Refused: ``key_reused`` (the key names another message or another person),
    ``no_such_customer``, ``key_out_of_range``, ``text_not_writable``, ``lapses_before_it_starts``.
    """
    refusals = [_refusal(one) for one in wanted]
    valid = [one for one, refusal in zip(wanted, refusals, strict=True) if refusal is None]
    new = await _insert(valid, at=at) if valid else {}
    standing = await _standing(valid) if len(new) < len(valid) else {}
    return [
        _outcome(one, new, standing) if refusal is None else Outcome(Fate.REFUSED, refusal=refusal)
        for one, refusal in zip(wanted, refusals, strict=True)
    ]


def _refusal(one: Planned) -> LoyaltyError | None:
    if not 0 < len(one.key) <= KEY_LIMIT or not is_writable(one.key):
        return Refused("key_out_of_range", key=ascii(one.key[:KEY_LIMIT]))
    said = (one.channel, one.scope, one.address, *one.message.words())
    if not all(is_writable(text) for text in said):
        return Refused("text_not_writable", key=one.key)
    if one.lapses_at <= one.not_before:
        return Refused("lapses_before_it_starts", key=one.key)
    return None


async def _insert(wanted: Sequence[Planned], *, at: datetime) -> dict[str, int]:
    rows = await db.fetch(
        _PLAN,
        [one.key for one in wanted],
        [one.customer_id for one in wanted],
        [one.channel for one in wanted],
        [one.scope for one in wanted],
        [one.address for one in wanted],
        [msgspec.json.encode(one.message).decode() for one in wanted],
        [one.not_before for one in wanted],
        [one.lapses_at for one in wanted],
        at,
        [one.purpose.value if one.purpose else None for one in wanted],
    )
    return {row["key"]: row["id"] for row in rows}


async def _standing(wanted: Sequence[Planned]) -> dict[str, db.Row]:
    rows = await db.fetch(_STANDING, [one.key for one in wanted])
    return {row["key"]: row for row in rows}


def _outcome(one: Planned, new: dict[str, int], standing: dict[str, db.Row]) -> Outcome[int]:
    """Tell the first of equal keys that it is new, and the others how they compare."""
    delivery_id = new.pop(one.key, None)
    if delivery_id is not None:
        return Outcome(Fate.DONE, delivery_id)
    row = standing.get(one.key)
    if row is None:
        refusal = NotFound("no_such_customer", customer_id=one.customer_id)
        return Outcome(Fate.REFUSED, refusal=refusal)
    said = msgspec.json.decode(row["message"])
    if (row["customer_id"], row["channel"], row["scope"], row["address"], said) != one.content():
        return Outcome(Fate.REFUSED, refusal=Conflict("key_reused", key=one.key))
    return Outcome(Fate.ALREADY_DONE, row["id"])
