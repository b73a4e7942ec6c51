"""Offers that an order uses up: looked at once more while one is placed, when no other can be."""

from datetime import datetime

from loyalty import programme, standing
from loyalty.discounts import DISCOUNTS
from loyalty.facts import Case
from loyalty.quotes import Shown


async def check(shown: Shown, *, at: datetime) -> bool:
    """Let an order through whose offers no other order of hers has used up since they were shown.

    Her row is locked. Return whether it has an offer that waited for her to hesitate.

    Raises:
        Refused: as the conditions that are used up, such as ``not_first_order`` or
            ``hesitated_before``.
    """
    if not shown.discounts:
        return False
    rules = await programme.load()
    found = [rules.version(one.version_id, DISCOUNTS) for one in shown.discounts]
    conditions = [rule.body.conditions for rule in found if rule is not None]
    once = [one for one in conditions if one.can_be_used_up]
    if once:
        case = Case(await standing.facts_of(shown.member_id, at=at, rules=rules))
        for one in once:
            if refusal := one.used_up(case):
                raise refusal
    return any(one.hesitates for one in once)
