"""Which groups are ours, and the join way into each."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from loyalty import programme
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from models import Community, db

MOST_IN_A_GROUP = 500  # of WeCom's customer groups


async def connect(
    slot: str, *, corp_id: str, chat_id: str, name: str, owner: str, capacity: int
) -> int:
    """Let a group be the community of a rule, and return its id; connecting again moves it.

    The text that its joins carry is the rule's code.
    """
    (row,) = await db.fetch(
        "INSERT INTO community (slot, corp_id, chat_id, name, owner, capacity, state)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (corp_id, chat_id)"
        " DO UPDATE SET slot = excluded.slot, capacity = excluded.capacity, dismissed_at = NULL"
        " RETURNING id",
        slot,
        corp_id,
        chat_id,
        name,
        owner,
        capacity,
        slot.partition(":")[2][:30],
    )
    community_id: int = row["id"]
    return community_id


_SISTER = """
SELECT slot, capacity FROM community
WHERE corp_id = $1 AND state = ANY($2::text[]) AND dismissed_at IS NULL ORDER BY id LIMIT 1
"""


async def adopt(
    corp_id: str, chat_id: str, *, states: Collection[str], name: str, owner: str
) -> Community | None:
    """Let a group be ours that the platform made for a join way of ours; None where it is not.

    ``states`` are the texts that the joins of its members carry.
    """
    rows = await db.fetch(_SISTER, corp_id, [one for one in states if one])
    if not rows:
        return None
    await connect(
        rows[0]["slot"],
        corp_id=corp_id,
        chat_id=chat_id,
        name=name,
        owner=owner,
        capacity=rows[0]["capacity"],
    )
    return await find(corp_id, chat_id)


class NextRoom(NamedTuple):
    """What the next group of a rule is called: a name, and the number behind it."""

    name: str
    number: int


async def next_room(community: Community, *, at: datetime) -> NextRoom | None:
    """Return what the next group of a community's rule is to be; None where none is to be made."""
    rule = (await programme.load()).find(community.slot, POLICIES, at)
    if rule is None or not isinstance(rule.body, CommunityPolicy) or not rule.body.next_when_full:
        return None
    rows = await db.fetch(
        "SELECT name FROM community WHERE slot = $1 AND dismissed_at IS NULL ORDER BY id",
        community.slot,
    )
    name = next((row["name"] for row in rows if row["name"]), rule.body.name_zh)
    return NextRoom(name, len(rows) + 1)


async def find(corp_id: str, chat_id: str) -> Community | None:
    """Return the community that a group is; None where it is none of ours, or dismissed."""
    return await Community.get_or_none(corp_id=corp_id, chat_id=chat_id, dismissed_at=None)


async def of_corp(corp_id: str) -> list[Community]:
    """Return all communities of a corp."""
    return await Community.filter(corp_id=corp_id, dismissed_at=None).order_by("id")


class Image(NamedTuple):
    """A picture, with its content type."""

    content: bytes
    kind: str


async def open_communities(corp_id: str) -> list[Community]:
    """Return those that wait: for a join way or its picture, or for somebody who was invited."""
    rows = await db.fetch(
        "SELECT id FROM community WHERE corp_id = $1 AND dismissed_at IS NULL"
        " AND (config_id IS NULL OR qr_image IS NULL OR EXISTS (SELECT FROM invitation"
        "  WHERE community_id = community.id AND state = 'open'))",
        corp_id,
    )
    return await Community.filter(id__in=[row["id"] for row in rows]).order_by("id")


async def forget_join_way(community_id: int, *, config_id: str) -> None:
    """Forget a join way that the platform has no more; another one is made for the next guest."""
    await db.fetch(
        "UPDATE community SET config_id = NULL, qr_code = NULL, qr_picture = NULL,"
        " qr_image = NULL, qr_kind = NULL"
        " WHERE id = $1 AND config_id = $2",
        community_id,
        config_id,
    )


_ROOMY = """
SELECT id, qr_code FROM community
WHERE slot = $1 AND corp_id = $2 AND dismissed_at IS NULL AND qr_code IS NOT NULL
ORDER BY staff_count + (SELECT count(*) FROM community_member
                        WHERE community_id = community.id AND left_at IS NULL) >= capacity, id
LIMIT 1
"""


class Door(NamedTuple):
    """The QR code into one of our groups."""

    community_id: int
    qr_code: str


async def roomy(slot: str, *, corp_id: str) -> Door | None:
    """Return the code of the first group of a rule with room, or of the first if all are full.

    None where there is no code yet.
    """
    rows = await db.fetch(_ROOMY, slot, corp_id)
    return Door(rows[0]["id"], rows[0]["qr_code"]) if rows else None


async def picture_of(community_id: int) -> str | None:
    """Return the picture of a community's QR code as messages show it; None where none is kept."""
    rows = await db.fetch("SELECT qr_picture FROM community WHERE id = $1", community_id)
    return rows[0]["qr_picture"] if rows else None


async def keep_picture(community_id: int, *, qr_code: str, picture: str) -> None:
    """Keep the picture of a community's QR code, unless that is another by now."""
    await db.fetch(
        "UPDATE community SET qr_picture = $3 WHERE id = $1 AND qr_code = $2",
        community_id,
        qr_code,
        picture,
    )


async def image_of(community_id: int) -> Image | None:
    """Return the QR code of a community as the platform draws it; None where none is kept."""
    rows = await db.fetch(
        "SELECT qr_image, qr_kind FROM community WHERE id = $1 AND qr_image IS NOT NULL",
        community_id,
    )
    return Image(bytes(rows[0]["qr_image"]), rows[0]["qr_kind"]) if rows else None


async def keep_image(community_id: int, *, qr_code: str, image: Image) -> None:
    """Keep the QR code as the platform draws it, unless the join way is another by now."""
    await db.fetch(
        "UPDATE community SET qr_image = $3, qr_kind = $4 WHERE id = $1 AND qr_code = $2",
        community_id,
        qr_code,
        image.content,
        image.kind,
    )


async def keep_join_way(community_id: int, *, config_id: str, qr_code: str) -> bool:
    """Keep the join way that was made for a community; False where it has one already."""
    rows = await db.fetch(
        "UPDATE community SET config_id = $2, qr_code = $3"
        " WHERE id = $1 AND config_id IS NULL RETURNING id",
        community_id,
        config_id,
        qr_code,
    )
    return bool(rows)
