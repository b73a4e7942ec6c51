"""Gifts as they stand at a moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loyalty.errors import NotFound
from loyalty.roots import ids_of
from models import GiftKind, GiftState, db

SHOWN = 100


@dataclass(frozen=True, slots=True)
class FullGift:
    """A gift at a moment: one that nobody claimed in time is returned, swept or not.

    ``giver_id`` and ``claimed_by`` are whoever they are by now. ``batch_version_id`` is the version
    of the coupon's batch, ``card_version_id`` of the card; ``is_for_friend`` says that she redeemed
    it for a friend, so that what comes back is ready to be sent again.
    """

    id: int
    uuid: UUID
    giver_id: int
    kind: GiftKind
    points: int | None
    coupon_id: int | None
    coupon_uuid: UUID | None
    batch_version_id: int | None
    is_for_friend: bool
    state: GiftState
    card_slot: str | None
    card_version_id: int | None
    words: str
    giver_name: str
    made_at: datetime
    sent_at: datetime | None
    lapses_at: datetime
    claimed_by: int | None
    ended_at: datetime | None

    @property
    def changed_at(self) -> datetime:
        """Return when it came into its state."""
        return self.ended_at or self.sent_at or self.made_at


_IS_READY = "({0}.state = 'ready' AND {0}.lapses_at > $1)"

# $1 is the moment
_GIFTS = """
SELECT gift.id, gift.uuid, coalesce(giver.merged_into_id, giver.id) AS giver_id, gift.kind,
       gift.points, gift.coupon_id, coupon.uuid AS coupon_uuid,
       coupon.rule_version_id AS batch_version_id, gift.redemption_id IS NOT NULL AS is_for_friend,
       CASE WHEN gift.state IN ('ready', 'sent') AND gift.lapses_at <= $1 THEN 'returned'
            ELSE gift.state END AS state,
       card.slot AS card_slot, gift.card_version_id, gift.words, gift.giver_name, gift.made_at,
       gift.sent_at, gift.lapses_at, coalesce(claimer.merged_into_id, claimer.id) AS claimed_by,
       CASE WHEN gift.state IN ('ready', 'sent') AND gift.lapses_at <= $1 THEN gift.lapses_at
            ELSE gift.ended_at END AS ended_at
FROM gift
JOIN customer AS giver ON giver.id = gift.member_id
LEFT JOIN customer AS claimer ON claimer.id = gift.claimed_by
LEFT JOIN coupon ON coupon.id = gift.coupon_id
LEFT JOIN rule_version AS card ON card.id = gift.card_version_id
"""


# Those that she has yet to send stand first; $2 is the member, $3 the one that a page begins after.
_GIVEN = f"""
WHERE gift.member_id = ANY({ids_of("$2")})
AND ($3::uuid IS NULL OR ({_IS_READY.format("gift")}, gift.made_at, gift.id) < (
    SELECT {_IS_READY.format("one")}, one.made_at, one.id FROM gift AS one
    WHERE one.uuid = $3 AND one.member_id = ANY({ids_of("$2")})))
ORDER BY {_IS_READY.format("gift")} DESC, gift.made_at DESC, gift.id DESC LIMIT $4
"""
_CLAIMED = f"""
WHERE gift.claimed_by = ANY({ids_of("$2")})
AND ($3::uuid IS NULL OR (gift.ended_at, gift.id) < (
    SELECT one.ended_at, one.id FROM gift AS one
    WHERE one.uuid = $3 AND one.claimed_by = ANY({ids_of("$2")})))
ORDER BY gift.ended_at DESC, gift.id DESC LIMIT $4
"""


async def given_by(
    member_id: int, *, before: UUID | None = None, limit: int = SHOWN, at: datetime
) -> list[FullGift]:
    """Return the gifts that a member gave, or those that come after one of them in the list.

    Those that she has yet to send stand first, then the newest.
    """
    return await read(_GIVEN, at, member_id, before, limit)


async def claimed_by(
    member_id: int, *, before: UUID | None = None, limit: int = SHOWN, at: datetime
) -> list[FullGift]:
    """Return the gifts that a member claimed, newest first, or those before one of them."""
    return await read(_CLAIMED, at, member_id, before, limit)


async def find(uuid: UUID, *, member_id: int, at: datetime) -> FullGift:
    """Return a gift of a member's.

    Raises:
        NotFound: ``no_such_gift``: none, or another's.
    """
    found = await named(uuid, at=at)
    if found is None or found.giver_id != member_id:
        raise NotFound("no_such_gift")
    return found


async def named(uuid: UUID, *, at: datetime) -> FullGift | None:
    """Return the gift of that name, whosever it is; None where there is none."""
    found = await read("WHERE gift.uuid = $2", at, uuid)
    return found[0] if found else None


async def newest(*, at: datetime, limit: int, state: GiftState | None = None) -> list[FullGift]:
    """Return the newest gifts of all members, or those that stand so."""
    gifts = f"SELECT * FROM ({_GIFTS}) AS gift"
    rows = await db.fetch(
        f"{gifts} WHERE $2::text IS NULL OR state = $2 ORDER BY id DESC LIMIT $3", at, state, limit
    )
    return [_full(row) for row in rows]


async def read(where: str, *arguments: object) -> list[FullGift]:
    """Return the gifts that a condition names; $1 is the moment."""
    return [_full(row) for row in await db.fetch(_GIFTS + where, *arguments)]


def _full(row: db.Row) -> FullGift:
    told = dict(row)
    kind, state = GiftKind(told.pop("kind")), GiftState(told.pop("state"))
    return FullGift(kind=kind, state=state, **told)
