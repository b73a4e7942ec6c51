"""How many coupons of a batch there may be, in all and for each member: never one too many.

The most stand in the rule. The caller of ``issue`` waits here for others who give of the same:
members first, in the order of their ids, then batches; both stay hers to the end of her
transaction. Members who were merged count as one.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from loyalty.errors import LoyaltyError, Refused
from loyalty.programme import Rule
from loyalty.roots import roots_of
from models import db

if TYPE_CHECKING:
    from loyalty.coupons.issuing import Issue

Pair = tuple["Issue", Rule]


class _Asked(NamedTuple):
    """A coupon to give, where it counts, and how many there may be."""

    key: str
    place: Hashable
    most: int


_LOCK_MEMBERS = "SELECT FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"

# What staff took back stays counted for her; what a refund took back can be given again. A coupon
# that she gave to a friend counts for her, and not for the friend.
_HERS = """
SELECT coalesce(customer.merged_into_id, customer.id) AS root, coupon.slot, count(*) AS coupons
FROM coupon JOIN customer ON customer.id = coalesce(coupon.issued_to, coupon.member_id)
WHERE coupon.slot = ANY($2::text[])
  AND coalesce(coupon.issued_to, coupon.member_id) = ANY(ARRAY(
        SELECT id FROM customer WHERE coalesce(merged_into_id, id) = ANY($1::bigint[])))
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


async def refusals(pairs: Sequence[Pair]) -> dict[str, LoyaltyError]:
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


@dataclass(frozen=True, slots=True)
class Room:
    """What batches may still give, all of it held to the end of the caller's transaction."""

    roots: Mapping[int, int]
    hers: Counter[tuple[int | None, str]]
    taken: Counter[str]

    def require(self, one: "Issue", rule: Rule) -> None:
        """Require that a coupon can be given.

        Raises:
            Refused: ``coupon_limit_reached``, ``coupons_all_gone``.
        """
        most = rule.body.most_for_her
        if most is not None and self.hers[self._place(one)] >= most:
            raise Refused("coupon_limit_reached", most=most)
        if rule.body.stock is not None and self.taken[one.slot] >= rule.body.stock:
            raise Refused("coupons_all_gone")

    def take(self, one: "Issue") -> None:
        """Count a coupon that will be given."""
        self.hers[self._place(one)] += 1
        self.taken[one.slot] += 1

    def _place(self, one: "Issue") -> tuple[int | None, str]:
        return self.roots.get(one.member_id), one.slot


async def room(pairs: Sequence[Pair]) -> Room:
    """Hold what these coupons are counted by, where their batches have limits; see ``refusals``."""
    limited = [pair for pair in pairs if pair[1].body.most_for_her is not None]
    roots, hers = await _hers(limited) if limited else ({}, Counter())
    stocked = sorted({one.slot for one, rule in pairs if rule.body.stock is not None})
    return Room(roots, hers, await _taken(stocked) if stocked else Counter())


async def _over_hers(pairs: Sequence[Pair]) -> dict[str, LoyaltyError]:
    if not pairs:
        return {}
    roots, hers = await _hers(pairs)
    asked = [
        _Asked(one.key, (roots.get(one.member_id), one.slot), rule.body.most_for_her)
        for one, rule in pairs
    ]
    over = await _over(asked, hers)
    return {one.key: Refused("coupon_limit_reached", most=one.most) for one in over}


async def _hers(
    pairs: Sequence[Pair],
) -> tuple[Mapping[int, int], Counter[tuple[int | None, str]]]:
    """Hold those who ask and return who they are now, and how many they have of each batch."""
    roots = await _locked({one.member_id for one, _ in pairs})
    slots = sorted({one.slot for one, _ in pairs})
    rows = await db.fetch(_HERS, sorted(set(roots.values())), slots)
    return roots, Counter({(row["root"], row["slot"]): row["coupons"] for row in rows})


async def _locked(member_ids: Iterable[int]) -> Mapping[int, int]:
    """Hold those whom members are now, in the order of their ids, and return them by member."""
    wanted = sorted(member_ids)
    while True:
        roots = await roots_of(wanted)
        await db.fetch(_LOCK_MEMBERS, sorted(set(roots.values())))
        if await roots_of(wanted) == roots:  # else one was merged while we waited
            return roots


async def _over_stock(pairs: Sequence[Pair]) -> dict[str, LoyaltyError]:
    if not pairs:
        return {}
    taken = await _taken(sorted({one.slot for one, _ in pairs}))
    asked = [_Asked(one.key, one.slot, rule.body.stock) for one, rule in pairs]
    return {one.key: Refused("coupons_all_gone") for one in await _over(asked, taken)}


async def _taken(slots: Sequence[str]) -> Counter[str]:
    """Hold batches and return how many coupons there are of each."""
    rows = await db.fetch(_LOCK_STOCKS, slots)
    if len(rows) < len(slots):
        await db.fetch(_OPEN_STOCKS, sorted(set(slots) - {row["slot"] for row in rows}))
        rows = await db.fetch(_LOCK_STOCKS, slots)
    return Counter({row["slot"]: row["taken"] for row in rows})


async def _over(asked: Sequence[_Asked], taken: Mapping[Any, int]) -> list[_Asked]:
    """Return what is beyond the most.

    What was given before under its key is not: by another, perhaps, while we waited. It is looked
    for only where something is beyond: others wait for us meanwhile.
    """
    if not _beyond(asked, taken, known=frozenset()):
        return []
    rows = await db.fetch(
        "SELECT key FROM coupon WHERE key = ANY($1::text[])", [one.key for one in asked]
    )
    return _beyond(asked, taken, known={row["key"] for row in rows})


def _beyond(
    asked: Sequence[_Asked], taken: Mapping[Any, int], *, known: AbstractSet[str]
) -> list[_Asked]:
    counts, seen, found = Counter(taken), set(known), []
    for one in asked:
        if one.key in seen:
            continue
        if counts[one.place] >= one.most:
            found.append(one)
            continue
        seen.add(one.key)
        counts[one.place] += 1
    return found
