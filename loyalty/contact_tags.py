"""Tags of contacts (客户标签): which of them are ours, who is to have them, who has them.

What the platform has is kept as it was last seen, and what differs is told to it, so many calls a
minute and an hour as all processes together may make.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec import Struct

from loyalty import programme, snapshots
from loyalty.again import in_transaction
from loyalty.policies import POLICIES
from loyalty.policies.contact_tag import ContactTagPolicy
from loyalty.programme import Programme
from loyalty.segments import SEGMENTS, Query
from models import ContactTag, db

# The platform lets a corp call 10,000 times a minute and 150,000 times an hour (C1); whether from
# a full minute or in any sixty seconds nobody says, so each minute of ours takes less than half.
A_MINUTE, AN_HOUR = 4_800, 72_000
LEASE = timedelta(seconds=60)
PAIRS_AT_ONCE = 20_000


class Wish(Struct, frozen=True):
    """A tag as a rule wants it; ``tag`` is the one that the corp has for it."""

    slot: str
    name: str
    group: str
    follows: str
    tag: ContactTag | None


class Due(Struct, frozen=True):
    """Which tags there are to be, and which are to be taken away."""

    wishes: Sequence[Wish]
    over: Sequence[ContactTag]

    @property
    def is_any(self) -> bool:
        """Say whether there is, or was, any tag of ours."""
        return bool(self.wishes or self.over)


class Mark(Struct, frozen=True):
    """What one contact of one staff member is to be given, and what taken."""

    external_user_id: str
    user_id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A tag as the console lists it, with how many contacts have it."""

    name: str
    group: str
    slot: str | None
    contacts: int


async def due(corp_id: str, *, at: datetime) -> Due:
    """Return the tags that the rules in force want, and those whose rule is over."""
    rules = (await programme.load()).of(POLICIES, at)
    bodies = {one.slot: one.body for one in rules if isinstance(one.body, ContactTagPolicy)}
    had = {one.slot: one for one in await ContactTag.filter(corp_id=corp_id, slot__not_isnull=True)}
    wishes = [
        Wish(slot, body.tag_name, body.tag_group, body.follows, had.get(slot))
        for slot, body in sorted(bodies.items())
    ]
    return Due(wishes, [tag for slot, tag in had.items() if slot not in bodies])


async def keep(corp_id: str, wish: Wish, tag_id: str) -> None:
    """Keep the tag that the corp has for a rule."""
    await db.fetch(
        "INSERT INTO contact_tag (corp_id, tag_id, name, group_name, slot)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (corp_id, tag_id)"
        " DO UPDATE SET name = excluded.name, group_name = excluded.group_name,"
        "  slot = excluded.slot",
        corp_id,
        tag_id,
        wish.name,
        wish.group,
        wish.slot,
    )


async def forget(corp_id: str, tag_id: str) -> None:
    """Forget a tag that the corp has no more, and who had it."""
    async with db.transaction():
        for table in ("tagging", "contact_tag"):
            await db.fetch(
                f"DELETE FROM {table} WHERE corp_id = $1 AND tag_id = $2", corp_id, tag_id
            )


async def let_go(corp_id: str, tag_id: str) -> None:
    """Let a tag follow no rule any more; whoever has it keeps it."""
    await db.fetch(
        "UPDATE contact_tag SET slot = NULL WHERE corp_id = $1 AND tag_id = $2", corp_id, tag_id
    )


async def ours(corp_id: str) -> set[str]:
    """Return the ids of the tags that follow a rule."""
    rows = await db.fetch(
        "SELECT tag_id FROM contact_tag WHERE corp_id = $1 AND slot IS NOT NULL", corp_id
    )
    return {row["tag_id"] for row in rows}


async def learn(corp_id: str, tags: Sequence[tuple[str, str, str]]) -> None:
    """Take over the corp's tags, by id, name and group; those that are no more are forgotten."""

    async def act() -> None:
        ids = [tag_id for tag_id, _, _ in tags]
        await db.fetch(
            "INSERT INTO contact_tag AS had (corp_id, tag_id, name, group_name)"
            " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[])"
            "  AS listed (tag_id, name, group_name) ORDER BY tag_id"
            " ON CONFLICT (corp_id, tag_id) DO UPDATE"
            " SET name = excluded.name, group_name = excluded.group_name"
            " WHERE (had.name, had.group_name) <> (excluded.name, excluded.group_name)",
            corp_id,
            ids,
            [name for _, name, _ in tags],
            [group for _, _, group in tags],
        )
        for table in ("tagging", "contact_tag"):
            await db.fetch(
                f"DELETE FROM {table} WHERE corp_id = $1 AND NOT tag_id = ANY($2::text[])",
                corp_id,
                ids,
            )

    await in_transaction(act)


_TIER = """
SELECT member_id FROM standing JOIN member ON member.id = member_id
WHERE standing.tier = $1 AND merged_into_id IS NULL AND deleted_at IS NULL
"""
# Whoever was never counted is of the lowest.
_LOWEST = """
SELECT member.id AS member_id FROM member LEFT JOIN standing ON standing.member_id = member.id
WHERE (standing.tier IS NULL OR standing.tier = $1)
  AND merged_into_id IS NULL AND deleted_at IS NULL
"""
_COMMUNITY = """
SELECT coalesce(merged_into_id, customer.id) AS member_id
FROM community_member JOIN community ON community.id = community_id
JOIN customer ON customer.id = customer_id
WHERE slot = $1 AND left_at IS NULL AND dismissed_at IS NULL
"""
_NOBODY = "SELECT id AS member_id FROM member WHERE false AND $1 = ''"

_DIFFERENCE = """
WITH held AS MATERIALIZED ({held}), wanted AS MATERIALIZED (
    SELECT DISTINCT acquaintance.external_user_id, acquaintance.user_id
    FROM held
    JOIN customer ON coalesce(customer.merged_into_id, customer.id) = held.member_id
    JOIN identity ON identity.customer_id = customer.id AND identity.kind = 'wecom_contact'
                 AND identity.scope = $2
    JOIN acquaintance ON acquaintance.corp_id = $2
                     AND acquaintance.external_user_id = identity.value
    WHERE ended_at IS NULL
), has AS MATERIALIZED (
    SELECT external_user_id, user_id FROM tagging JOIN acquaintance
        USING (corp_id, external_user_id, user_id)
    WHERE corp_id = $2 AND tag_id = $3 AND ended_at IS NULL
)
(SELECT external_user_id, user_id, true AS is_wanted FROM wanted
 EXCEPT SELECT external_user_id, user_id, true FROM has)
UNION ALL
(SELECT external_user_id, user_id, false FROM has
 EXCEPT SELECT external_user_id, user_id, false FROM wanted)
LIMIT $4
"""


async def differences(corp_id: str, wishes: Sequence[Wish], *, at: datetime) -> list[Mark]:
    """Return what contacts are to be given and what taken; one mark a contact and staff member."""
    rules = await programme.load()
    add: dict[tuple[str, str], list[str]] = defaultdict(list)
    remove: dict[tuple[str, str], list[str]] = defaultdict(list)
    for wish in wishes:
        if wish.tag is None:
            continue
        held = await _held(wish.follows, rules, at=at)
        rows = await db.fetch(
            _DIFFERENCE.format(held=held.sql),
            *held.arguments,
            corp_id,
            wish.tag.tag_id,
            PAIRS_AT_ONCE,
        )
        for row in rows:
            marks = add if row["is_wanted"] else remove
            marks[row["external_user_id"], row["user_id"]].append(wish.tag.tag_id)
    return [
        Mark(*pair, tuple(add.get(pair, ())), tuple(remove.get(pair, ())))
        for pair in sorted(add.keys() | remove.keys())
    ]


async def _held(follows: str, rules: Programme, *, at: datetime) -> Query:
    """Return the query of those who are to have a tag; nobody where what it follows is no more."""
    what, _, code = follows.partition(":")
    if what == "tier":
        codes = [tier.code for tier in rules.tiers(at).tiers]
        if code in codes:
            return Query(_TIER if codes.index(code) else _LOWEST, [code])
    elif what == "segment" and rules.find(follows, SEGMENTS, at) is not None:
        return Query(snapshots.WILLING, [(await snapshots.take(follows, at=at)).id])
    elif what == "community":
        return Query(_COMMUNITY, [follows])
    return Query(_NOBODY, [""])


async def marked(corp_id: str, marks: Sequence[Mark]) -> None:
    """Keep what the platform took: of our own deeds it tells nothing."""

    async def act() -> None:
        taken = [(one.external_user_id, one.user_id, tag) for one in marks for tag in one.remove]
        given = [(one.external_user_id, one.user_id, tag) for one in marks for tag in one.add]
        await db.fetch(
            "DELETE FROM tagging WHERE corp_id = $1 AND (external_user_id, user_id, tag_id) IN"
            " (SELECT * FROM unnest($2::text[], $3::text[], $4::text[]))",
            corp_id,
            *([row[place] for row in taken] for place in range(3)),
        )
        await db.fetch(
            "INSERT INTO tagging (corp_id, external_user_id, user_id, tag_id)"
            " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[]) AS had"
            " ORDER BY 2, 3, 4 ON CONFLICT DO NOTHING",
            corp_id,
            *([row[place] for row in given] for place in range(3)),
        )

    await in_transaction(act)


async def lease(corp_id: str, *, moment: datetime) -> bool:
    """Let this process be the one that marks contacts of a corp, for ``LEASE``."""
    rows = await db.fetch(
        "INSERT INTO tagging_budget AS had"
        " (corp_id, leased_until, minute, in_minute, hour, in_hour)"
        " VALUES ($1, $2::timestamptz + $3::interval, $2, 0, $2, 0) ON CONFLICT (corp_id)"
        " DO UPDATE SET leased_until = excluded.leased_until WHERE had.leased_until <= $2"
        " RETURNING corp_id",
        corp_id,
        moment,
        LEASE,
    )
    return bool(rows)


_RESERVE = """
UPDATE tagging_budget AS had SET leased_until = $2::timestamptz + $3::interval,
    minute = date_trunc('minute', $2::timestamptz), in_minute = spent.in_minute + taken.calls,
    hour = date_trunc('hour', $2::timestamptz), in_hour = spent.in_hour + taken.calls
FROM (SELECT CASE WHEN minute = date_trunc('minute', $2::timestamptz) THEN in_minute ELSE 0 END
                 AS in_minute,
             CASE WHEN hour = date_trunc('hour', $2::timestamptz) THEN in_hour ELSE 0 END AS in_hour
      FROM tagging_budget WHERE corp_id = $1) AS spent,
     LATERAL (SELECT greatest(0, least($4, $5 - spent.in_minute, $6 - spent.in_hour)) AS calls)
         AS taken
WHERE corp_id = $1 RETURNING taken.calls
"""


async def reserve(corp_id: str, calls: int, *, moment: datetime) -> int:
    """Return how many of so many calls may be made now, and count them; go on with the lease."""
    rows = await db.fetch(_RESERVE, corp_id, moment, LEASE, calls, A_MINUTE, AN_HOUR)
    return int(rows[0]["calls"]) if rows else 0


async def release(corp_id: str, *, moment: datetime, is_done: bool) -> None:
    """Let another process go on; ``is_done``: nothing differs any more."""
    await db.fetch(
        "UPDATE tagging_budget SET leased_until = $2,"
        " done_at = CASE WHEN $3 THEN $2 ELSE done_at END WHERE corp_id = $1",
        corp_id,
        moment,
        is_done,
    )


async def shown() -> list[Shown]:
    """Return all tags of the corps, ours first, with how many contacts have each."""
    rows = await db.fetch(
        "SELECT name, group_name, slot, (SELECT count(DISTINCT external_user_id) FROM tagging"
        "  WHERE tagging.corp_id = contact_tag.corp_id AND tagging.tag_id = contact_tag.tag_id)"
        "  AS contacts FROM contact_tag"
        " ORDER BY slot IS NULL, group_name, name, tag_id LIMIT 500"
    )
    return [Shown(*row) for row in rows]


async def coming(*, at: datetime) -> list[Wish]:
    """Return the tags that rules want and no corp has yet."""
    had = {row["slot"] for row in await db.fetch("SELECT DISTINCT slot FROM contact_tag")}
    return [one for one in (await due("", at=at)).wishes if one.slot not in had]


async def done_at() -> datetime | None:
    """Return when contacts last had the tags that they are to have."""
    rows = await db.fetch("SELECT max(done_at) AS done_at FROM tagging_budget")
    done: datetime | None = rows[0]["done_at"]
    return done
