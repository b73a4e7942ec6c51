"""What a customer lets us do, by purpose and channel: the newest record decides, none is changed.

Before she decided anything the platform's own consent stands: she allowed a subscribe message by a
tap, and follows the account or not. What she refused is not sent, however long ago it was planned.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from loyalty.errors import Refused
from loyalty.roots import HER_IDS, wants_personal_offers
from models import Purpose, db

# The channels on which messages about offers are sent.
OFFER_CHANNELS = ("miniprogram", "official_account", "wecom")
ASKED = (
    *((Purpose.OFFERS, channel) for channel in OFFER_CHANNELS),
    (Purpose.PERSONAL_OFFERS, ""),
    (Purpose.BOARDS, ""),
)
Asked = tuple[Purpose, str]


class Decided(Struct, frozen=True):
    """What stands for a purpose and channel; without ``decided_at`` she never decided."""

    purpose: Purpose
    channel: str
    is_given: bool
    wording: str = ""
    source: str = ""
    decided_at: datetime | None = None


_NEWEST = f"""
SELECT DISTINCT ON (purpose, channel) purpose, channel, is_given, wording, source, decided_at
FROM consent WHERE customer_id = ANY({HER_IDS}) ORDER BY purpose, channel, id DESC
"""

_DECIDE = f"""
WITH told AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::boolean[]) AS told (purpose, channel, is_given)
), newest AS ({_NEWEST})
INSERT INTO consent (customer_id, purpose, channel, is_given, wording, source, decided_at)
SELECT $1, purpose, channel, told.is_given, $5, $6, $7
FROM told LEFT JOIN newest USING (purpose, channel)
WHERE (newest.is_given, newest.wording) IS DISTINCT FROM (told.is_given, $5::text)
ORDER BY purpose, channel
"""


def refuses(customer: str, purpose: str, channel: str) -> str:
    """Return the SQL of whether a customer refused a purpose on a channel; each is SQL, too."""
    return (
        "coalesce((SELECT NOT is_given FROM consent"
        " JOIN customer AS one ON one.id = consent.customer_id"
        " JOIN customer AS asked ON coalesce(asked.merged_into_id, asked.id)"
        "  = coalesce(one.merged_into_id, one.id)"
        f" WHERE asked.id = {customer} AND consent.purpose = {purpose}"
        f" AND consent.channel = {channel} ORDER BY consent.id DESC LIMIT 1), false)"
    )


async def of(customer_id: int) -> list[Decided]:
    """Return what stands of everything that we ask for."""
    rows = await db.fetch(_NEWEST, customer_id)
    found = {(Purpose(row["purpose"]), row["channel"]): row for row in rows}
    (flags,) = await db.fetch(f"SELECT {wants_personal_offers('$1')} AS personal", customer_id)
    told = [
        Decided(*asked, *tuple(found[asked])[2:]) if asked in found else Decided(*asked, True)
        for asked in ASKED
    ]
    return [
        replace(one, is_given=flags["personal"]) if one.purpose is Purpose.PERSONAL_OFFERS else one
        for one in told
    ]


async def decide(
    customer_id: int,
    choices: Mapping[Asked, bool],
    *,
    wording: str,
    source: str,
    at: datetime,
) -> None:
    """Keep what she decided; the same again, of the same wording, adds no record.

    Two who decide at once are kept one after the other. Joins the caller's transaction.
    Personal offers hold for all whom she was, should a merge be undone; coupons stay hers.

    Raises:
        Refused: ``purpose_without_channel``: nobody is asked for this purpose on this channel.
    """
    for purpose, channel in choices:
        if (purpose, channel) not in ASKED:
            raise Refused("purpose_without_channel", purpose=purpose.value, channel=channel)
    asked: Sequence[Asked] = sorted(choices)
    async with db.transaction():
        await db.fetch("SELECT FROM customer WHERE id = $1 FOR UPDATE", customer_id)
        await db.fetch(
            _DECIDE,
            customer_id,
            [purpose.value for purpose, _ in asked],
            [channel for _, channel in asked],
            [choices[one] for one in asked],
            wording,
            source,
            at,
        )
        personal = choices.get((Purpose.PERSONAL_OFFERS, ""))
        if personal is not None:
            await db.fetch(
                f"UPDATE customer SET wants_personal_offers = $2 WHERE id = ANY({HER_IDS})",
                customer_id,
                personal,
            )
