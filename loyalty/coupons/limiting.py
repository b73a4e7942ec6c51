"""How many coupons of a batch there may be, in all and for each member: never one too many.

The most stand in the rule. The caller of ``issue`` waits here for others who give of the same:
members first, in the order of their ids, then batches; both stay hers to the end of her
transaction. Members who were merged count as one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from loyalty.errors import LoyaltyError, Refused
from loyalty.programme import Rule
from loyalty.roots import roots_of
from models import db

if TYPE_CHECKING:
    from loyalty.coupons.issuing import Issue

_LOCK_MEMBERS = "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

# What staff took back stays counted for her; what a refund took back can be given again. A coupon
# that she gave to a friend counts for her, and not for the friend.
_HERS = """
WITH hers AS (SELECT id FROM customer WHERE coalesce(merged_into_id, id) = ANY($1::bigint[]))
SELECT coalesce(customer.merged_into_id, customer.id) AS root, coupon.slot, count(*) AS coupons
FROM coupon JOIN customer ON customer.id = coalesce(coupon.issued_to, coupon.member_id)
WHERE coupon.slot = ANY($2::text[])
  AND (issued_to IN (SELECT id FROM hers)
       OR issued_to IS NULL AND member_id IN (SELECT id FROM hers))
  AND (coupon.state <> 'void' OR EXISTS (SELECT FROM coupon_deed
                                         WHERE coupon_id = coupon.id AND kind = 'voided'))
GROUP BY 1, 2
"""

_LOCK_STOCKS = """
SELECT slot, taken FROM coupon_stock WHERE slot = ANY($1::text[]) ORDER BY slot FOR UPDATE
"""

_OPEN_STOCKS = """
INSERT INTO coupon_stock (slot, taken)
SELECT slot, (SELECT count(*) FROM coupon WHERE coupon.slot = wanted.slot AND state <> 'void')
FROM unnest($1::text[]) AS wanted (slot) ORDER BY slot
ON CONFLICT (slot) DO NOTHING
"""


async def refusals(pairs: Sequence[tuple["Issue", Rule]]) -> dict[str, LoyaltyError]:
    """Return by key which coupons may not be given; joins the caller's transaction.

    ``coupon_limit_reached`` where she has as many as she may, ``coupons_all_gone`` where the batch
    has no more; what is asked for first comes first. At most nine statements, however many are
    asked for, and none where no batch has a limit.
    """
    found = await _over_hers([(one, rule) for one, rule in pairs if rule.body.most_for_her])
    left = [(one, rule) for one, rule in pairs if one.key not in found]
    return found | await _over_stock([pair for pair in left if pair[1].body.stock is not None])


def is_limited(rule: Rule) -> bool:
    """Say whether a batch has an end, for all or for each member."""
    return rule.body.stock is not None or rule.body.most_for_her is not None


async def _given(keys: Iterable[str]) -> set[str]:
    rows = await db.fetch("SELECT key FROM coupon WHERE key = ANY($1::text[])", list(keys))
    return {row["key"] for row in rows}


async def _over_hers(pairs: Sequence[tuple["Issue", Rule]]) -> dict[str, LoyaltyError]:
    if not pairs:
        return {}
    roots = await _locked({one.member_id for one, _ in pairs})
    slots = sorted({one.slot for one, _ in pairs})
    rows = await db.fetch(_HERS, sorted(set(roots.values())), slots)
    hers = Counter({(row["root"], row["slot"]): row["coupons"] for row in rows})
    found: dict[str, LoyaltyError] = {}
    # given before, or by another while we waited: told as given later on
    known = await _given(one.key for one, _ in pairs)
    asked: set[str] = set()
    for one, rule in pairs:
        place = (roots.get(one.member_id, one.member_id), one.slot)
        if one.key in known or one.key in asked:
            continue
        if hers[place] >= rule.body.most_for_her:
            found[one.key] = Refused("coupon_limit_reached", most=rule.body.most_for_her)
            continue
        asked.add(one.key)
        hers[place] += 1
    return found


async def _locked(member_ids: Iterable[int]) -> Mapping[int, int]:
    """Hold those whom members are now, in the order of their ids, and return them by member."""
    wanted = sorted(member_ids)
    while True:
        roots = await roots_of(wanted)
        await db.fetch(_LOCK_MEMBERS, sorted(set(roots.values())))
        if await roots_of(wanted) == roots:  # else one was merged while we waited
            return roots


async def _over_stock(pairs: Sequence[tuple["Issue", Rule]]) -> dict[str, LoyaltyError]:
    if not pairs:
        return {}
    slots = sorted({one.slot for one, _ in pairs})
    rows = await db.fetch(_LOCK_STOCKS, slots)
    if len(rows) < len(slots):
        await db.fetch(_OPEN_STOCKS, sorted(set(slots) - {row["slot"] for row in rows}))
        rows = await db.fetch(_LOCK_STOCKS, slots)
    taken = Counter({row["slot"]: row["taken"] for row in rows})
    known = await _given(one.key for one, _ in pairs)
    found: dict[str, LoyaltyError] = {}
    asked: set[str] = set()
    for one, rule in pairs:
        if one.key in known or one.key in asked:
            continue
        if taken[one.slot] >= rule.body.stock:
            found[one.key] = Refused("coupons_all_gone")
            continue
        asked.add(one.key)
        taken[one.slot] += 1
    return found
