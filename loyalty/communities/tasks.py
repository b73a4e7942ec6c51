"""What the owner of a group is to look at: who may be in it no more, and who is in two of them.

No API puts anybody out of a group, and nobody should be put out by a machine: the owner speaks to
her, or keeps her. What settled itself is closed by itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from loyalty import programme
from loyalty.again import in_transaction
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case, Facts
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from loyalty.programme import Programme
from loyalty.standing.knowing import facts_of_all
from models import CommunityTaskKind, CommunityTaskState, db

FACTS_AT_ONCE = 5000

_PRESENT = """
SELECT community.id, community.slot, member.id AS member_id,
       min(community_member.joined_at) AS joined_at
FROM community_member JOIN community ON community.id = community_id
JOIN customer ON customer.id = customer_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
           AND member.deleted_at IS NULL
WHERE left_at IS NULL AND dismissed_at IS NULL AND ($1::text IS NULL OR slot = $1)
GROUP BY 1, 2, 3 ORDER BY 4, 1
"""

# What was kept is raised again only after it had settled itself.
_SETTLE = """
UPDATE community_task SET ended_at = $4, state =
    CASE WHEN EXISTS (
        SELECT FROM community_member JOIN customer ON customer.id = customer_id
        WHERE community_member.community_id = community_task.community_id AND left_at IS NULL
          AND coalesce(merged_into_id, customer.id) = member_id) THEN 'settled' ELSE 'left' END
WHERE state IN ('open', 'kept') AND (community_id, member_id, kind) NOT IN (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]))
  AND ($5::text IS NULL
       OR community_id = ANY(ARRAY(SELECT id FROM community WHERE slot = $5)))
RETURNING id
"""

_RAISE = """
INSERT INTO community_task (community_id, member_id, kind, state, raised_at)
SELECT community_id, member_id, kind, 'open', $4
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS wanted (community_id, member_id, kind)
ORDER BY community_id, member_id, kind
ON CONFLICT (community_id, member_id, kind) WHERE state IN ('open', 'kept') DO NOTHING
RETURNING id
"""


class Raised(NamedTuple):
    """What is to be looked at in a group."""

    community_id: int
    member_id: int
    kind: CommunityTaskKind


class Changes(Struct, frozen=True):
    """How many tasks were raised, and how many were settled or gone."""

    raised: int
    ended: int


async def look_over(*, at: datetime, slot: str | None = None) -> Changes:
    """Raise what is to be looked at in all groups, or in those of one rule; close what settled."""
    rules = await programme.load()
    found = await _to_look_at(await db.fetch(_PRESENT, slot), rules, at=at)
    names = (
        [one.community_id for one in found],
        [one.member_id for one in found],
        [one.kind.value for one in found],
    )

    async def act() -> Changes:
        ended = await db.fetch(_SETTLE, *names, at, slot)
        raised = await db.fetch(_RAISE, *names, at)
        return Changes(len(raised), len(ended))

    return await in_transaction(act)


async def _to_look_at(present: Sequence[db.Row], rules: Programme, *, at: datetime) -> list[Raised]:
    """Return who may not be where she is, and who is in two groups of one rule."""
    ids = sorted({row["member_id"] for row in present})
    facts: dict[int, Facts] = {}
    for place in range(0, len(ids), FACTS_AT_ONCE):
        some = ids[place : place + FACTS_AT_ONCE]
        facts |= await facts_of_all(some, at=at, rules=rules)
    first: dict[tuple[str, int], int] = {}
    found = []
    for row in present:
        member_id, slot = row["member_id"], row["slot"]
        earlier = first.setdefault((slot, member_id), row["id"])
        if earlier != row["id"]:
            found.append(Raised(row["id"], member_id, CommunityTaskKind.IN_TWO))
        if _refusal(slot, facts[member_id], rules, at=at) is not None:
            found.append(Raised(row["id"], member_id, CommunityTaskKind.NOT_ELIGIBLE))
    return found


def _refusal(slot: str, facts: Facts, rules: Programme, *, at: datetime) -> Refused | None:
    """Return why a member may not be in a group of a rule; None where she may."""
    rule = rules.find(slot, POLICIES, at)
    if rule is None or not isinstance(rule.body, CommunityPolicy):
        return None
    return next(iter(rule.body.conditions.refusals(Case(facts))), None)


class FullTask(Struct, frozen=True):
    """A task as its group's owner reads it; ``refusal`` is what she lacks now."""

    uuid: UUID
    member_id: int
    member_uuid: UUID
    kind: CommunityTaskKind
    state: CommunityTaskState
    raised_at: datetime
    ended_at: datetime | None
    kept_by: str | None
    refusal: Refused | None


_TASKS = """
SELECT community_task.uuid, member_id, customer.uuid, kind, state, raised_at, ended_at,
       staff_member.name
FROM community_task JOIN customer ON customer.id = member_id
LEFT JOIN staff_member ON staff_member.id = kept_by
WHERE community_id = $1 ORDER BY state <> 'open', coalesce(ended_at, raised_at) DESC,
      community_task.id LIMIT $2
"""


async def tasks(community_id: int, slot: str, *, at: datetime, limit: int) -> list[FullTask]:
    """Return the tasks of a group, the open ones first."""
    rows, rules = await db.fetch(_TASKS, community_id, limit), await programme.load()
    facts = await facts_of_all({row["member_id"] for row in rows}, at=at, rules=rules)
    return [
        FullTask(
            row[0],
            row[1],
            row[2],
            CommunityTaskKind(row[3]),
            CommunityTaskState(row[4]),
            row[5],
            row[6],
            row[7],
            _refusal(slot, facts[row[1]], rules, at=at) if row[1] in facts else None,
        )
        for row in rows
    ]


async def keep(uuid: UUID, *, staff_member_id: int, at: datetime) -> None:
    """Let a member stay in the group; again it changes nothing.

    Raises:
        NotFound: ``no_such_task``.
    """
    rows = await db.fetch("SELECT 1 FROM community_task WHERE uuid = $1", uuid)
    if not rows:
        raise NotFound("no_such_task")
    await db.fetch(
        "UPDATE community_task SET state = 'kept', ended_at = $3, kept_by = $2"
        " WHERE uuid = $1 AND state = 'open'",
        uuid,
        staff_member_id,
        at,
    )


class ToTell(Struct, frozen=True):
    """An owner who is to hear of what is new to look at in a group of hers."""

    community_id: int
    corp_id: str
    name: str
    owner: str
    count: int


_UNTOLD = """
SELECT community.id, corp_id, name, owner, count(*)
FROM community_task JOIN community ON community.id = community_id
WHERE community_task.state = 'open' AND community_task.told_at IS NULL
  AND dismissed_at IS NULL
GROUP BY 1, 2, 3, 4 ORDER BY 1
"""


async def untold() -> list[ToTell]:
    """Return the owners who have not heard of something yet."""
    return [ToTell(*row) for row in await db.fetch(_UNTOLD)]


async def told(community_id: int, *, at: datetime) -> None:
    """Keep that a group's owner has heard of its tasks."""
    await db.fetch(
        "UPDATE community_task SET told_at = $2"
        " WHERE community_id = $1 AND state = 'open' AND told_at IS NULL",
        community_id,
        at,
    )


async def tasks_of(owner: str) -> int:
    """Return how many members of his groups a staff member is to look at."""
    rows = await db.fetch(
        "SELECT count(*) AS open FROM community_task JOIN community ON community.id = community_id"
        " WHERE owner = $1 AND community_task.state = 'open'",
        owner,
    )
    return int(rows[0]["open"])
