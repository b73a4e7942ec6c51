"""How many subscribe messages a shopper still accepts: one tap on "allow", one message.

The platform has the last word; what it refuses (43101) sets the count to none.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from loyalty.errors import Conflict
from models import db

RETRIED_FOR = timedelta(days=30)

_NAMED = """
INSERT INTO acceptance (uuid, app_id, openid, template_ids, accepted_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (uuid) DO NOTHING RETURNING uuid
"""


async def allow(
    name: UUID, app_id: str, openid: str, *, template_ids: Sequence[str], at: datetime
) -> None:
    """Count one more message of each template that she allowed; the same name again counts nothing.

    Raises:
        Conflict: ``key_reused``: the name stands for other templates, or for another's.
    """
    wanted = sorted(set(template_ids))
    async with db.transaction():
        if await db.fetch(_NAMED, name, app_id, openid, wanted, at):
            await accept(app_id, openid, wanted)
            await _forget_old(app_id, openid, at=at)
            return
        before = await db.fetch(
            "SELECT app_id, openid, template_ids FROM acceptance WHERE uuid = $1", name
        )
        if [tuple(row) for row in before] != [(app_id, openid, wanted)]:
            raise Conflict("key_reused")


async def _forget_old(app_id: str, openid: str, *, at: datetime) -> None:
    """Forget her names of so long ago that nobody asks again by them."""
    await db.fetch(
        "DELETE FROM acceptance WHERE app_id = $1 AND openid = $2 AND accepted_at < $3",
        app_id,
        openid,
        at - RETRIED_FOR,
    )


async def accept(app_id: str, openid: str, template_ids: Sequence[str]) -> None:
    """Count one more message of each template that she allowed."""
    await db.fetch(
        "INSERT INTO subscription (app_id, openid, template_id, accepted)"
        " SELECT $1, $2, id, 1 FROM unnest($3::text[]) AS allowed (id) ORDER BY id"
        " ON CONFLICT (app_id, openid, template_id)"
        " DO UPDATE SET accepted = subscription.accepted + 1",
        app_id,
        openid,
        sorted(set(template_ids)),
    )


async def use(app_id: str, openid: str, template_id: str) -> None:
    """Count one message less: it was sent, or may have been."""
    await db.fetch(
        "UPDATE subscription SET accepted = greatest(accepted - 1, 0)"
        " WHERE app_id = $1 AND openid = $2 AND template_id = $3",
        app_id,
        openid,
        template_id,
    )


async def used_up(app_id: str, openid: str, template_id: str) -> None:
    """Note that the platform takes no more of them."""
    await db.fetch(
        "UPDATE subscription SET accepted = 0"
        " WHERE app_id = $1 AND openid = $2 AND template_id = $3",
        app_id,
        openid,
        template_id,
    )
