"""How many customer messages (客服消息) an official account may still send to one follower.

She opens a window by what she does: each kind of action sets its row to the row's most and rows do
not add up. A message uses one up in every row that is open. The platform has the last word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import db

# (what the event is, its row, messages, window); as published for official accounts, 2023-06-12.
# A tap in a message menu counts as a menu click there; it reaches us as a text and counts as one.
_SAID = ("text", "image", "voice", "video", "shortvideo", "location", "link")
_CLICKED = ("event:click", "event:scancode_push", "event:scancode_waitmsg")
_MINUTE = timedelta(minutes=1)
ROWS: tuple[tuple[str, str, int, timedelta], ...] = (
    *((kind, "said", 5, timedelta(hours=48)) for kind in _SAID),
    *((kind, "clicked", 3, _MINUTE) for kind in _CLICKED),
    ("event:subscribe", "followed", 3, _MINUTE),
    ("event:scan", "scanned", 3, _MINUTE),
)

_QUOTA = """
WITH hers AS (
    SELECT event.kind, event.received_at
    FROM inbound_event AS event
    JOIN connection ON connection.id = event.connection_id
                   AND connection.kind = 'official_account' AND connection.scope = $1
    WHERE event.sender = $2 AND event.received_at > $3
), opened AS (
    SELECT rule.name, rule.messages, max(hers.received_at) AS opened_at
    FROM unnest($4::text[], $5::text[], $6::int[], $7::timestamptz[])
         AS rule (kind, name, messages, since)
    JOIN hers ON hers.kind = rule.kind AND hers.received_at > rule.since
    WHERE hers.received_at > coalesce((SELECT max(received_at) FROM hers
                                       WHERE kind = 'event:unsubscribe'), '-infinity')
    GROUP BY rule.name, rule.messages
)
SELECT count(*) > 0 AS is_open,
       coalesce(max(greatest(0, opened.messages - used.messages)), 0) AS left
FROM opened CROSS JOIN LATERAL (
    SELECT count(*) AS messages FROM delivery
    WHERE channel = 'official_account' AND scope = $1 AND address = $2
      AND (state IN ('delivered', 'unknown') AND ended_at >= opened.opened_at
           OR state = 'sending' AND (leased_until, id) < (
               SELECT leased_until, id FROM delivery AS this WHERE this.id = $8))
) AS used (messages)
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether any window is open, and how many messages are left in it."""

    is_open: bool
    left: int


async def customer_message_quota(
    scope: str, openid: str, *, delivery_id: int, at: datetime
) -> Allowance:
    """Return what a claimed delivery finds left: other deliveries claimed before it count as sent.

    An outcome that is unknown counts as sent.
    """
    (row,) = await db.fetch(
        _QUOTA,
        scope,
        openid,
        at - max(window for _, _, _, window in ROWS),
        [kind for kind, _, _, _ in ROWS],
        [name for _, name, _, _ in ROWS],
        [messages for _, _, messages, _ in ROWS],
        [at - window for _, _, _, window in ROWS],
        delivery_id,
    )
    return Allowance(row["is_open"], row["left"])
