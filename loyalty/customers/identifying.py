"""From the names that a source gives a buyer to the one customer she is."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from loyalty.again import in_transaction
from loyalty.errors import LoyaltyError, Refused
from loyalty.orders import IdentityRef
from models import IdentityKind, db

Buyer = tuple[IdentityRef, ...]

_FIND = """
SELECT identity.kind, identity.scope, identity.value,
       coalesce(customer.merged_into_id, customer.id) AS customer_id,
       coalesce(identity.before_merge_id, identity.customer_id) AS before_merge_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (kind, scope, value)
JOIN identity USING (kind, scope, value)
JOIN customer ON customer.id = identity.customer_id
"""

_ADD_IDENTITIES = """
INSERT INTO identity (customer_id, before_merge_id, kind, scope, value, created_at)
SELECT *, $6 FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
"""


async def find(references: Iterable[IdentityRef]) -> dict[IdentityRef, int]:
    """Return the customer ids of the identities that are known; merged ones lead to their root."""
    return {ref: known for ref, (known, _) in (await _find(references)).items()}


async def _find(references: Iterable[IdentityRef]) -> dict[IdentityRef, tuple[int, int]]:
    """Return whom identities name, and whom they named before a merge."""
    wanted = sorted(set(references))
    rows = await db.fetch(_FIND, *_columns(wanted))
    return {
        IdentityRef(IdentityKind(row["kind"]), row["scope"], row["value"]): (
            row["customer_id"],
            row["before_merge_id"],
        )
        for row in rows
    }


def _columns(references: Sequence[IdentityRef]) -> tuple[list[str], list[str], list[str]]:
    return (
        [ref.kind.value for ref in references],
        [ref.scope for ref in references],
        [ref.value for ref in references],
    )


async def identify(
    buyers: Sequence[Buyer], *, at: datetime, through: str
) -> list[int | LoyaltyError | None]:
    """Return the customer of each buyer; unknown ones become customers and members.

    None where the source names no one. Where one buyer's identities belong to two customers, the
    refusal ``identities_of_two_customers`` stands in her place: merging is a verb of its own.
    Joins the caller's transaction, which must be open; two processes that meet the same new buyer
    collide with ``db.Collision`` and the caller tries again.
    """
    found = await recognise(buyers, at=at, through=through)
    return [one[0] if isinstance(one, tuple) else one for one in found]


async def recognise(
    buyers: Sequence[Buyer], *, at: datetime, through: str
) -> list[tuple[int, int] | LoyaltyError | None]:
    """Return each buyer's customer as `identify` does, and whom she was before a merge."""
    found = await _find(ref for buyer in buyers for ref in buyer)
    groups = _Groups(found)
    places = [groups.add(buyer) for buyer in buyers]
    await _create(groups, at=at, through=through)
    told: list[tuple[int, int] | LoyaltyError | None] = []
    for buyer, place in zip(buyers, places, strict=True):
        answer = groups.answer(place)
        if isinstance(answer, int):
            before = next((found[ref][1] for ref in buyer if ref in found), answer)
            told.append((answer, before))
        else:
            told.append(answer)
    return told


class _Groups:
    """Buyers of one batch that share an identity are one customer, in whatever order they come."""

    def __init__(self, known: dict[IdentityRef, tuple[int, int]]) -> None:
        self.place_of: dict[IdentityRef, int] = {}
        self.customers: list[set[int]] = []
        self.before: list[set[int]] = []
        self.new: list[set[IdentityRef]] = []
        self.joined: list[int] = []
        self._known = known

    def add(self, buyer: Buyer) -> int | None:
        """Put a buyer in her group and return its place."""
        if not buyer:
            return None
        places = sorted({self._root(self.place_of[ref]) for ref in buyer if ref in self.place_of})
        if places:
            place = places[0]
            for other in places[1:]:
                self._join(place, other)
        else:
            place = len(self.joined)
            self.joined.append(place)
            self.customers.append(set())
            self.before.append(set())
            self.new.append(set())
        for ref in buyer:
            self.place_of[ref] = place
            if ref in self._known:
                customer, before = self._known[ref]
                self.customers[place].add(customer)
                self.before[place].add(before)
            else:
                self.new[place].add(ref)
        return place

    def _root(self, place: int) -> int:
        while self.joined[place] != place:
            place = self.joined[place]
        return place

    def _join(self, place: int, other: int) -> None:
        self.joined[other] = place
        self.customers[place] |= self.customers[other]
        self.before[place] |= self.before[other]
        self.new[place] |= self.new[other]

    def roots(self) -> list[int]:
        """Return the places of groups that can be one customer."""
        return [
            place
            for place, joined in enumerate(self.joined)
            if joined == place and len(self.customers[place]) < 2
        ]

    def before_merge(self, place: int) -> int | None:
        """Return whom its names stood for before a merge; None where they differ, or for nobody."""
        before = self.before[place]
        is_one = len(before) == 1 and before != self.customers[place]
        return next(iter(before)) if is_one else None

    def answer(self, place: int | None) -> int | LoyaltyError | None:
        """Return the customer of a place, or the refusal."""
        if place is None:
            return None
        found = self.customers[self._root(place)]
        if len(found) > 1:
            return Refused("identities_of_two_customers", customers=sorted(found))
        return next(iter(found))


async def _create(groups: _Groups, *, at: datetime, through: str) -> None:
    roots = groups.roots()
    nameless = [place for place in roots if not groups.customers[place]]
    if nameless:
        rows = await db.fetch(
            "INSERT INTO customer (created_at) SELECT $2 FROM generate_series(1, $1) RETURNING id",
            len(nameless),
            at,
        )
        for place, row in zip(nameless, rows, strict=True):
            groups.customers[place].add(row["id"])
    added = sorted((ref, place) for place in roots for ref in groups.new[place])
    if added:
        customers = [next(iter(groups.customers[place])) for _, place in added]
        before = [groups.before_merge(place) for _, place in added]
        await db.fetch(_ADD_IDENTITIES, customers, before, *_columns([ref for ref, _ in added]), at)
    await join([next(iter(groups.customers[place])) for place in roots], at=at, through=through)


async def add_names(
    customer_id: int, names: Sequence[IdentityRef], *, own_id: int, at: datetime
) -> None:
    """Let a customer be known by these names, too, which are nobody's yet.

    ``own_id`` is who she was before a merge, whose they are when that is undone.
    """
    if names:
        here = [customer_id] * len(names)
        before = [own_id if own_id != customer_id else None] * len(names)
        await db.fetch(_ADD_IDENTITIES, here, before, *_columns(names), at)


async def join(customer_ids: Sequence[int], *, at: datetime, through: str) -> None:
    """Make customers members; who is one already stays as she is."""
    await db.fetch(
        "INSERT INTO member (id, joined_at, joined_through)"
        " SELECT id, $2, $3 FROM unnest($1::bigint[]) AS wanted (id)"
        " WHERE NOT EXISTS (SELECT FROM member WHERE member.id = wanted.id)"
        " ON CONFLICT (id) DO NOTHING",
        sorted(set(customer_ids)),
        at,
        through,
    )


async def meet(buyer: Buyer, *, at: datetime, through: str) -> int:
    """Return the customer with these identities; a new one is made and joins.

    Raises:
        Refused: ``identities_of_two_customers``.
    """
    (found,) = await in_transaction(lambda: identify([buyer], at=at, through=through))
    if isinstance(found, LoyaltyError):
        raise found
    assert found is not None, "whoever has an identity is somebody"
    return found
