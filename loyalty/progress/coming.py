"""What comes by itself with something that happens to a member."""

from datetime import datetime

from loyalty.happenings import Happening
from loyalty.programme import Programme
from loyalty.progress.claiming import can_give, give
from loyalty.progress.counting import progress


async def give_what_comes(
    member_id: int, kind: type[Happening], *, rules: Programme, at: datetime
) -> int:
    """Give the steps that are ready of challenges that look at this, and return their points.

    One whose coupon is not in force waits to be claimed. The caller holds the member's row.
    """
    points = 0
    for one in await progress(member_id, at=at, rules=rules):
        if one.challenge.comes_by_itself and kind in one.challenge.looks_at:
            for step in one.ready:
                if can_give(step, rules=rules, at=at):
                    points += (await give(member_id, one, step, rules=rules, at=at)).points
    return points
