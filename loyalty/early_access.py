"""Products that are not open for everybody yet, and who may buy them before: see ``EarlyAccess``.

What is closed stands in the rules; a member who redeemed the right holds a slot, which one order
takes: locked to it while it awaits payment, used once it is paid, free again where it was not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty import programme
from loyalty.errors import Refused
from loyalty.programme import Programme
from loyalty.rewards import REWARDS
from loyalty.rewards.early_access import EarlyAccess
from loyalty.roots import HER_IDS
from models import db


@dataclass(frozen=True, slots=True)
class Closed:
    """A product that is not open yet: when it will be, and the rewards that let her in before."""

    opens_at: datetime
    slots: frozenset[str]


def closed(rules: Programme, skus: Iterable[str], *, at: datetime) -> dict[str, Closed]:
    """Return which of these products are not open for everybody yet."""
    found: dict[str, Closed] = {}
    rights = [rule for rule in rules.of(REWARDS, at) if isinstance(rule.body, EarlyAccess)]
    for sku in skus if rights else ():
        closing = [rule for rule in rights if rule.body.closes(sku, at)]
        if closing:
            opens_at = max(rule.body.opens_at for rule in closing)
            found[sku] = Closed(opens_at, frozenset(rule.slot for rule in closing))
    return found


_FREE = f"""
SELECT id, slot FROM redemption
WHERE member_id = ANY({HER_IDS}) AND slot = ANY($2::text[]) AND state = 'issued'
  AND expires_at > $3 AND store_order_id IS NULL
ORDER BY expires_at, id
"""


async def barred(
    member_id: int, skus: Iterable[str], *, rules: Programme, at: datetime
) -> dict[str, Closed]:
    """Return which of these products a member may not buy yet."""
    shut = closed(rules, skus, at=at)
    if not shut:
        return {}
    held = await _slots(member_id, shut, at=at)
    return {sku: one for sku, one in shut.items() if not one.slots & held.keys()}


async def check(member_id: int, skus: Iterable[str], *, rules: Programme, at: datetime) -> None:
    """Refuse a cart that holds what is not open for her yet.

    Raises:
        Refused: ``opens_later`` with the product and the moment.
    """
    for sku, one in sorted((await barred(member_id, skus, rules=rules, at=at)).items()):
        raise Refused("opens_later", sku=sku, opens_at=one.opens_at)


async def lock(member_id: int, skus: Sequence[str], *, order_id: int, at: datetime) -> None:
    """Let an order of the open transaction take the slots that it needs; her row is locked.

    Raises:
        Refused: ``opens_later``: another order has taken them since, or the rules have changed.
    """
    shut = closed(await programme.load(), skus, at=at)
    if not shut:
        return
    held = await _slots(member_id, shut, at=at)
    taken: dict[str, int] = {}
    for sku, one in sorted(shut.items()):
        usable = sorted(one.slots & held.keys())
        if not usable:
            raise Refused("opens_later", sku=sku, opens_at=one.opens_at)
        slot = next((slot for slot in usable if slot in taken), usable[0])
        taken[slot] = held[slot]
    await db.fetch(
        "UPDATE redemption SET store_order_id = $2 WHERE id = ANY($1::bigint[])",
        sorted(taken.values()),
        order_id,
    )


async def _slots(member_id: int, shut: dict[str, Closed], *, at: datetime) -> dict[str, int]:
    """Return a free redemption of hers for each reward of which she has one."""
    wanted = sorted({slot for one in shut.values() for slot in one.slots})
    rows = await db.fetch(_FREE, member_id, wanted, at)
    return {row["slot"]: row["id"] for row in reversed(rows)}


async def use(order_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Let the slots of orders that were paid be used; return the redemptions used now."""
    rows = await db.fetch(
        "UPDATE redemption SET state = 'handed_over', used = uses, ended_at = $2"
        " WHERE store_order_id = ANY($1::bigint[]) AND state = 'issued' RETURNING id",
        list(order_ids),
        at,
    )
    return [row["id"] for row in rows]


async def give_back(order_ids: Sequence[int]) -> None:
    """Let the slots of orders that were not paid be free again."""
    await db.fetch(
        "UPDATE redemption SET store_order_id = NULL"
        " WHERE store_order_id = ANY($1::bigint[]) AND state = 'issued'",
        list(order_ids),
    )
