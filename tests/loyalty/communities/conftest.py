"""A brand with one VIP group for Silver members and above."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from loyalty import communities, customers, programme
from loyalty.communities import Contact, Roster
from loyalty.conditions import Conditions
from loyalty.conditions.tier_at_least import TierAtLeast
from loyalty.orders import IdentityRef
from loyalty.policies.community import CommunityPolicy
from loyalty.policies.tiers import Tiers
from models import IdentityKind, db
from tests.cast import JUNE_1, NOVEMBER_22

AT = NOVEMBER_22
CORP = "ww1234567890abcdef"
VIP = CommunityPolicy(
    name_zh="VIP 群", conditions=Conditions([TierAtLeast(rank=1)]), next_when_full=False
)


@pytest.fixture
async def vip(database: None) -> int:
    """The community's id; it has its join way."""
    for slot, rule in (("tiers", Tiers()), ("community:vip", VIP)):
        await programme.publish(slot, rule, starts_at=JUNE_1, by="test", at=JUNE_1)
    community_id = await communities.connect(
        "community:vip", corp_id=CORP, chat_id="wrVIP", name="VIP", owner="chen", capacity=3
    )
    assert await communities.keep_join_way(community_id, config_id="c1", qr_code="https://q/c1")
    image = communities.Image(b"png", "image/png")
    await communities.keep_image(community_id, qr_code="https://q/c1", image=image)
    return community_id


async def member(unionid: str, *, spent_fen: int = 0, tier: str = "basic") -> int:
    """Let somebody be a member of a tier, known by unionid."""
    ref = IdentityRef(IdentityKind.UNIONID, "", unionid)
    member_id = await customers.meet((ref,), at=JUNE_1, through="test")
    await db.fetch(
        "INSERT INTO standing (member_id, tier, tier_since, orders, spent_fen, reached,"
        " still_counts, derived_at)"
        " VALUES ($1, $2, $3, 1, $4, $4, 0, $3)",
        member_id,
        tier,
        JUNE_1,
        spent_fen,
    )
    return member_id


def roster(*unionids: str, version: str = "v1", staff_count: int = 1) -> Roster:
    """Return a list with these in it; the external user id of u-lin is wm-lin."""
    return Roster(
        name="VIP 会员群",
        owner="chen",
        version=version,
        staff_count=staff_count,
        contacts=tuple(contact(one) for one in unionids),
    )


def contact(unionid: str, *, is_told: bool = True, joined_at: datetime = AT) -> Contact:
    return Contact(
        external_user_id=unionid.replace("u-", "wm-"),
        unionid=unionid if is_told else None,
        name=unionid,
        join_scene=3,
        joined_at=joined_at,
    )


Tell = Callable[..., Awaitable[communities.Told]]


@pytest.fixture
def tell(vip: int) -> Tell:
    """Let the platform tell the group, so many seconds after the day began."""

    async def told(what: Roster, *, seconds: float = 0) -> communities.Told:
        read_at = AT + timedelta(seconds=seconds)
        return await communities.tell(vip, what, read_at=read_at, at=AT)

    return told


async def invitation(member_id: int) -> str | None:
    """Return the state of her invitation."""
    rows = await db.fetch("SELECT state FROM invitation WHERE member_id = $1", member_id)
    assert len(rows) <= 1
    return rows[0]["state"] if rows else None


async def present() -> set[str]:
    rows = await db.fetch("SELECT external_user_id FROM community_member WHERE left_at IS NULL")
    return {row["external_user_id"] for row in rows}
