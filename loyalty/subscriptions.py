"""How many subscribe messages a shopper still accepts: one tap on "allow", one message.

The platform has the last word; what it refuses (43101) sets the count to none.
"""

from collections.abc import Sequence

from models import db


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
