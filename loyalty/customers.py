"""Who is who: find the customer that a platform names, know a new one, let her join."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.errors import LoyaltyError, NotFound, Refused
from loyalty.orders import IdentityRef
from models import IdentityKind, db

Buyer = tuple[IdentityRef, ...]
MEETINGS = 3

_FIND = """
SELECT identity.kind, identity.scope, identity.value,
       coalesce(customer.merged_into_id, customer.id) AS customer_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (kind, scope, value)
JOIN identity USING (kind, scope, value)
JOIN customer ON customer.id = identity.customer_id
"""

_ADD_IDENTITIES = """
INSERT INTO identity (customer_id, kind, scope, value, created_at)
SELECT *, $5 FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
"""


async def find(references: Iterable[IdentityRef]) -> dict[IdentityRef, int]:
    """Return the customer ids of the identities that are known; merged ones lead to their root."""
    wanted = sorted(set(references))
    rows = await db.fetch(_FIND, *_columns(wanted))
    return {
        IdentityRef(IdentityKind(row["kind"]), row["scope"], row["value"]): row["customer_id"]
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
    known = await find(ref for buyer in buyers for ref in buyer)
    groups = _Groups(known)
    places = [groups.add(buyer) for buyer in buyers]
    await _create(groups, at=at, through=through)
    return [groups.answer(place) for place in places]


class _Groups:
    """Buyers of one batch that share an identity are one customer, in whatever order they come."""

    def __init__(self, known: dict[IdentityRef, int]) -> None:
        self.place_of: dict[IdentityRef, int] = {}
        self.customers: list[set[int]] = []
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
            self.new.append(set())
        for ref in buyer:
            self.place_of[ref] = place
            if ref in self._known:
                self.customers[place].add(self._known[ref])
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
        self.new[place] |= self.new[other]

    def roots(self) -> list[int]:
        """Return the places of groups that can be one customer."""
        return [
            place
            for place, joined in enumerate(self.joined)
            if joined == place and len(self.customers[place]) < 2
        ]

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
    added = sorted(
        (ref, next(iter(groups.customers[place]))) for place in roots for ref in groups.new[place]
    )
    if added:
        columns = _columns([ref for ref, _ in added])
        await db.fetch(_ADD_IDENTITIES, [customer for _, customer in added], *columns, at)
    await join([next(iter(groups.customers[place])) for place in roots], at=at, through=through)


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


async def link(known: IdentityRef, other: IdentityRef, *, at: datetime) -> int:
    """Let ``other``, an identity of a customer without a history of her own, name ``known``'s.

    Returns the customer id. Linking what is linked changes nothing.

    Raises:
        NotFound: ``known_identity_unknown`` or ``other_identity_unknown``.
        Refused: ``has_history_of_her_own``: the other customer owns purchases or points, so this
            is a merge of two people and not a link.
    """
    async with db.transaction():
        found = await find([known, other])
        if known not in found:
            raise NotFound("known_identity_unknown", **_named(known))
        if other not in found:
            raise NotFound("other_identity_unknown", **_named(other))
        target, source = found[known], found[other]
        if target != source:
            await _check_empty(source, target)
            await db.fetch(
                "UPDATE identity SET customer_id = $2 WHERE customer_id = $1", source, target
            )
            await db.fetch(
                "UPDATE customer SET merged_into_id = $2 WHERE id = $1 OR merged_into_id = $1",
                source,
                target,
            )
            await join([target], at=at, through="link")
        return target


def _named(reference: IdentityRef) -> dict[str, object]:
    return {"kind": reference.kind.value, "scope": reference.scope, "value": reference.value}


async def _check_empty(source: int, target: int) -> None:
    await db.fetch(
        "SELECT id FROM member WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE",
        sorted((source, target)),
    )
    (row,) = await db.fetch(
        "SELECT EXISTS (SELECT FROM purchase WHERE customer_id = $1)"
        " OR EXISTS (SELECT FROM entry WHERE member_id = $1) AS owned",
        source,
    )
    if row["owned"]:
        raise Refused("has_history_of_her_own", customer_id=source)


async def follow(app_id: str, openid: str, *, scene: str | None, at: datetime) -> None:
    """Remember that she follows the account since ``at``; the first scene she came by stays."""
    await db.fetch(
        "UPDATE identity SET following_since = $3, follow_scene = coalesce(follow_scene, $4)"
        " WHERE kind = 'openid' AND scope = $1 AND value = $2",
        app_id,
        openid,
        at,
        scene,
    )


async def unfollow(app_id: str, openid: str, *, at: datetime) -> None:
    """Remember that she left; a follow that came later than ``at`` stays."""
    await db.fetch(
        "UPDATE identity SET following_since = NULL, with_agent_until = NULL"
        " WHERE kind = 'openid' AND scope = $1 AND value = $2 AND following_since <= $3",
        app_id,
        openid,
        at,
    )


async def talk_with_agent(app_id: str, openid: str, *, until: datetime) -> None:
    """Remember until when a person of customer service talks with her."""
    await db.fetch(
        "UPDATE identity SET with_agent_until = $3"
        " WHERE kind = 'openid' AND scope = $1 AND value = $2",
        app_id,
        openid,
        until,
    )


async def speak(customer_id: int, language: str) -> None:
    """Remember the language a customer last wrote in: "zh" or "en"."""
    await db.fetch(
        "UPDATE customer SET language = $2 WHERE id = $1 AND language <> $2", customer_id, language
    )


async def meet(buyer: Buyer, *, at: datetime, through: str) -> int:
    """Return the customer with these identities; a new one is made and joins.

    Raises:
        Refused: ``identities_of_two_customers``.
    """
    for attempt in range(MEETINGS):
        try:
            async with db.transaction():
                (found,) = await identify([buyer], at=at, through=through)
        except db.Collision:
            if attempt == MEETINGS - 1:
                raise
            continue
        if isinstance(found, LoyaltyError):
            raise found
        assert found is not None, "whoever has an identity is somebody"
        return found
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class Told:
    """What a platform says of one of its followers."""

    openid: str
    unionid: str | None
    language: str | None


async def not_looked_up(app_id: str, *, limit: int) -> list[str]:
    """Return openids of followers whom the platform was never asked about, oldest first."""
    rows = await db.fetch(
        "SELECT value FROM identity WHERE kind = 'openid' AND scope = $1"
        " AND looked_up_at IS NULL ORDER BY id LIMIT $2",
        app_id,
        limit,
    )
    return [row["value"] for row in rows]


async def learn(app_id: str, told: Sequence[Told], *, at: datetime) -> None:
    """Keep what a platform said of followers; whoever was asked about is not asked again.

    A unionid that names another customer makes the two one where one of them has no history. Two
    histories stay two customers: that is a merge, and staff decide it.
    """
    for one in told:
        openid = IdentityRef(IdentityKind.OPENID, app_id, one.openid)
        if one.unionid:
            await _name(openid, IdentityRef(IdentityKind.UNIONID, "", one.unionid), at=at)
        await db.fetch(
            "WITH looked_up AS (UPDATE identity SET looked_up_at = $3 WHERE kind = 'openid'"
            "  AND scope = $1 AND value = $2 AND looked_up_at IS NULL RETURNING customer_id)"
            " UPDATE customer SET language = $4 FROM looked_up"
            " WHERE customer.id = looked_up.customer_id AND $4::text IS NOT NULL",
            app_id,
            one.openid,
            at,
            one.language,
        )


async def _name(known: IdentityRef, other: IdentityRef, *, at: datetime) -> None:
    """Let ``other`` name the customer whom ``known`` names."""
    try:
        await meet((known, other), at=at, through="official_account")
    except Refused:
        for keeps, goes in ((known, other), (other, known)):
            try:
                await link(keeps, goes, at=at)
            except Refused:
                continue
            return
