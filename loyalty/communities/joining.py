"""Whether a member may join a VIP group, what she lacks, and her invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loyalty import programme, standing
from loyalty.communities.connecting import Image
from loyalty.errors import NotFound, Refused
from loyalty.facts import Case
from loyalty.policies import POLICIES
from loyalty.policies.community import CommunityPolicy
from loyalty.programme import Programme, Rule
from loyalty.roots import HER_IDS
from models import InvitationState, db

PREFIX = "community:"


class MembershipState(StrEnum):
    """How a member stands to a community."""

    NOT_ELIGIBLE = "not_eligible"
    ELIGIBLE = "eligible"
    INVITED = "invited"
    JOINED = "joined"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Membership:
    """How a member stands to a community at a moment. ``refusals`` say what she lacks.

    ``members`` counts staff, too. ``qr_code`` is the address of the picture that is the QR code of
    the join way, None where none was made yet; ``image`` is that picture, once it is kept.
    """

    slot: str
    policy: CommunityPolicy
    state: MembershipState
    refusals: Sequence[Refused]
    community_id: int
    corp_id: str
    chat_id: str
    join_state: str
    members: int
    capacity: int
    qr_code: str | None
    image: Image | None = None

    @property
    def code(self) -> str:
        """Return the rule's code: what the mini-program calls the community by."""
        return self.slot.removeprefix(PREFIX)


# A rule may have several groups: hers first, then the first with room.
_COMMUNITIES = f"""
SELECT *, members >= capacity AS is_full
FROM (
    SELECT community.id, slot, corp_id, chat_id, community.state AS join_state, capacity, qr_code,
           qr_image, qr_kind,
           staff_count + (SELECT count(*) FROM community_member
                          WHERE community_id = community.id AND left_at IS NULL) AS members,
           EXISTS (SELECT FROM community_member
                   WHERE community_id = community.id AND left_at IS NULL
                     AND customer_id = ANY({HER_IDS})) AS is_in,
           (SELECT max(state) FROM invitation WHERE community_id = community.id
            AND member_id = ANY({HER_IDS})) AS invitation
    FROM community
    WHERE dismissed_at IS NULL AND slot = ANY($2::text[])
) AS hers
ORDER BY slot, is_in DESC, is_full, invitation IS NOT DISTINCT FROM 'open' DESC, id
"""


async def memberships(member_id: int, *, at: datetime) -> list[Membership]:
    """Return how a member stands to each community whose rule is in force.

    Raises:
        NotFound: ``no_such_member``.
    """
    rules = await programme.recent()
    found = [one for one in rules.of(POLICIES, at) if isinstance(one.body, CommunityPolicy)]
    return await _memberships(member_id, found, rules, at=at)


async def membership(member_id: int, code: str, *, at: datetime) -> Membership:
    """Return how a member stands to one community.

    Raises:
        NotFound: ``no_such_community``, ``no_such_member``.
    """
    rules = await programme.recent()
    rule = rules.find(PREFIX + code, POLICIES, at)
    if rule is None or not isinstance(rule.body, CommunityPolicy):
        raise NotFound("no_such_community")
    found = await _memberships(member_id, [rule], rules, at=at)
    if not found:
        raise NotFound("no_such_community")
    return found[0]


async def invite(member_id: int, code: str, *, at: datetime) -> Membership:
    """Ask a member into a community, once however often; who is in it already stays so.

    Raises:
        NotFound: ``no_such_community``, ``no_such_member``.
        Refused: what she lacks, ``community_full``; or ``join_way_missing``: there is no QR
            code yet.
    """
    found = await membership(member_id, code, at=at)
    if found.state in (MembershipState.JOINED, MembershipState.INVITED):
        return found
    if found.refusals:
        raise found.refusals[0]
    if found.state is MembershipState.FULL:
        raise Refused("community_full", capacity=found.capacity)
    if found.qr_code is None:
        raise Refused("join_way_missing")
    await db.fetch(
        "INSERT INTO invitation AS had (community_id, member_id, state, invited_at)"
        " VALUES ($1, $2, 'open', $3) ON CONFLICT (community_id, member_id)"
        " DO UPDATE SET state = 'open', invited_at = excluded.invited_at, accepted_at = NULL"
        " WHERE had.state = 'left'",
        found.community_id,
        member_id,
        at,
    )
    return await membership(member_id, code, at=at)


async def _memberships(
    member_id: int, wanted: Sequence[Rule], rules: Programme, *, at: datetime
) -> list[Membership]:
    rows = await db.fetch(_COMMUNITIES, member_id, [rule.slot for rule in wanted])
    facts = await standing.facts_of(member_id, at=at, rules=rules)
    first: dict[str, db.Row] = {}
    for row in rows:
        first.setdefault(row["slot"], row)
    return [
        _membership(rule, first[rule.slot], rule.body.conditions.refusals(Case(facts)))
        for rule in wanted
        if rule.slot in first
    ]


def _membership(rule: Rule, row: db.Row, lacking: list[Refused]) -> Membership:
    return Membership(
        slot=rule.slot,
        policy=rule.body,
        state=_state(rule.body, row, lacking),
        refusals=[] if row["is_in"] else lacking,
        community_id=row["id"],
        corp_id=row["corp_id"],
        chat_id=row["chat_id"],
        join_state=row["join_state"],
        members=row["members"],
        capacity=row["capacity"],
        qr_code=row["qr_code"],
        image=Image(bytes(row["qr_image"]), row["qr_kind"]) if row["qr_image"] else None,
    )


def _state(policy: CommunityPolicy, row: db.Row, lacking: list[Refused]) -> MembershipState:
    if row["is_in"]:
        return MembershipState.JOINED
    if lacking:
        return MembershipState.NOT_ELIGIBLE
    if row["is_full"] and not policy.next_when_full:
        return MembershipState.FULL
    if row["invitation"] == InvitationState.OPEN:
        return MembershipState.INVITED
    return MembershipState.ELIGIBLE
