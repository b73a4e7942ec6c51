"""Whom a mass send is for, and who of them can be written to by whom.

An audience is told by a text: "everyone", "tier:gold" (that tier or a higher one), "segment:loyal"
or "community:vip" (those in its groups; of a send into groups, the groups themselves).
"""

import calendar
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from loyalty import consents, programme, snapshots
from loyalty.calendar import day_of, start_of
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from loyalty.programme import Programme
from loyalty.segments import SEGMENTS, Query
from loyalty.standing.knowing import facts_of_all
from models import MassSendKind, db

EVERYONE = "everyone"
CHANNEL = "wecom"
FACTS_AT_ONCE = 5000


class Aim(Struct, frozen=True):
    """Whom a mass send is for. ``joined_on``: of a community, who joined it on that day."""

    corp_id: str
    kind: MassSendKind
    audience: str
    community_slot: str | None = None
    joined_on: date | None = None


class Target(Struct, frozen=True):
    """Whom one staff member is to write to: a contact, or a group of his."""

    user_id: str
    address: str
    member_id: int | None = None


class Reach(Struct, frozen=True):
    """Who is reached of an audience, and how many are not and why; see ``models.MassSend``."""

    targets: Sequence[Target]
    members: int
    no_contacts: int = 0
    unwilling: int = 0
    over_quota: int = 0
    not_invited: int = 0

    @property
    def senders(self) -> dict[str, int]:
        """Return how many targets each of the staff has."""
        return Counter(one.user_id for one in self.targets)


_EVERYONE = """
SELECT id AS member_id FROM member WHERE merged_into_id IS NULL AND deleted_at IS NULL
"""

_TIER = """
SELECT member_id FROM standing JOIN member ON member.id = member_id
WHERE standing.tier = ANY($1::text[]) AND merged_into_id IS NULL AND deleted_at IS NULL
"""

_COMMUNITY = """
SELECT coalesce(merged_into_id, customer.id) AS member_id
FROM community_member JOIN community ON community.id = community_id
JOIN customer ON customer.id = customer_id
WHERE slot = $1 AND left_at IS NULL
GROUP BY 1
HAVING $2::date IS NULL
       OR (min(joined_at) AT TIME ZONE 'Asia/Shanghai')::date = $2
"""

# What waits for its staff counts, too: the platform counts when he sends it.
_HAD = """
SELECT count(*) FROM mass_send_target JOIN mass_send_part ON mass_send_part.id = part_id
WHERE address = {address} AND mass_send_target.state IN ('waiting', 'sent')
  AND coalesce(sent_at, made_at, 'infinity') >= {since}
"""

_CONTACTS = f"""
WITH audience AS ({{audience}}), met AS (
    SELECT DISTINCT ON (audience.member_id) audience.member_id, external_user_id, user_id
    FROM audience
    JOIN customer ON coalesce(customer.merged_into_id, customer.id) = audience.member_id
    JOIN identity ON identity.customer_id = customer.id AND identity.kind = 'wecom_contact'
                 AND identity.scope = {{corp}}
    JOIN acquaintance ON acquaintance.corp_id = {{corp}}
                     AND acquaintance.external_user_id = identity.value
    WHERE ended_at IS NULL AND NOT is_half
    ORDER BY audience.member_id, added_at DESC, acquaintance.id DESC
)
SELECT member_id, external_user_id, user_id,
       {consents.refuses("member_id", "'offers'", f"'{CHANNEL}'")} AS is_unwilling,
       ({_HAD.format(address="external_user_id", since="{since}")}) AS had
FROM met ORDER BY member_id
"""

_COUNT = "SELECT count(*) FROM ({audience}) AS audience"

_GROUPS = f"""
SELECT chat_id, owner, ({_HAD.format(address="chat_id", since="$3")}) AS had
FROM community WHERE corp_id = $1 AND slot = $2 AND dismissed_at IS NULL ORDER BY id
"""

_IN_IT = """
SELECT coalesce(merged_into_id, customer.id) AS member_id
FROM community_member JOIN community ON community.id = community_id
JOIN customer ON customer.id = customer_id
WHERE slot = $1 AND left_at IS NULL AND dismissed_at IS NULL
  AND coalesce(merged_into_id, customer.id) = ANY($2::bigint[])
"""


def monthly_quota(at: datetime) -> int:
    """Return how many mass sends one contact or group can have this month: one a day of it.

    Source: the platform's rule of 2025-11-17 (C9 of the protocol).
    """
    today = day_of(at)
    return calendar.monthrange(today.year, today.month)[1]


async def reached(aim: Aim, *, at: datetime) -> Reach:
    """Return whom a mass send reaches at this moment.

    Raises:
        NotFound: ``no_such_audience``, ``no_such_community``.
        Refused: ``audience_is_no_groups``: a send into groups is for a community.
    """
    rules = await programme.load()
    if aim.kind is MassSendKind.GROUPS:
        return await _groups(aim, rules, at=at)
    if aim.community_slot and _community(aim.community_slot, rules, at=at) is None:
        raise NotFound("no_such_community")
    query = await _members(aim, rules, at=at)
    corp, since = f"${len(query.arguments) + 1}", f"${len(query.arguments) + 2}"
    statement = _CONTACTS.format(audience=query.sql, corp=corp, since=since)
    month = start_of(day_of(at).replace(day=1))
    (audience,) = await db.fetch(_COUNT.format(audience=query.sql), *query.arguments)
    contacts = await db.fetch(statement, *query.arguments, aim.corp_id, month)
    wanted = await _invitable(aim.community_slot, contacts, rules, at=at)
    willing = [row for row in wanted if not row["is_unwilling"]]
    most = monthly_quota(at)
    free = [row for row in willing if row["had"] < most]
    return Reach(
        [Target(row["user_id"], row["external_user_id"], row["member_id"]) for row in free],
        members=audience["count"],
        no_contacts=audience["count"] - len(contacts),
        unwilling=len(wanted) - len(willing),
        over_quota=len(willing) - len(free),
        not_invited=len(contacts) - len(wanted),
    )


async def _members(aim: Aim, rules: Programme, *, at: datetime) -> Query:
    """Return the query of the members of an audience."""
    what, _, code = aim.audience.partition(":")
    if aim.audience == EVERYONE:
        return Query(_EVERYONE, [])
    if what == "tier":
        codes = [tier.code for tier in rules.tiers(at).tiers]
        if code not in codes:
            raise NotFound("no_such_audience", audience=aim.audience)
        # whoever was never derived is in the lowest
        place = codes.index(code)
        return Query(_TIER, [codes[place:]]) if place else Query(_EVERYONE, [])
    if what == "segment":
        if rules.find(aim.audience, SEGMENTS, at) is None:
            raise NotFound("no_such_audience", audience=aim.audience)
        taken = await snapshots.take(aim.audience, at=at)
        return Query(snapshots.WILLING, [taken.id])
    if what == "community" and _community(aim.audience, rules, at=at):
        return Query(_COMMUNITY, [aim.audience, aim.joined_on])
    raise NotFound("no_such_audience", audience=aim.audience)


def _community(slot: str, rules: Programme, *, at: datetime) -> CommunityPolicy | None:
    rule = rules.find(slot, POLICIES, at)
    return rule.body if rule is not None and isinstance(rule.body, CommunityPolicy) else None


async def _groups(aim: Aim, rules: Programme, *, at: datetime) -> Reach:
    if not aim.audience.startswith("community:"):
        raise Refused("audience_is_no_groups")
    if _community(aim.audience, rules, at=at) is None:
        raise NotFound("no_such_audience", audience=aim.audience)
    month = start_of(day_of(at).replace(day=1))
    rows = await db.fetch(_GROUPS, aim.corp_id, aim.audience, month)
    free = [row for row in rows if row["had"] < monthly_quota(at)]
    return Reach(
        [Target(row["owner"], row["chat_id"]) for row in free],
        members=len(rows),
        over_quota=len(rows) - len(free),
    )


async def _invitable(
    slot: str | None, rows: Sequence[db.Row], rules: Programme, *, at: datetime
) -> Sequence[db.Row]:
    """Return those who may join a community and are in none of its groups; all where it is none."""
    policy = _community(slot, rules, at=at) if slot else None
    if policy is None:
        return rows
    ids = [row["member_id"] for row in rows]
    inside = {row["member_id"] for row in await db.fetch(_IN_IT, slot, ids)}
    may: set[int] = set()
    for first in range(0, len(ids), FACTS_AT_ONCE):
        some = ids[first : first + FACTS_AT_ONCE]
        facts = await facts_of_all(some, at=at, rules=rules)
        may |= {one for one in some if not policy.conditions.refusals(Case(facts[one]))}
    wanted = may - inside
    return [row for row in rows if row["member_id"] in wanted]
