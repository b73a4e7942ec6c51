"""Bring invitations, and what was given for them, to what happened."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.policies import POLICIES
from loyalty.policies.referral import ReferralPolicy
from loyalty.programme import Programme
from loyalty.referrals.codes import SLOT
from loyalty.referrals.judging import Verdict, judge
from loyalty.referrals.rewarding import reward
from loyalty.referrals.stories import Told, stories
from loyalty.standing.changes import changed as let_wait
from models import db

_WRITE = """
UPDATE referral SET state = new.state, reason = new.reason, changes_at = new.changes_at,
                    qualified_at = new.qualified_at
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
     AS new (id, state, reason, changes_at, qualified_at)
WHERE referral.id = new.id
"""

_DUE = """
SELECT DISTINCT member.id
FROM referral JOIN customer ON customer.id = invitee_id
JOIN member ON member.id = coalesce(customer.merged_into_id, customer.id)
WHERE changes_at <= $1 AND deleted_at IS NULL
"""


async def follow(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Judge the invitations by which these members came, and give what is theirs as either side.

    The caller holds their rows. Their inviters wait to be derived where something changed for
    them. A constant number of statements; none where there never was such a rule.
    """
    if not any(rule.slot == SLOT for rule in rules.rules.get(POLICIES.name, ())):
        return
    await judge_friends(member_ids, rules, at=at)
    await reward(member_ids, rules, at=at)


async def judge_friends(member_ids: Sequence[int], rules: Programme, *, at: datetime) -> None:
    """Write how the invitations stand by which these members came; the caller holds their rows."""
    changed: list[tuple[Told, Verdict]] = []
    for told in await stories(member_ids, rules):
        rule = rules.version(told.rule_version_id, POLICIES)
        assert rule is not None, "versions stay for what they made"
        policy: ReferralPolicy = rule.body
        verdict = judge(told.story, policy, at=at)
        if verdict != told.stands:
            changed.append((told, verdict))
    if not changed:
        return
    await db.fetch(
        _WRITE,
        [told.referral_id for told, _ in changed],
        [verdict.state.value for _, verdict in changed],
        [verdict.reason for _, verdict in changed],
        [verdict.changes_at for _, verdict in changed],
        [verdict.qualified_at for _, verdict in changed],
    )
    await let_wait(
        member_id for told, _ in changed for member_id in (told.inviter_id, told.invitee_id)
    )


async def due(*, at: datetime) -> int:
    """Let friends be derived again whose invitation time alone may have changed; return how many.

    Doing it twice changes nothing more.
    """
    found = [row["id"] for row in await db.fetch(_DUE, at)]
    await let_wait(found)
    return len(found)
