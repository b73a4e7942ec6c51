"""The VIP groups, and who was invited to them."""

from aiohttp import web

from console.pages import language_of, show
from models import db
from web.masks import masked

SHOWN = 100

_GROUPS = """
SELECT community.*, staff_count + (SELECT count(*) FROM community_member
                                   WHERE community_id = community.id AND left_at IS NULL)
           AS members,
       coalesce((SELECT staff_member.name FROM staff_member
                 WHERE wecom_user_id = owner LIMIT 1), owner) AS owner_name,
       (SELECT count(*) FROM community_member WHERE community_id = community.id
        AND left_at IS NULL AND customer_id IS NOT NULL) AS known,
       (SELECT count(*) FROM invitation WHERE community_id = community.id AND state = 'open')
           AS invited
FROM community WHERE dismissed_at IS NULL ORDER BY id
"""

_INVITATIONS = """
SELECT invitation.*, community.name AS community, customer.uuid AS customer
FROM invitation JOIN community ON community.id = community_id
JOIN customer ON customer.id = member_id
ORDER BY greatest(invited_at, accepted_at) DESC LIMIT $1
"""


async def page(request: web.Request) -> web.Response:
    """Show the groups and the newest invitations."""
    language = language_of(request)
    invitations = [
        {**dict(row), "name": masked(row["customer"], language)}
        for row in await db.fetch(_INVITATIONS, SHOWN)
    ]
    groups = [dict(row) for row in await db.fetch(_GROUPS)]
    return await show(request, "communities.html", {"groups": groups, "invitations": invitations})
