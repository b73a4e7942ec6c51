"""What a member lets us do, and what she asked of us about her own data: to be read by staff only.

Her consents with the version of the words that she read; what she took back in WeChat; what a
shop's platform passed on of her (Shopify's privacy requests), which waits among what is parked.
"""

from aiohttp import web

from console.pages import language_of
from console.words.codes import THROUGH, said
from loyalty import consents
from loyalty.roots import HER_IDS
from models import db

SHOWN = 30

_DECISIONS = f"""
SELECT purpose, channel, is_given, wording, source, decided_at FROM consent
WHERE customer_id = ANY({HER_IDS}) ORDER BY id DESC LIMIT $2
"""

_TAKEN_BACK = f"""
SELECT inbound_event.kind, inbound_event.state, received_at AS asked_at, worked_at
FROM identity
JOIN connection ON connection.scope = identity.scope
JOIN inbound_event ON sender = identity.value AND connection_id = connection.id
WHERE identity.customer_id = ANY({HER_IDS}) AND identity.kind = 'openid'
  AND inbound_event.kind = ANY($3::text[])
ORDER BY inbound_event.id DESC LIMIT $2
"""

# An error ends with its figures in JSON, without spaces.
_PASSED_ON = f"""
SELECT inbound_event.kind, inbound_event.state, received_at AS asked_at, worked_at,
       substring(error FROM '"topic":"([a-z_/]+)"') AS topic
FROM identity
JOIN connection ON connection.scope = identity.scope
JOIN inbound_event ON connection_id = connection.id AND inbound_event.kind = 'privacy'
 AND worked_at IS NOT NULL AND error IS NOT NULL
 AND strpos(error, '"customer":"' || identity.value || '"') > 0
WHERE identity.customer_id = ANY({HER_IDS}) AND identity.kind = 'customer_key'
ORDER BY inbound_event.id DESC LIMIT $2
"""

TAKEN_BACK = {
    "event:user_authorization_revoke": "request_revoked",
    "event:user_authorization_cancellation": "request_closed",
}


async def of_member(request: web.Request, member_id: int) -> dict[str, object]:
    """Return what the page shows: what stands, every decision, and what she asked for."""
    language = language_of(request)
    taken_back = await db.fetch(_TAKEN_BACK, member_id, SHOWN, list(TAKEN_BACK))
    passed_on = await db.fetch(_PASSED_ON, member_id, SHOWN)
    asked = [
        *({**dict(row), "what": TAKEN_BACK[row["kind"]], "topic": ""} for row in taken_back),
        *({**dict(row), "what": "request_passed_on"} for row in passed_on),
    ]
    return {
        "her_consents": await consents.of(member_id),
        "her_decisions": [
            {**dict(row), "source": said(THROUGH, row["source"], language)}
            for row in await db.fetch(_DECISIONS, member_id, SHOWN)
        ],
        "her_requests": sorted(asked, key=lambda one: one["asked_at"], reverse=True)[:SHOWN],
        "most_decisions": SHOWN,
    }
