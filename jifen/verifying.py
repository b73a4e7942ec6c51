"""`jifen verify`: prove that the points ledger and the budgets add up."""

from loyalty import budgets, ledger
from models import Entry, Member


async def run() -> int:
    """Print every finding; 1 where there is one."""
    findings = await ledger.verify()
    for finding in findings:
        print(f"member {finding.member_id}: {finding.rule}: {finding.told}")
    overdrawn = await budgets.verify()
    for one in overdrawn:
        print(f"{one.slot}: {one.told}")
    members, entries = await Member.all().count(), await Entry.all().count()
    count = len(findings) + len(overdrawn)
    told = f"{count} findings" if count else "every total, lot, draw, hash and budget agrees"
    print(f"{members} members, {entries} entries: {told}")
    return 1 if count else 0
