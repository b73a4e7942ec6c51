"""`jifen verify`: prove that the points ledger, the gifts and the budgets add up."""

from loyalty import budgets, gifts, ledger
from models import Entry, Member


async def run() -> int:
    """Print every finding; 1 where there is one."""
    found = [
        *(f"member {one.member_id}: {one.rule}: {one.told}" for one in await ledger.verify()),
        *(f"gift {one.gift_id}: {one.rule}: {one.told}" for one in await gifts.verify()),
        *(f"{one.slot}: {one.told}" for one in await budgets.verify()),
    ]
    for one in found:
        print(one)
    members, entries = await Member.all().count(), await Entry.all().count()
    told = f"{len(found)} findings" if found else "every total, lot, draw, hash and budget agrees"
    print(f"{members} members, {entries} entries: {told}")
    return 1 if found else 0
