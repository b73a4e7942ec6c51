"""`jifen verify`: prove that the points ledger adds up."""

from loyalty import ledger
from models import Entry, Member


async def run() -> int:
    """Print every finding; 1 where there is one."""
    findings = await ledger.verify()
    for finding in findings:
        print(f"member {finding.member_id}: {finding.rule}: {finding.told}")
    members, entries = await Member.all().count(), await Entry.all().count()
    told = "every total, lot, draw and hash agrees" if not findings else f"{len(findings)} findings"
    print(f"{members} members, {entries} entries: {told}")
    return 1 if findings else 0
