"""Help desks: how far each was read, what was said there once, and who answers whom.

What was said is stored as events, in one transaction with the cursor after it: so each message is
worked once, however often and by however many it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from loyalty import inbox
from loyalty.inbox import Arrival
from models import DeskState, db


class Reading(Struct, frozen=True):
    """A desk and where its reading stands; ``is_first``: it was never read."""

    desk_id: int
    cursor: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers a consumer at a desk; ``user_id`` where it is a person.

    ``since`` is when we heard so, None where we never did.
    """

    state: DeskState
    user_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A desk as the console lists it; who waits has nobody yet, since ``waits_since``."""

    desk_id: int
    corp_id: str
    name: str
    link: str | None
    read_at: datetime | None
    waiting: int
    with_person: int
    waits_since: datetime | None


async def reading_of(corp_id: str, open_kfid: str) -> Reading:
    """Return where the reading of a desk stands; one that nobody listed yet is made."""
    rows = await db.fetch(
        "WITH made AS (INSERT INTO help_desk (corp_id, open_kfid, name, cursor)"
        " SELECT $1, $2, '', '' WHERE NOT EXISTS"
        "  (SELECT FROM help_desk WHERE corp_id = $1 AND open_kfid = $2)"
        " ON CONFLICT DO NOTHING RETURNING id, cursor, read_at)"
        " SELECT id, cursor, read_at FROM made UNION ALL"
        " SELECT id, cursor, read_at FROM help_desk WHERE corp_id = $1 AND open_kfid = $2",
        corp_id,
        open_kfid,
    )
    if not rows:  # another has just made it
        return await reading_of(corp_id, open_kfid)
    return Reading(rows[0]["id"], rows[0]["cursor"], rows[0]["read_at"] is None)


async def take(
    reading: Reading, cursor: str, arrivals: Sequence[Arrival], *, read_at: datetime, at: datetime
) -> list[int | None]:
    """Store what was read and go on to the next cursor; ids as `inbox.take` returns them.

    Where another has gone on meanwhile the cursor stays his.
    """
    async with db.transaction():
        ids = await inbox.take(arrivals, at=at) if arrivals else []
        await db.fetch(
            "UPDATE help_desk SET cursor = $3, read_at = $4 WHERE id = $1 AND cursor = $2",
            reading.desk_id,
            reading.cursor,
            cursor,
            read_at,
        )
    return ids


async def learn(corp_id: str, desks: Sequence[tuple[str, str]], *, moment: datetime) -> None:
    """Keep which desks there are, by id and name; those that are listed no more are gone."""
    await db.fetch(
        "INSERT INTO help_desk AS had (corp_id, open_kfid, name, cursor)"
        " SELECT $1, open_kfid, name, '' FROM unnest($2::text[], $3::text[])"
        "  AS listed (open_kfid, name) ORDER BY open_kfid"
        " ON CONFLICT (corp_id, open_kfid) DO UPDATE SET name = excluded.name, gone_at = NULL"
        " WHERE had.name <> excluded.name OR had.gone_at IS NOT NULL",
        corp_id,
        [open_kfid for open_kfid, _ in desks],
        [name for _, name in desks],
    )
    await db.fetch(
        "UPDATE help_desk SET gone_at = $3 WHERE corp_id = $1 AND gone_at IS NULL"
        " AND NOT open_kfid = ANY($2::text[])",
        corp_id,
        [open_kfid for open_kfid, _ in desks],
        moment,
    )


async def without_link(corp_id: str) -> list[str]:
    """Return the desks whose chat nothing of ours opens yet."""
    rows = await db.fetch(
        "SELECT open_kfid FROM help_desk WHERE corp_id = $1 AND link IS NULL AND gone_at IS NULL",
        corp_id,
    )
    return [row["open_kfid"] for row in rows]


async def keep_link(corp_id: str, open_kfid: str, link: str) -> None:
    """Keep the link that opens a desk's chat."""
    await db.fetch(
        "UPDATE help_desk SET link = $3 WHERE corp_id = $1 AND open_kfid = $2",
        corp_id,
        open_kfid,
        link,
    )


async def answerer_of(corp_id: str, open_kfid: str, external_user_id: str) -> Answerer:
    """Return who answers a consumer at a desk, as far as we heard."""
    rows = await db.fetch(
        "SELECT state, user_id, changed_at FROM desk_session"
        " JOIN help_desk ON help_desk.id = desk_id"
        " WHERE corp_id = $1 AND open_kfid = $2 AND external_user_id = $3",
        corp_id,
        open_kfid,
        external_user_id,
    )
    if not rows:
        return _BOT
    return Answerer(DeskState(rows[0]["state"]), rows[0]["user_id"], rows[0]["changed_at"])


_BOT = Answerer(DeskState.BOT)

_ANSWERER = """
INSERT INTO desk_session AS had (desk_id, external_user_id, state, user_id, changed_at)
SELECT id, $3, $4, $5, $6 FROM help_desk WHERE corp_id = $1 AND open_kfid = $2
ON CONFLICT (desk_id, external_user_id) DO UPDATE
SET state = excluded.state, user_id = excluded.user_id, changed_at = excluded.changed_at
WHERE had.changed_at <= excluded.changed_at
"""


async def keep_answerer(
    corp_id: str, open_kfid: str, external_user_id: str, answerer: Answerer, *, moment: datetime
) -> None:
    """Keep who answers a consumer from a moment on; what is older than what we know is no news."""
    await db.fetch(
        _ANSWERER, corp_id, open_kfid, external_user_id, answerer.state, answerer.user_id, moment
    )


async def shown() -> list[Shown]:
    """Return all desks that there are, with who waits at each."""
    rows = await db.fetch(
        "SELECT help_desk.id, corp_id, name, link, read_at,"
        " count(*) FILTER (WHERE state = 'waiting') AS waiting,"
        " count(*) FILTER (WHERE state = 'person') AS with_person,"
        " min(changed_at) FILTER (WHERE state = 'waiting') AS waits_since"
        " FROM help_desk LEFT JOIN desk_session ON desk_id = help_desk.id AND state <> 'bot'"
        " WHERE gone_at IS NULL GROUP BY help_desk.id ORDER BY help_desk.id"
    )
    return [Shown(*row) for row in rows]


async def waiting() -> int:
    """Return how many consumers wait for a person."""
    rows = await db.fetch("SELECT count(*) AS those FROM desk_session WHERE state = 'waiting'")
    return int(rows[0]["those"])
