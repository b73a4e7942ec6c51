"""Which consumers and staff have one another in WeCom, and until when.

The platform's lists are the truth of who was added; who deleted whom only its events say. Both may
come twice, late or never: each is compared by the platform's own moments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Struct

from loyalty.again import in_transaction
from loyalty.customers import know_contacts
from loyalty.roots import HER_IDS
from models import EndedBy, WelcomeState, db


class Seen(Struct, frozen=True):
    """A contact and a staff member who has her, as the platform lists them.

    ``tags`` are the ids of the corp's tags that he gave her.
    """

    external_user_id: str
    user_id: str
    added_at: datetime
    add_way: int = 0
    state: str = ""
    unionid: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Acquainted:
    """One of a member's acquaintances; ``staff`` is the name of who has an account here.

    ``welcome`` is what became of the newest welcome.
    """

    user_id: str
    staff: str | None
    state: str
    is_half: bool
    added_at: datetime
    ended_at: datetime | None
    ended_by: EndedBy | None
    welcome: WelcomeState | None


# Who deleted the other is still listed for a while, by the moment at which she was added.
_SEE = """
INSERT INTO acquaintance AS had (corp_id, external_user_id, user_id, added_at, add_way, state)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[])
    AS seen (external_user_id, user_id, added_at, add_way, state)
ORDER BY external_user_id, user_id
ON CONFLICT (corp_id, external_user_id, user_id) DO UPDATE
SET added_at = excluded.added_at, add_way = excluded.add_way, state = excluded.state,
    is_half = had.is_half AND had.added_at = excluded.added_at, ended_at = NULL, ended_by = NULL
WHERE CASE WHEN had.ended_at IS NULL
      THEN (had.added_at, had.add_way, had.state)
           IS DISTINCT FROM (excluded.added_at, excluded.add_way, excluded.state)
      ELSE had.ended_by = 'unseen' OR had.ended_at < excluded.added_at END
RETURNING id
"""
_UNSEEN = """
UPDATE acquaintance SET ended_at = greatest($6, added_at), ended_by = 'unseen'
WHERE corp_id = $1 AND (external_user_id = $2 OR user_id = $3) AND ended_at IS NULL
  AND added_at <= $6
  AND (external_user_id, user_id) NOT IN (SELECT * FROM unnest($4::text[], $5::text[]))
RETURNING id
"""


async def see(
    corp_id: str,
    seen: Sequence[Seen],
    *,
    contact: str = "",
    staff: str = "",
    read_at: datetime,
    at: datetime,
) -> int:
    """Take over all that the platform lists of a contact, or of a staff member; return the changes.

    Contacts whom we know by unionid are known by their external user ids from then on. Who is
    listed no more was deleted by somebody, unless she was added after ``read_at``.
    """
    rows = list({(one.external_user_id, one.user_id): one for one in seen}.values())

    async def act() -> int:
        await know_contacts(
            corp_id, {one.external_user_id: one.unionid or None for one in rows}, at=at
        )
        pairs = ([one.external_user_id for one in rows], [one.user_id for one in rows])
        changed = await db.fetch(
            _SEE,
            corp_id,
            *pairs,
            [one.added_at for one in rows],
            [one.add_way for one in rows],
            [one.state for one in rows],
        )
        await _tag(corp_id, rows)
        gone = await db.fetch(_UNSEEN, corp_id, contact, staff, *pairs, read_at)
        return len(changed) + len(gone)

    return await in_transaction(act)


_TAGS_GONE = """
DELETE FROM tagging
WHERE corp_id = $1
  AND (external_user_id, user_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  AND (external_user_id, user_id, tag_id) NOT IN (
      SELECT * FROM unnest($4::text[], $5::text[], $6::text[]))
"""
_TAGS_NEW = """
INSERT INTO tagging (corp_id, external_user_id, user_id, tag_id)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])
    AS seen (external_user_id, user_id, tag_id)
ORDER BY external_user_id, user_id, tag_id ON CONFLICT DO NOTHING
"""


async def _tag(corp_id: str, seen: Sequence[Seen]) -> None:
    """Keep which tags the platform shows of each pair."""
    had = [(one.external_user_id, one.user_id, tag) for one in seen for tag in one.tags]
    tags = [[row[place] for row in had] for place in range(3)]
    pairs = [one.external_user_id for one in seen], [one.user_id for one in seen]
    await db.fetch(_TAGS_GONE, corp_id, *pairs, *tags)
    await db.fetch(_TAGS_NEW, corp_id, *tags)


async def part_from_others(corp_id: str, staff: Sequence[str], *, moment: datetime) -> int:
    """End the acquaintances of staff who are no longer among those who may have contacts."""
    rows = await db.fetch(
        "UPDATE acquaintance SET ended_at = $3, ended_by = 'unseen'"
        " WHERE corp_id = $1 AND user_id <> ALL($2::text[]) AND ended_at IS NULL"
        " AND added_at <= $3 RETURNING id",
        corp_id,
        list(staff),
        moment,
    )
    return len(rows)


async def halve(corp_id: str, external_user_id: str, user_id: str, *, is_half: bool) -> None:
    """Keep whether she was added without her consent."""
    await db.fetch(
        "UPDATE acquaintance SET is_half = $4 WHERE corp_id = $1 AND external_user_id = $2"
        " AND user_id = $3 AND ended_at IS NULL",
        corp_id,
        external_user_id,
        user_id,
        is_half,
    )


async def end(
    corp_id: str, external_user_id: str, user_id: str, *, by: EndedBy, moment: datetime
) -> None:
    """Let one have deleted the other at a moment; told twice or too late it changes nothing.

    Told before her being added it is kept: what the platform lists of earlier moments is over.
    """
    await db.fetch(
        "INSERT INTO acquaintance AS had"
        " (corp_id, external_user_id, user_id, added_at, ended_at, ended_by)"
        " VALUES ($1, $2, $3, $5, $5, $4) ON CONFLICT (corp_id, external_user_id, user_id)"
        " DO UPDATE SET ended_at = excluded.ended_at, ended_by = excluded.ended_by"
        " WHERE had.added_at <= excluded.ended_at"
        "  AND (had.ended_at IS NULL OR had.ended_by = 'unseen')",
        corp_id,
        external_user_id,
        user_id,
        by.value,
        moment,
    )


_OF = f"""
SELECT acquaintance.user_id, staff_member.name AS staff, acquaintance.state, is_half, added_at,
       ended_at, ended_by,
       (SELECT welcome.state FROM welcome WHERE welcome.corp_id = acquaintance.corp_id
          AND welcome.external_user_id = acquaintance.external_user_id
          AND welcome.user_id = acquaintance.user_id ORDER BY welcome.id DESC LIMIT 1) AS welcome
FROM identity JOIN acquaintance ON corp_id = scope AND external_user_id = value
LEFT JOIN staff_member ON staff_member.wecom_user_id = acquaintance.user_id
WHERE kind = 'wecom_contact' AND customer_id = ANY({HER_IDS})
ORDER BY ended_at IS NOT NULL, added_at DESC, acquaintance.id LIMIT 50
"""


async def of(member_id: int) -> list[Acquainted]:
    """Return with whom of the staff a member is, or was, in contact; those who still are first."""
    rows = await db.fetch(_OF, member_id)
    return [
        Acquainted(
            row["user_id"],
            row["staff"],
            row["state"],
            row["is_half"],
            row["added_at"],
            row["ended_at"],
            EndedBy(row["ended_by"]) if row["ended_by"] else None,
            WelcomeState(row["welcome"]) if row["welcome"] else None,
        )
        for row in rows
    ]
