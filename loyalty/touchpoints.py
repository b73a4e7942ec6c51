"""What touchpoints give at once: a visit, a live room, an event, a survey."""

from datetime import datetime

from loyalty import ledger
from loyalty.programme import Programme, Rule
from loyalty.rule_points import earn_by_rule
from loyalty.standing.changes import changed


async def give(
    member_id: int, key: str, points: int, rule: Rule, *, rules: Programme, at: datetime
) -> None:
    """Give a member the points of a rule, once by this key; none where they are 0.

    The caller holds her row.
    """
    if not points:
        return
    earned = earn_by_rule(
        member_id,
        key,
        points,
        slot=rule.slot,
        rule_version_id=rule.version_id,
        rules=rules,
        at=at,
    )
    await ledger.record_one(earned)
    await changed([member_id])
