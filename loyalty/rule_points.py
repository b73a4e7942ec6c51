"""Points that a rule gives for something else than an order: settled at once."""

from datetime import datetime

from loyalty.ledger import Earn
from loyalty.programme import Programme


def earn_by_rule(
    member_id: int,
    key: str,
    points: int,
    *,
    slot: str,
    rule_version_id: int,
    rules: Programme,
    at: datetime,
) -> Earn:
    """Return the movement by which a member earns them; they expire by the rule in force."""
    expiry = rules.expiry(at)
    return Earn(
        member_id=member_id,
        key=key,
        at=at,
        cause=slot,
        points=points,
        settles_at=at,
        expires_at=expiry.expires_at(at),
        idle_expires_at=expiry.idle_expires_at(at),
        rule_version_id=rule_version_id,
    )
