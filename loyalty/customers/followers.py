"""Who follows an official account: since when, by which code, in which language."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from loyalty.customers.identifying import meet
from loyalty.customers.linking import link
from loyalty.errors import Refused
from loyalty.orders import IdentityRef
from models import IdentityKind, db


async def follow(app_id: str, openid: str, *, scene: str | None, at: datetime) -> None:
    """Remember that she follows the account since ``at``; the first scene she came by stays.

    The newest change counts, in whatever order the changes are told; where she left in the same
    second, she left.
    """
    await db.fetch(
        "UPDATE identity SET follow_scene = coalesce(follow_scene, $4),"
        " following_since = CASE WHEN follow_changed_at >= $3 THEN following_since ELSE $3 END,"
        " follow_changed_at = greatest(follow_changed_at, $3)"
        " WHERE kind = 'openid' AND scope = $1 AND value = $2",
        app_id,
        openid,
        at,
        scene,
    )


async def unfollow(app_id: str, openid: str, *, at: datetime) -> None:
    """Remember that she left at ``at``; a follow that came later stays."""
    await db.fetch(
        "UPDATE identity SET following_since = NULL, with_agent_until = NULL,"
        " follow_changed_at = $3"
        " WHERE kind = 'openid' AND scope = $1 AND value = $2"
        " AND (follow_changed_at IS NULL OR follow_changed_at <= $3)",
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

    A unionid that names another customer merges the two, unless they are two followers.
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
        with suppress(Refused):
            await link(other, known, at=at, by="official_account")
